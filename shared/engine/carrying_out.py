"""What who has the file says of what was granted on a request: rights hears by codes what was done, and who was told (AVG 16, 17, 19)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shared.contracts.acts import CarriedOut, ReceiverTold, RestrictionKept, ThingDone
from shared.engine.effects import Effect, EraseWords, Tell
from shared.engine.erasing import words_to_erase
from shared.engine.loaded import Loaded
from shared.engine.tables import DecisionRow
from shared.protocol.carrying_out import CARRIED_OUT, granted, to_carry_out
from shared.protocol.conditions.carrying_out import things_put_right, what_was_done
from shared.protocol.facts import Facts, Grant
from shared.protocol.rectifying import SET_RIGHT


def carried_out(loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
    """Rights hears it when it can no longer be taken back, and then the words go of what was to be erased. `loaded` knows the
    decision."""
    if decision.key != CARRIED_OUT:
        return ()
    grant = granted(loaded.bears_on_requests, decision.version).get(decision.about[0])
    if grant is None:
        return ()
    gone = words_to_erase(loaded, grant.request, decision.version)
    return (Tell("rights", _told(loaded, decision, grant)), *((EraseWords(gone),) if gone else ()))


def said_before(loaded: Loaded, request: str) -> CarriedOut | None:
    """What was said of `request`, where what is granted on it was carried out here and that stands; None: it waits, or nothing was
    granted. `loaded` is opened."""
    grant = granted(loaded.bears_on_requests).get(request)
    if grant is None or request in loaded.facts().granted:
        return None
    mine = [one for one in loaded.taken if one.key == CARRIED_OUT and one.about[:1] == [request]]
    last = next(reversed(mine), None)
    final = last and last.effective_at and loaded.now and last.effective_at <= loaded.now
    return _told(loaded, last, grant) if last and final else None


def went_on(loaded: Loaded, holder: str) -> list[RestrictionKept]:
    """Of what waits to be carried out where it waits now, for rights to tell who has it."""
    waiting = to_carry_out(loaded.bears_on_requests)
    return [RestrictionKept(number=loaded.number, request=one, done=False, holder=holder) for one in waiting]


def _told(loaded: Loaded, decision: DecisionRow, grant: Grant) -> CarriedOut:
    facts = loaded.facts()
    done = [ThingDone.model_validate({"thing": one, "done": what_was_done(facts, grant, one)}) for one in grant.things]
    return CarriedOut(
        number=loaded.number,
        request=grant.request,
        kind=grant.kind,
        done=tuple(done),
        told=_who_was_told(facts, grant),
        at=decision.taken_at,
    )


def _who_was_told(facts: Facts, grant: Grant) -> tuple[ReceiverTold, ...]:
    """Each once: when he was told last, or that it was impossible."""
    mine = things_put_right(facts, grant)
    found: dict[str, date | None] = {}
    for one in facts.of(SET_RIGHT):
        if one.about[0] in mine:
            on = one.fields.get("toldOn") if one.outcome == "told" else None
            found[one.about[1]] = date.fromisoformat(str(on)) if on else found.get(one.about[1])
    return tuple(ReceiverTold(receiver=one, on=on) for one, on in found.items())
