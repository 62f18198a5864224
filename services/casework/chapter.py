"""Casework's chapter: papers, interventions of departments, and what closing a case sets going."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import calendar_date
from shared.contracts.casework import Closed
from shared.dossier import store
from shared.dossier.chapter import Chapter
from shared.dossier.content import Content
from shared.dossier.papers import MEMBER, paper_faults, show_paper
from shared.dossier.tables import DecisionRow, Dossier, Item, Task
from shared.errors import Fault
from shared.http.decisions import ItemIn
from shared.protocol.model import State
from shared.service.platform import Platform

EXECUTION = "execution"


class Casework(Chapter):
    own_archive = "archive-case"
    category = "signal of phase 4"

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def faults(self, session: AsyncSession, item: ItemIn) -> list[Fault]:
        return await paper_faults(session, item)

    def recorded(self, dossier: Dossier, item: Item, document: dict[str, Any]) -> list[Task]:
        now = self.platform.clock.now()
        fields = document["fields"]
        if item.category == "paper":
            return [
                Task(
                    id=uuid4(),
                    number=dossier.number,
                    item=item.item,
                    kind="paper",
                    role=MEMBER,
                    meeting=fields["meeting"],
                    opened_at=now,
                )
            ]
        if item.category == "intervention":
            role = f"department-{fields['department']}"
            return [
                Task(id=uuid4(), number=dossier.number, item=item.item, kind="intervention", role=role, opened_at=now)
            ]
        return []

    def show_task(self, task: Task, content: Content, decisions: Sequence[DecisionRow]) -> dict[str, Any]:
        """A department sees its intervention and the items that check 2B allows it for that, and nothing else."""
        if task.kind == "paper":
            return show_paper(task, content)
        if task.kind != "intervention":
            return {}
        intervention = content.documents[task.item]
        allowed: dict[str, str] = {}
        for one in sorted(decisions, key=lambda row: row.version):
            if one.key == "check-2b" and one.status == "taken" and one.about[0] == task.item:
                allowed[one.about[1]] = one.outcome
        return {
            "intervention": intervention["finding"],
            **{name: intervention["fields"][name] for name in ("instrument", "legalBasis", "plannedOn")},
            "items": {name: _shared(name, content) for name, outcome in allowed.items() if outcome == "may"},
        }

    def decides(self, task: Task) -> tuple[str, tuple[str, ...]] | None:
        return (EXECUTION, (task.item,)) if task.kind == "intervention" else None

    def is_mine(self, state: State) -> bool:
        """What departments and members saw ends when the case is closed (R-25.3)."""
        return state not in (State.ENDED, State.CLOSED)

    async def decided(
        self, session: AsyncSession, dossier: Dossier, decision: DecisionRow, words: dict[str, Any]
    ) -> None:
        if decision.key == EXECUTION:
            await store.close_tasks(session, dossier.number, decision.about[0], self.platform.clock.now())

    async def settled(self, session: AsyncSession, dossier: Dossier, decision: DecisionRow, content: Content) -> None:
        """Closing: retention counts the years from the last substantive act (R-9.6, R-25.2)."""
        if decision.state_after == State.CLOSED and decision.state_before != State.CLOSED:
            closed = Closed(
                number=dossier.number,
                closed_on=calendar_date(decision.taken_at),
                last_act_on=dossier.last_act_on,
                protocol=dossier.protocol,
            )
            self.platform.post.tell(session, "retention", closed)


def _shared(name: str, content: Content) -> dict[str, Any]:
    """An item as a department gets it: with its source, without who recorded it."""
    if name == "report":
        return {"category": "report", "text": content.report["text"], "subjects": content.subjects}
    document = content.documents[name]
    return {key: document[key] for key in ("category", "about", "finding", "matches")}
