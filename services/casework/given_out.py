"""What a department is given with its order: what check 2B allows it, of whom and what was chosen there (art. 23, 24)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.casework.domain import CHECKED, allowed_for, chosen_for, to_carry_out
from shared.contracts.export import SharedItem
from shared.engine.documents import REPORT
from shared.engine.effects import Disclose, Effect, OpenTasks
from shared.engine.given import Given
from shared.engine.loaded import Loaded
from shared.engine.roads import INTERVENTION
from shared.engine.shares import Along, along, along_wrong, concerned_by
from shared.protocol.composing import OF, joined
from shared.protocol.conditions.approach import shareable, usable
from shared.protocol.facts import Taken
from shared.protocol.faults import Fault


def given_out(loaded: Loaded) -> Sequence[Effect]:
    """Departments are asked now, each with what check 2B allows it (R-24.1). What it had before is no new line; when that became
    another set, what it has now is."""
    taken = loaded.facts().decisions
    # What is about who is restricted waits for him (art. 18 AVG).
    names = tuple(one for one in to_carry_out(taken) if one in usable(loaded.facts()))
    before = [place for place, one in enumerate(taken) if one.key == CHECKED][:-1]
    then = taken[: before[-1]] if before else ()
    had = {name: _goes_with(name, loaded, then) for name in to_carry_out(then)}
    shared = [
        Disclose(
            INTERVENTION,
            "department",
            str(loaded.opened.findings[name].fields["department"]),
            (name, *_may_have(name, loaded, taken)),
            _concerning(name, loaded, taken),
            task=str(loaded.opened.findings[name].fields.get("instrument", "")),
        )
        for name in names
        if had.get(name) != _goes_with(name, loaded, taken)
    ]
    return (OpenTasks(names), *shared)


def _goes_with(
    intervention: str, loaded: Loaded, taken: Sequence[Taken]
) -> tuple[frozenset[str], frozenset[str] | None]:
    """The items, and whom and what of them, as these decisions let it have them."""
    concerning = _concerning(intervention, loaded, taken)
    return frozenset(_may_have(intervention, loaded, taken)), None if concerning is None else frozenset(concerning)


def _may_have(intervention: str, loaded: Loaded, taken: Sequence[Taken]) -> tuple[str, ...]:
    """What check 2B allows for it; what was put right since is not shared any more."""
    now = shareable(loaded.facts())
    return tuple(one for one in allowed_for(intervention, taken) if one in now)


def _concerning(intervention: str, loaded: Loaded, taken: Sequence[Taken]) -> tuple[str, ...] | None:
    """Whom and what check 2B lets go along with an order; None: all that its items concern. Who goes along with one of them
    does so with the others, for it is one department that reads them."""
    chosen = chosen_for(intervention, taken)
    given = {item: chosen[item] for item in _may_have(intervention, loaded, taken)}
    if all(one is None for one in given.values()):
        return None
    concerned = {item: concerned_by(loaded, [item]) for item in given}
    return joined(
        *(
            concerned[item] if one is None else [code for code in one if code.partition(OF)[0] in concerned[item]]
            for item, one in given.items()
        )
    )


def going_with(intervention: str, loaded: Loaded) -> Along:
    taken = loaded.facts().decisions
    return along(loaded, _may_have(intervention, loaded, taken), _concerning(intervention, loaded, taken))


def faults_in_orders(loaded: Loaded, given: Given) -> Sequence[Fault]:
    """What was chosen for each item is read together in one order, and still names nobody who does not go along."""
    if given.attempt.key != CHECKED or loaded.content is None:
        return ()
    taken = loaded.facts().decisions
    return [
        fault
        for name in to_carry_out(taken)
        for fault in along_wrong(
            loaded, _concerning(name, loaded, taken), "outcome", (name, *_may_have(name, loaded, taken))
        )
    ]


def shared(one: SharedItem) -> dict[str, Any]:
    """An item as a department gets it: with its source, without who recorded it."""
    if one.item == REPORT:
        return {"category": REPORT, "text": one.text}
    return {"category": one.category, "about": one.about, "finding": one.text, "matches": one.matches}
