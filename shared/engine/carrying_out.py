"""What who has the file says of what was granted on a request: rights hears by codes what was done, and who was told (AVG 16, 17, 19)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from shared.contracts.acts import CarriedOut, ReceiverTold, RestrictionKept, ThingDone
from shared.engine.effects import Effect, EraseWords, Tell
from shared.engine.erasing import words_to_erase
from shared.engine.loaded import Loaded
from shared.engine.tables import DecisionRow
from shared.protocol.carrying_out import CARRIED_OUT, granted, to_carry_out
from shared.protocol.conditions.carrying_out import things_put_right, what_was_done
from shared.protocol.conditions.rectifying import CONFIRMED, SET_RIGHT, Knows, who_knows
from shared.protocol.facts import Facts, Grant


def carried_out(loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
    """Rights hears it when it can no longer be taken back, and then the words go of what was to be erased. `loaded` knows the
    decision."""
    if decision.key != CARRIED_OUT:
        return ()
    grant = granted(loaded.bears_on_requests, decision.version).get(decision.about[0])
    if grant is None:
        return ()
    gone = words_to_erase(loaded, grant.request, decision.version)
    return (Tell("rights", _told(loaded, decision.taken_at, grant)), *((EraseWords(gone),) if gone else ()))


def confirmed(loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
    """Rights hears it when a receiver confirms what was done on a request, also afterwards. `loaded` knows the decision."""
    if (decision.key, decision.outcome) != (SET_RIGHT, CONFIRMED):
        return ()
    facts = loaded.facts()
    about = (
        said
        for grant in granted(loaded.bears_on_requests).values()
        if decision.about[0] in things_put_right(facts, grant)
        and (said := said_before(loaded, grant.request)) is not None
    )
    return tuple(Tell("rights", one.model_copy(update={"known_at": decision.taken_at})) for one in about)


def said_before(loaded: Loaded, request: str) -> CarriedOut | None:
    """What was said of `request`, where what is granted on it was carried out, here or with an earlier holder, and that stands; None: it
    waits, or nothing was granted. `loaded` is opened."""
    grant = granted(loaded.bears_on_requests).get(request)
    if grant is None or request in loaded.facts().granted:
        return None
    mine = [one for one in loaded.taken if one.key == CARRIED_OUT and one.about[:1] == [request]]
    if not mine:
        # An earlier holder did it, and what he said can no longer be taken back.
        before = [
            one
            for one in loaded.coded()
            if (one.key, one.status) == (CARRIED_OUT, "taken") and one.about[:1] == (request,)
        ]
        return _told(loaded, before[-1].taken_at, grant) if before else None
    last = mine[-1]
    final = last.effective_at and loaded.now and last.effective_at <= loaded.now
    return _told(loaded, last.taken_at, grant) if final else None


def went_on(loaded: Loaded, holder: str) -> list[RestrictionKept]:
    """Of what waits to be carried out where it waits now, for rights to tell who has it."""
    waiting = to_carry_out(loaded.bears_on_requests)
    return [RestrictionKept(number=loaded.number, request=one, done=False, holder=holder) for one in waiting]


def _told(loaded: Loaded, at: datetime, grant: Grant) -> CarriedOut:
    facts = loaded.facts()
    done = [ThingDone.model_validate({"thing": one, "done": what_was_done(facts, grant, one)}) for one in grant.things]
    return CarriedOut(
        number=loaded.number,
        request=grant.request,
        kind=grant.kind,
        done=tuple(done),
        told=_who_was_told(facts, grant),
        at=at,
    )


def _who_was_told(facts: Facts, grant: Grant) -> tuple[ReceiverTold, ...]:
    """Each once: when he was told last, or that it was impossible; and when he had confirmed all of it."""
    mine = things_put_right(facts, grant)
    found: dict[str, list[Knows]] = {}
    for one in who_knows(facts):
        if one.thing in mine and one.how:
            found.setdefault(one.receiver, []).append(one)
    return tuple(
        ReceiverTold(receiver=to, on=_last(one.told for one in known), confirmed=_all(one.confirmed for one in known))
        for to, known in found.items()
    )


def _last(days: Iterable[date | None]) -> date | None:
    return max((one for one in days if one), default=None)


def _all(days: Iterable[date | None]) -> date | None:
    """The last of `days`, when none is missing."""
    known = list(days)
    return None if None in known else _last(known)
