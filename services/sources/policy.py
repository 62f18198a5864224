"""Sources' policy: questions to those who keep a source, and what goes on to phase 4."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from shared.contracts.sources import CaseContent, CaseLetter
from shared.engine.documents import Finding
from shared.engine.effects import Ask, CloseTasks, Disclose, Effect, HandOver
from shared.engine.goes_on import going_on, undone
from shared.engine.loaded import Loaded
from shared.engine.policy import Policy
from shared.engine.roads import BRONHOUDER, QUESTION
from shared.engine.tables import DecisionRow, TaskRow
from shared.engine.wording import Nameable
from shared.protocol.composing import OF
from shared.protocol.conditions.research import answers, judged_hits
from shared.protocol.model import State

ANSWER, NOT_CONSULTED = "answer", "not-consulted"


class SourcesPolicy(Policy):
    own_archive = "archive-closed"
    tells_closing = ("assessment", "rights")
    asks: ClassVar = {QUESTION: None}

    def recorded(self, loaded: Loaded, item: str, finding: Finding) -> Sequence[Effect]:
        """A question asks who keeps that source, and nobody else, by its latest date."""
        if finding.category != QUESTION:
            return ()
        source = finding.fields["source"]
        ask = Ask(QUESTION, f"bronhouder-{source}", item, due=_answer_by(finding))
        return ask, Disclose(QUESTION, BRONHOUDER, source, (item,), besides=_known(loaded, finding))

    def show(self, loaded: Loaded) -> dict[str, Any]:
        """Besides the file: which questions wait for an answer, and of which the latest date is over."""
        given = answers(loaded.facts())
        asked = loaded.opened.of_category(QUESTION)
        waiting = [
            {"question": name, "source": one.fields["source"], "answer": given.get(name), **_term(one, loaded.today)}
            for name, one in asked.items()
            if given.get(name, NOT_CONSULTED) == NOT_CONSULTED
        ]
        return super().show(loaded) | {"unanswered": waiting}

    def show_task(self, task: TaskRow, loaded: Loaded) -> dict[str, Any]:
        """Identity and question, and nothing else: not the signal, not what others answered (R-18.6)."""
        return self.asked(loaded, loaded.opened.findings[task.item])

    def asked(self, loaded: Loaded, question: Finding) -> dict[str, Any]:
        known = Nameable.of(loaded)
        return {
            "source": question.fields["source"],
            "identity": {name: known.shared(value) for name, value in _identity(loaded, question).items()},
            "question": known.shared(question.finding or ""),
            **_term(question, loaded.today),
        }

    def answers(self, task: TaskRow) -> tuple[str, tuple[str, ...]] | None:
        return (ANSWER, (task.item,)) if task.kind == QUESTION else None

    def follows(self, loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
        """An answer ends the question, also one that was given outside the system (R-18.5); confirmed, it goes on."""
        if decision.key == ANSWER:
            # Who keeps the source can still answer what was given up on for him.
            given_up = decision.outcome == NOT_CONSULTED and decision.role in loaded.law.file_roles
            return () if given_up else (CloseTasks(tuple(decision.about)),)
        if decision.state_after == State.CHECK_2A:
            return (HandOver("casework", CaseLetter(number=loaded.number, letters=()), _case(loaded)),)
        return ()


def _identity(loaded: Loaded, question: Finding) -> dict[str, str]:
    """Who or what it is about, as who keeps the source reads it."""
    subject = loaded.opened.subjects.get(question.about)
    about = subject or loaded.opened.objects.get(question.about)
    known = {"name": subject.name if subject else None, "address": about.address if about else None}
    return {name: value for name, value in known.items() if value}


def _known(loaded: Loaded, question: Finding) -> tuple[str, ...]:
    """The same for the register, without what it says."""
    if question.about not in loaded.opened.subjects:
        return (question.about,)
    return tuple(f"{question.about}{OF}{name}" for name in _identity(loaded, question))


def _term(question: Finding, today: date) -> dict[str, Any]:
    """By when an answer was asked; `reminder`: that day has come."""
    by = _answer_by(question)
    return {"answerBy": by.isoformat(), "reminder": by <= today}


def _answer_by(question: Finding) -> date:
    return date.fromisoformat(question.fields["answerBy"])


def _case(loaded: Loaded) -> CaseContent:
    """What phase 4 may have: open findings, and of the closed ones those of hits that are relevant (art. 18 lid 2)."""

    def findings(*, closed: bool) -> dict[str, Finding]:
        wanted = [one for one in loaded.law.categories if one.closed == closed and not one.process]
        return loaded.opened.of_category(*(one.key for one in wanted))

    # Judged anew, a hit can have turned out not to be relevant.
    judged = judged_hits(loaded.facts())
    closed = findings(closed=True).items()
    relevant = tuple(
        one.going_on(name)
        for name, one in closed
        if judged.get(one.fields["hit"]) == "relevant" and name not in undone(loaded)
    )
    return going_on(CaseContent, loaded, findings(closed=False), closed=relevant)
