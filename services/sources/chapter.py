"""Sources' chapter: questions to those who keep a source, and what goes on to phase 4."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.common import Letter
from shared.contracts.sources import Case, CaseContent
from shared.dossier import store
from shared.dossier.chapter import Chapter
from shared.dossier.content import Content
from shared.dossier.depart import finding_of, going_on
from shared.dossier.tables import DecisionRow, Dossier, Item, Task
from shared.protocol.model import State
from shared.service.platform import Platform

ANSWER = "answer"


class Research(Chapter):
    own_archive = "archive-closed"
    category = "signal of phase 3"

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._rules = platform.settings.laws.configured

    def recorded(self, dossier: Dossier, item: Item, document: dict[str, Any]) -> list[Task]:
        """A question asks who keeps that source, and nobody else."""
        if item.category != "question":
            return []
        role = f"bronhouder-{document['fields']['source']}"
        now = self.platform.clock.now()
        return [Task(id=uuid4(), number=dossier.number, item=item.item, kind="question", role=role, opened_at=now)]

    def show_task(self, task: Task, content: Content, decisions: Sequence[DecisionRow]) -> dict[str, Any]:
        """Identity and question, and nothing else: not the signal, not what others answered (R-18.6)."""
        if task.kind != "question":
            return {}
        question = content.documents[task.item]
        about = question["about"]
        known = content.subjects.get(about) or content.objects.get(about) or {}
        identity = {name: known[name] for name in ("name", "address") if known.get(name)}
        return {"source": question["fields"]["source"], "identity": identity, "question": question["finding"]}

    def decides(self, task: Task) -> tuple[str, tuple[str, ...]] | None:
        return (ANSWER, (task.item,)) if task.kind == "question" else None

    async def decided(
        self, session: AsyncSession, dossier: Dossier, decision: DecisionRow, words: dict[str, Any]
    ) -> None:
        """An answer given outside the system ends the question too (R-18.5)."""
        if decision.key == ANSWER:
            await store.close_tasks(session, dossier.number, decision.about[0], self.platform.clock.now())

    def is_mine(self, state: State) -> bool:
        return state != State.ENDED

    def hand_over(
        self, decision: DecisionRow, dossier: Dossier, content: Content, decisions: Sequence[DecisionRow]
    ) -> tuple[str, Letter, Any]:
        def findings(*, closed: bool) -> dict[str, dict[str, Any]]:
            wanted = [
                one.key
                for one in self._rules.categories
                if one.closed == closed and not one.process and one.key != "report"
            ]
            return content.of_category(*wanted)

        judged = {
            one.about[0]: one.outcome
            for one in sorted(decisions, key=lambda row: row.version)
            if one.key == "check-1b" and one.status == "taken"
        }
        relevant = {
            name: one
            for name, one in findings(closed=True).items()
            # Judged anew, a hit can have turned out not to be relevant.
            if judged.get(one["fields"]["hit"]) == "relevant"
        }

        closed = tuple(finding_of(name, one) for name, one in relevant.items())
        going = going_on(CaseContent, decision, dossier, content, decisions, findings(closed=False), closed=closed)
        return "casework", Case(number=dossier.number, letters=()), going
