"""Casework's policy: papers, interventions of departments, and what closing a case sets going."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel

from services.casework import orders
from services.casework.domain import CHECKED, EXECUTION, allowed_for, due_first, progress, to_carry_out
from services.casework.effects import NextAction
from services.casework.outside import OUTSIDE, RIEC_ANSWER, agreement_faults, heard_of, shown_outside, told_of
from services.casework.plan import (
    PLAN,
    answered,
    answers_plan,
    ask_partners,
    show_plan_task,
    shown_versions,
    tell_participants,
)
from shared.clock import calendar_date
from shared.contracts.casework import Closed, TaskOver
from shared.engine.documents import REPORT, Finding
from shared.engine.effects import Ask, CloseTasks, ComesNearer, Disclose, Effect, OpenTasks, Tell
from shared.engine.given import Given, GivenRecord
from shared.engine.loaded import Loaded
from shared.engine.papers import paper_faults, paper_written, show_paper
from shared.engine.policy import Policy
from shared.engine.roads import INTERVENTION, PAPER, RIEC_SUPPLEMENT
from shared.engine.shares import objects_of, persons_of
from shared.engine.tables import DecisionRow, TaskRow
from shared.identity import Person
from shared.protocol.conditions.approach import interventions, shareable
from shared.protocol.conditions.orders import ANSWERED_BY_HOLDER, ASKED_BY, IN_QUARANTINE, JUDGED, PROGRESS
from shared.protocol.conditions.plan import ADOPT_PLAN, ANSWER_PLAN, PROPOSE_PLAN, asked
from shared.protocol.faults import Fault
from shared.protocol.judge import Attempt
from shared.protocol.model import State
from shared.protocol.phase_4_approach import BESIDE
from shared.protocol.states import PHASES
from shared.receivers import Receivers


class CaseworkPolicy(Policy):
    own_archive = "archive-case"
    tells_closing = ("assessment", "rights")
    asks: ClassVar = {
        PAPER: None,
        INTERVENTION: (State.EXECUTION,),
        PLAN: (State.PLAN, State.EXECUTION),
        OUTSIDE: (State.RIEC_ANSWER, *BESIDE),
        orders.ANSWER_TO_READ: (State.EXECUTION,),
        **dict.fromkeys(orders.ANSWERS_FOR_HOLDER, PHASES[4].states),
    }

    def __init__(self, receivers: Receivers | None = None) -> None:
        self._receivers = receivers or Receivers({})

    # --- what is shown ---------------------------------------------------------------------------

    def show(self, loaded: Loaded) -> dict[str, Any]:
        """Besides the file: how the plan stands and its versions, what departments ask and found, and whether it is a case of the RIEC
        (R-21.4, R-24.2)."""
        accepted = [one for one in loaded.taken if one.key == "riec-answer" and one.outcome.startswith("accepted")]
        return super().show(loaded) | {
            "riecCase": bool(accepted),
            **shown_outside(loaded, self._receivers),
            "plan": _plan(loaded),
            "planVersions": shown_versions(loaded),
            "quarantine": orders.quarantine(loaded),
            "departmentQuestions": orders.questions(loaded),
        }

    def show_task(self, task: TaskRow, loaded: Loaded) -> dict[str, Any]:
        """A department sees where, whom, what, by when and with which power, and the items that check 2B allows it for that
        (art. 23, 24): of persons and objects only those that come with these."""
        if task.kind == PAPER:
            return show_paper(task, loaded)
        if task.kind == PLAN:
            return show_plan_task(task, loaded)
        if task.kind in orders.ANSWERS_FOR_HOLDER:
            # He has the file, and reads it there.
            return {"number": task.number, "item": task.item}
        if task.kind == orders.ANSWER_TO_READ:
            return orders.questions(loaded)[task.item]
        if task.kind == OUTSIDE:
            said = heard_of(loaded, self._receivers).get(UUID(task.item))
            # With a key that is not known any more it says nothing.
            return {"said": told_of(said) if said else None}
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
            "progress": orders.progress_of(loaded, task.item),
            "asked": [loaded.opened.findings[one].finding for one in orders.questions_about(loaded, task.item)],
        }

    def answers(self, task: TaskRow) -> tuple[str, tuple[str, ...]] | None:
        if task.kind == PLAN:
            return answers_plan(task)
        if task.kind in orders.ANSWERS_FOR_HOLDER:
            return orders.ANSWERS_FOR_HOLDER[task.kind], (task.item,)
        return (EXECUTION, (task.item,)) if task.kind == INTERVENTION else None

    def besides(self, task: TaskRow) -> frozenset[str]:
        return frozenset({PROGRESS}) if task.kind == INTERVENTION else frozenset()

    def recordable(self, task: TaskRow, loaded: Loaded) -> tuple[frozenset[str], str, Mapping[str, Any]]:
        """A department asks, and reports what it found, about its own order."""
        if task.kind != INTERVENTION:
            return super().recordable(task, loaded)
        about = loaded.standing.person(loaded.opened.findings[task.item].about)
        # Who proved not to be concerned since is not what it is about any more; the department is told nothing of that.
        if about in loaded.standing.left_out:
            about = REPORT
        return frozenset({ASKED_BY, IN_QUARANTINE}), about, {"order": task.item}

    # --- what follows ----------------------------------------------------------------------------

    def not_by(self, loaded: Loaded, person: Person, attempt: Attempt) -> Fault | None:
        return orders.not_judged_by(loaded, person, attempt)

    def faults(self, loaded: Loaded, given: Given) -> Sequence[Fault]:
        return agreement_faults(loaded, given, self._receivers)

    def record_faults(self, loaded: Loaded, given: GivenRecord) -> Sequence[Fault]:
        return paper_faults(loaded, given)

    def recorded(self, loaded: Loaded, item: str, finding: Finding) -> Sequence[Effect]:
        if finding.category == PAPER:
            return paper_written(loaded, item, finding)
        if finding.category == INTERVENTION:
            # A department is asked from the execution on: adopted, and checked.
            due = date.fromisoformat(finding.fields["plannedOn"])
            return (Ask(INTERVENTION, f"department-{finding.fields['department']}", item, later=True, due=due),)
        if finding.category in orders.ANSWERS_FOR_HOLDER:
            return orders.came_in(loaded, item, finding)
        return ()

    def follows(self, loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
        return (*self._follows(loaded, decision), *_next(loaded, decision))

    def _follows(self, loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
        if decision.state_after in (State.CLOSED, State.ENDED):
            # What departments and members saw ends when the case is closed.
            return (CloseTasks(), *_closed(loaded, decision))
        if decision.key == EXECUTION:
            done = tuple(decision.about)
            return CloseTasks((*done, *orders.questions_about(loaded, done[0]))), *_department_is_done(loaded, done[0])
        if decision.key == PROPOSE_PLAN:
            return ask_partners(loaded, decision)
        if decision.key == ANSWER_PLAN:
            return answered(loaded, decision)
        if decision.key == ADOPT_PLAN:
            return (*tell_participants(loaded, decision), *_notices(loaded, decision))
        if decision.key in (RIEC_ANSWER, RIEC_SUPPLEMENT):
            said = loaded.fields_of(decision).get("statement")
            return (CloseTasks((str(said),)),) if said else ()
        if decision.key == CHECKED:
            return _given_out(loaded)
        if decision.key == ANSWERED_BY_HOLDER:
            return orders.answered(loaded, decision)
        if decision.key == JUDGED:
            return orders.judged(loaded, decision)
        return ()

    def makes(self, loaded: Loaded, attempt: Attempt, now: datetime) -> Mapping[str, Finding]:
        return orders.taken_over(loaded, attempt, now)


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
    return Tell("retention", closed), Tell("export", TaskOver(number=loaded.dossier.signal))


def _department_is_done(loaded: Loaded, order: str) -> Sequence[Effect]:
    """With its last order ends what else of the case waits in a department's inbox. `loaded` knows that it is done."""
    facts = loaded.facts()
    mine = str(loaded.opened.findings[order].fields["department"])
    taken = {one.about[0] for one in loaded.taken if one.key == EXECUTION}
    left = [
        name for name, one in interventions(facts).items() if one.fields["department"] == mine and name not in taken
    ]
    # Who is asked to adopt a version of the plan has that to read still.
    if left or mine in asked(facts):
        return ()
    return (Tell("export", TaskOver(number=loaded.dossier.signal, departments=(mine,))),)


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


def _next(loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
    """The work list shows what of the plan is due first, also when it was withdrawn or executed."""
    earlier = replace(loaded, decisions=tuple(one for one in loaded.decisions if one.id != decision.id))
    after, before = (due_first(one.facts().decisions, _planned(one)) for one in (loaded, earlier))
    return (NextAction(after, before),) if after != before else ()


def _planned(loaded: Loaded) -> dict[str, date]:
    """On which date each intervention that counts is planned."""
    counting = loaded.facts().of_category(INTERVENTION)
    return {one.name: date.fromisoformat(one.fields["plannedOn"]) for one in counting}


def _plan(loaded: Loaded) -> list[dict[str, Any]]:
    planned = _planned(loaded)
    interventions = {name: loaded.opened.findings[name] for name in planned}
    stand = progress(loaded.facts().decisions, planned, loaded.today)
    return [
        {
            "intervention": name,
            "planVersion": stand[name].plan_version,
            "status": stand[name].status,
            "department": one.fields["department"],
            "plannedOn": one.fields["plannedOn"],
            "overdue": stand[name].overdue,
            "progress": orders.progress_of(loaded, name),
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
