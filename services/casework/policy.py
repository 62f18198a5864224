"""Casework's policy: papers, interventions of departments, and what closing a case sets going."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel

from services.casework import orders
from services.casework.domain import CHECKED, EXECUTION
from services.casework.given_out import faults_in_orders, given_out, going_with, shared
from services.casework.next_due import next_action, shown_plan, shown_review
from services.casework.outside import (
    OUTSIDE,
    RIEC_ANSWER,
    agreement_faults,
    heard_of,
    shown_outside,
    told_of,
    waiting_of,
)
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
from shared.engine.effects import Ask, CloseTasks, ComesNearer, Effect, Tell
from shared.engine.given import Given, GivenRecord
from shared.engine.loaded import Loaded
from shared.engine.papers import paper_faults, paper_written, show_paper
from shared.engine.policy import Policy
from shared.engine.roads import INTERVENTION, PAPER, RIEC_SUPPLEMENT
from shared.engine.tables import DecisionRow, TaskRow
from shared.identity import Person
from shared.protocol.conditions.approach import interventions
from shared.protocol.conditions.orders import ANSWERED_BY_HOLDER, ASKED_BY, IN_QUARANTINE, JUDGED, PROGRESS
from shared.protocol.conditions.plan import ADOPT_PLAN, ANSWER_PLAN, PROPOSE_PLAN, asked
from shared.protocol.facts import Facts
from shared.protocol.faults import Fault
from shared.protocol.judge import Attempt
from shared.protocol.model import State
from shared.protocol.phase_4_approach import BESIDE, OF_THE_RIEC
from shared.protocol.states import PHASES
from shared.receivers import Receivers


class CaseworkPolicy(Policy):
    own_archive = "archive-case"
    tells_closing = ("assessment", "rights")
    asks: ClassVar = {
        PAPER: None,
        INTERVENTION: (State.EXECUTION,),
        PLAN: (State.PLAN, State.EXECUTION),
        OUTSIDE: (*OF_THE_RIEC, *BESIDE),
        orders.ANSWER_TO_READ: (State.EXECUTION,),
        **dict.fromkeys(orders.ANSWERS_FOR_HOLDER, PHASES[4].states),
    }

    def __init__(self, receivers: Receivers | None = None) -> None:
        self._receivers = receivers or Receivers({})

    # --- what is shown ---------------------------------------------------------------------------

    def show(self, loaded: Loaded) -> dict[str, Any]:
        """Besides the file: how the plan stands and its versions, what departments ask and found, and whether it is a case of the RIEC
        (R-21.4, R-24.2)."""
        answers = [one for one in loaded.taken if one.key == RIEC_ANSWER]
        return super().show(loaded) | {
            # The last one counts: one that was signed takes the place of one that was entered.
            "riecCase": bool(answers) and answers[-1].outcome.startswith("accepted"),
            "riecReviewOn": shown_review(loaded),
            **shown_outside(loaded, self._receivers),
            "plan": shown_plan(loaded),
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
            return orders.answer_to(loaded, task.item)
        if task.kind == OUTSIDE:
            said = heard_of(loaded, self._receivers).get(UUID(task.item))
            # With a key that is not known any more it says nothing.
            return {"said": told_of(said) if said else None}
        intervention = loaded.opened.findings[task.item]
        going = going_with(task.item, loaded)
        power = loaded.law.choices.powers[intervention.fields["instrument"]]
        return {
            "intervention": going.words(intervention.finding or ""),
            "about": intervention.about,
            "concerns": list(intervention.fields.get("subjects") or ()),
            "instrument": power.name,
            "legalBasis": power.basis,
            "plannedOn": intervention.fields["plannedOn"],
            "subjects": _described(going.subjects),
            "objects": _described(going.objects),
            "items": {one.item: shared(one) for one in going.items},
            "leftOut": going.left_out,
            "inPart": going.in_part,
            "progress": orders.progress_of(loaded, task.item),
            "history": orders.history(loaded, task.item),
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

    def facts(self, loaded: Loaded) -> Facts:
        return replace(loaded.facts(), heard=waiting_of(loaded, self._receivers))

    def not_by(self, loaded: Loaded, person: Person, attempt: Attempt) -> Fault | None:
        return orders.not_judged_by(loaded, person, attempt)

    def faults(self, loaded: Loaded, given: Given) -> Sequence[Fault]:
        return (*agreement_faults(loaded, given, self._receivers), *faults_in_orders(loaded, given))

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
        return (*self._follows(loaded, decision), *next_action(loaded, decision))

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
            return given_out(loaded)
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


def _described(known: Mapping[str, BaseModel]) -> dict[str, Any]:
    return {key: one.model_dump(exclude_none=True) for key, one in known.items()}
