"""Assessment's chapter: what goes on to phase 3, whom a paper asks, and when rights is asked about informing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import calendar_date
from shared.contracts.assessment import InformingAsked, Research, ResearchContent
from shared.contracts.common import Letter
from shared.dossier.chapter import Chapter
from shared.dossier.content import Content
from shared.dossier.depart import going_on
from shared.dossier.papers import MEMBER, paper_faults, show_paper
from shared.dossier.tables import DecisionRow, Dossier, Item, Task
from shared.http.decisions import ItemIn
from shared.protocol.faults import Fault
from shared.protocol.model import State
from shared.service.platform import Platform


class Assessment(Chapter):
    own_archive = "archive-signal"
    category = "signal of phase 1 or 2"

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._rules = platform.settings.laws.configured

    def hand_over(
        self, decision: DecisionRow, dossier: Dossier, content: Content, decisions: Sequence[DecisionRow]
    ) -> tuple[str, Letter, Any]:
        open_categories = [one.key for one in self._rules.categories if not one.process and one.key != "report"]
        findings = content.of_category(*open_categories)
        going = going_on(ResearchContent, decision, dossier, content, decisions, findings)
        return "sources", Research(number=dossier.number, letters=()), going

    async def faults(self, session: AsyncSession, dossier: Dossier, item: ItemIn) -> list[Fault]:
        return await paper_faults(session, dossier, item, calendar_date(self.platform.clock.now()))

    def recorded(self, dossier: Dossier, item: Item, document: dict[str, Any]) -> list[Task]:
        if item.category != "paper":
            return []
        return [
            Task(
                id=uuid4(),
                number=dossier.number,
                item=item.item,
                kind="paper",
                role=MEMBER,
                meeting=document["fields"]["meeting"],
                opened_at=self.platform.clock.now(),
            )
        ]

    def show_task(self, task: Task, content: Content, decisions: Sequence[DecisionRow]) -> dict[str, Any]:
        return show_paper(task, content) if task.kind == "paper" else {}

    def is_mine(self, state: State) -> bool:
        return state != State.ENDED

    async def settled(self, session: AsyncSession, dossier: Dossier, decision: DecisionRow, content: Content) -> None:
        if decision.state_after == State.INFORMING:
            asked = InformingAsked(
                number=dossier.number,
                subjects=dossier.people,
                asked_at=decision.taken_at,
                protocol=dossier.protocol,
                received_on=dossier.received_on,
            )
            self.platform.post.tell(session, "rights", asked)
