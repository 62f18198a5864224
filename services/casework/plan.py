"""Partners and the plan: each is asked to adopt a version, answers by his task, and hears which one was adopted (art. 22)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from shared.engine.effects import Ask, CloseTasks, Effect, OpenTasks
from shared.engine.loaded import Loaded
from shared.engine.roads import plan_adopted, shared_by_outcome
from shared.engine.shares import sent, share_of
from shared.engine.tables import DecisionRow, TaskRow
from shared.protocol.conditions.plan import (
    ANSWER_PLAN,
    ASKS_FIRST,
    PROPOSE_PLAN,
    Version,
    answered_on,
    versions,
)

PLAN = "plan"
_DEPARTMENT = "department-"


# --- what follows ---------------------------------------------------------------------------------------------


def ask_partners(loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
    """Departments are asked by a task, when the line in the register can no longer be taken back; what was asked about an
    earlier version is asked no more. Others get the document alone."""
    asked = _departments(loaded, decision)
    tasks = {one: _item(decision, one) for one in asked}
    by = date.fromisoformat(str(loaded.fields_of(decision)["answerBy"]))
    asks = [Ask(PLAN, _DEPARTMENT + one, item, later=True, due=by) for one, item in tasks.items()]
    return (CloseTasks(_asked_before(loaded, decision)), *asks, OpenTasks(tuple(tasks.values())))


def answered(loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
    """Who asks something first is asked still."""
    if decision.outcome == ASKS_FIRST:
        return ()
    proposal = _proposal(loaded, decision)
    return (CloseTasks((_item(proposal, decision.about[0]),)),) if proposal else ()


def tell_participants(loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
    """Each gets the plan as it was adopted; who had not answered yet is asked no more."""
    found: list[Effect] = [CloseTasks(_asked_before(loaded, decision))]
    for one in plan_adopted(loaded, decision):
        found += (one, sent(loaded, decision, one))
    return found


def _asked_before(loaded: Loaded, decision: DecisionRow) -> tuple[str, ...]:
    earlier = _proposal(loaded, decision)
    return tuple(_item(earlier, one) for one in _departments(loaded, earlier)) if earlier else ()


def _proposal(loaded: Loaded, before: DecisionRow) -> DecisionRow | None:
    """The last proposal before a decision."""
    found = [one for one in loaded.taken if one.key == PROPOSE_PLAN and one.version < before.version]
    return found[-1] if found else None


def _departments(loaded: Loaded, proposal: DecisionRow) -> list[str]:
    inside = loaded.law.organisations["department"]
    return [one for one in loaded.fields_of(proposal)["partners"] if one in inside]


def _item(proposal: DecisionRow, partner: str) -> str:
    """What the task of one partner is about. The version of the dossier never comes again, also when it is withdrawn."""
    return f"{PLAN}-{proposal.version}-{partner}"


# --- a department's task ----------------------------------------------------------------------------------------


def answers_plan(task: TaskRow) -> tuple[str, tuple[str, ...]]:
    return ANSWER_PLAN, (task.role.removeprefix(_DEPARTMENT),)


def show_plan_task(task: TaskRow, loaded: Loaded) -> dict[str, Any]:
    """The version as it was put before this department, with the items that stand in the register for it and that it may
    have still."""
    partner = task.role.removeprefix(_DEPARTMENT)
    proposal = next(one for one in loaded.taken if one.key == PROPOSE_PLAN and _item(one, partner) == task.item)
    place = loaded.decisions.index(proposal) + 1
    outcome = loaded.outcome_of(proposal)
    assert outcome is not None
    now, then = loaded, replace(loaded, decisions=loaded.decisions[:place])
    (given,) = [one for one in shared_by_outcome(then, proposal, outcome) if one.recipient == partner]
    (may,) = [one for one in shared_by_outcome(now, proposal, outcome) if one.recipient == partner]
    left = replace(given, items=tuple(one for one in given.items if one in may.items))
    return share_of(now, proposal, left).twin()


# --- who has the file -------------------------------------------------------------------------------------------


def shown_versions(loaded: Loaded) -> list[dict[str, Any]]:
    """Every version there was: which interventions it added, when it was proposed and adopted, and per partner what was
    answered, by whom, and whether he answered himself or it was entered for him."""
    return [
        {
            "version": one.number,
            "state": one.state,
            "interventions": list(one.interventions),
            "proposedOn": one.proposed.on.isoformat() if one.proposed else None,
            "answerBy": one.proposed.fields.get("answerBy") if one.proposed else None,
            "adoptedOn": one.adopted.fields.get("adoptedOn") if one.adopted else None,
            "partners": [_partner(one, partner) for partner in one.asked],
        }
        for one in versions(loaded.facts().decisions)
    ]


def _partner(version: Version, partner: str) -> dict[str, Any]:
    said = version.answers.get(partner)
    if said is None:
        return {"partner": partner, "answer": None}
    how = said.fields.get("how")
    return {
        "partner": partner,
        "answer": said.outcome,
        "name": said.fields.get("name"),
        "answeredOn": answered_on(said).isoformat(),
        "answered": "entered" if how else "itself",
        "how": how,
    }
