"""Casework's policy: papers, interventions of departments, and what closing a case sets going."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from pydantic import BaseModel

from services.casework.domain import ADOPT, CHECKED, EXECUTION, allowed_for, progress, to_carry_out
from shared.clock import calendar_date
from shared.contracts.casework import Closed
from shared.engine.documents import REPORT, Finding
from shared.engine.effects import Ask, CloseTasks, ComesNearer, Disclose, Effect, OpenTasks, Tell
from shared.engine.given import GivenRecord
from shared.engine.loaded import Loaded
from shared.engine.papers import paper_faults, paper_written, show_paper
from shared.engine.policy import Policy
from shared.engine.roads import INTERVENTION, PAPER
from shared.engine.shares import objects_of, persons_of
from shared.engine.tables import DecisionRow, TaskRow
from shared.protocol.conditions.approach import shareable
from shared.protocol.faults import Fault
from shared.protocol.model import State


class CaseworkPolicy(Policy):
    own_archive = "archive-case"
    tells_closing = ("assessment", "rights")
    asks: ClassVar = {PAPER: None, INTERVENTION: (State.EXECUTION,)}

    # --- what is shown ---------------------------------------------------------------------------

    def show(self, loaded: Loaded) -> dict[str, Any]:
        """Besides the file: how the plan stands, and whether it is a case of the RIEC (R-21.4, R-24.2)."""
        accepted = [one for one in loaded.taken if one.key == "riec-answer" and one.outcome.startswith("accepted")]
        return super().show(loaded) | {"riecCase": bool(accepted), "plan": _plan(loaded)}

    def show_task(self, task: TaskRow, loaded: Loaded) -> dict[str, Any]:
        """A department sees where, whom, what, by when and with which power, and the items that check 2B allows it for that
        (art. 23, 24): of persons and objects only those that come with these."""
        if task.kind == PAPER:
            return show_paper(task, loaded)
        intervention = loaded.opened.findings[task.item]
        allowed = _may_have(task.item, loaded)
        power = loaded.law.choices.powers[intervention.fields["instrument"]]
        return {
            "intervention": intervention.finding,
            "about": intervention.about,
            "concerns": list(intervention.fields.get("subjects") or ()),
            "instrument": power.name,
            "legalBasis": power.basis,
            "plannedOn": intervention.fields["plannedOn"],
            "subjects": _described(persons_of(loaded, allowed)),
            "objects": _described(objects_of(loaded, allowed)),
            "items": {name: _shared(name, loaded) for name in allowed},
        }

    def answers(self, task: TaskRow) -> tuple[str, tuple[str, ...]] | None:
        return (EXECUTION, (task.item,)) if task.kind == INTERVENTION else None

    # --- what follows ----------------------------------------------------------------------------

    def record_faults(self, loaded: Loaded, given: GivenRecord) -> Sequence[Fault]:
        return paper_faults(loaded, given)

    def recorded(self, loaded: Loaded, item: str, finding: Finding) -> Sequence[Effect]:
        if finding.category == PAPER:
            return paper_written(loaded, item, finding)
        if finding.category == INTERVENTION:
            # A department is asked from the execution on: adopted, and checked.
            return (Ask(INTERVENTION, f"department-{finding.fields['department']}", item, later=True),)
        return ()

    def follows(self, loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
        if decision.state_after in (State.CLOSED, State.ENDED):
            # What departments and members saw ends when the case is closed.
            return (CloseTasks(), *_closed(loaded, decision))
        if decision.key == EXECUTION:
            return (CloseTasks(tuple(decision.about)),)
        if decision.key == ADOPT:
            return _notices(loaded, decision)
        if decision.key == CHECKED:
            return _given_out(loaded)
        return ()


def _closed(loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
    """Retention counts the years from the last substantive act (R-9.6, R-25.2)."""
    if decision.state_after != State.CLOSED:
        return ()
    closed = Closed(
        number=loaded.number,
        closed_on=calendar_date(decision.taken_at),
        # Closing it is one.
        last_act_on=calendar_date(decision.taken_at),
        protocol=loaded.dossier.protocol,
    )
    return (Tell("retention", closed),)


def _notices(loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
    """The notice is planned for the moment of the intervention (R-26.2)."""
    found = []
    for name in decision.about:
        fields = loaded.opened.findings[name].fields
        subjects = loaded.standing.without(fields.get("subjects") or ())
        found.append(ComesNearer(subjects, INTERVENTION, date.fromisoformat(fields["plannedOn"])))
    return found


def _given_out(loaded: Loaded) -> Sequence[Effect]:
    """Departments are asked now, each with what check 2B allows it (R-24.1). What it had before is no new line."""
    taken = loaded.facts().decisions
    names = to_carry_out(taken)
    before = [place for place, one in enumerate(taken) if one.key == CHECKED][:-1]
    had = to_carry_out(taken[: before[-1]]) if before else ()
    shared = [
        Disclose(
            INTERVENTION,
            "department",
            str(loaded.opened.findings[name].fields["department"]),
            (name, *_may_have(name, loaded)),
            task=str(loaded.opened.findings[name].fields.get("instrument", "")),
        )
        for name in names
        if name not in had
    ]
    return (OpenTasks(names), *shared)


def _may_have(intervention: str, loaded: Loaded) -> tuple[str, ...]:
    """What check 2B allows for it; what was put right since is not shared any more."""
    facts = loaded.facts()
    return tuple(one for one in allowed_for(intervention, facts.decisions) if one in shareable(facts))


def _plan(loaded: Loaded) -> list[dict[str, Any]]:
    interventions = loaded.opened.of_category(INTERVENTION)
    planned = {name: date.fromisoformat(one.fields["plannedOn"]) for name, one in interventions.items()}
    stand = progress(loaded.facts().decisions, planned, loaded.today)
    return [
        {
            "intervention": name,
            "planVersion": stand[name].plan_version,
            "status": stand[name].status,
            "department": one.fields["department"],
            "plannedOn": one.fields["plannedOn"],
            "overdue": stand[name].overdue,
        }
        for name, one in interventions.items()
    ]


def _described(known: Mapping[str, BaseModel]) -> dict[str, Any]:
    return {key: one.model_dump(exclude_none=True) for key, one in known.items()}


def _shared(name: str, loaded: Loaded) -> dict[str, Any]:
    """An item as a department gets it: with its source, without who recorded it."""
    content = loaded.opened
    if name == REPORT:
        return {"category": REPORT, "text": content.report.text}
    return content.findings[name].shared()
