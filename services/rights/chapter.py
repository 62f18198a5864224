"""Rights' chapter: one duty per person, what a decision on it changes, and who is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.rights import store
from services.rights.answer import GATES, answer_if_complete
from services.rights.domain import due_on, told
from shared.clock import calendar_date
from shared.contracts.rights import Notice
from shared.dossier.chapter import Chapter
from shared.dossier.content import Content
from shared.dossier.tables import DecisionRow, Dossier, Item, Task
from shared.protocol.model import State
from shared.service.platform import Platform

CONTACT = "contact"
TOLD_TO_GATES = ("duty", "review", "ground-lapsed", "notice-sent")
"""Decisions after which a gate may open; a withdrawn one was never told."""


class Duties(Chapter):
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def show(
        self, session: AsyncSession, dossier: Dossier, content: Content, decisions: Sequence[DecisionRow]
    ) -> dict[str, Any]:
        """Who is to be informed and which moments bring it nearer; nothing of what was reported is here."""
        moments = await store.moments_of(session, dossier.number)
        return {
            "person": next(iter(content.subjects.values()), None),
            "moments": [{"why": one.why, "on": one.on.isoformat()} for one in moments],
        }

    def show_task(self, task: Task, content: Content, decisions: Sequence[DecisionRow]) -> dict[str, Any]:
        """The privacy officer judges grounds and reasons; who it is he needs as little as that."""
        return {}

    async def decided(
        self, session: AsyncSession, dossier: Dossier, decision: DecisionRow, words: dict[str, Any]
    ) -> None:
        """The clock of this duty moves with the decision."""
        fields = words.get("fields") or {}
        if decision.key == CONTACT:
            on = date.fromisoformat(fields["contactOn"])
            session.add(store.Moment(number=dossier.number, cause=decision.id, why=CONTACT, on=on))
            when: date | None = min(dossier.due_on or on, on)
        else:
            today = calendar_date(self.platform.clock.now())
            when = due_on(State(decision.state_after), dossier.due_on, fields, today)
        values = {"due_on": when, "due_before": dossier.due_on}
        await session.execute(update(Dossier).where(col(Dossier.number) == dossier.number).values(**values))

    async def withdrawn(self, session: AsyncSession, dossier: Dossier, decision: DecisionRow) -> None:
        """The clock goes back to what it was: no decision, no later date."""
        await session.execute(delete(store.Moment).where(col(store.Moment.cause) == decision.id))
        statement = update(Dossier).where(col(Dossier.number) == dossier.number)
        await session.execute(statement.values(due_on=col(Dossier.due_before)))

    async def settled(self, session: AsyncSession, dossier: Dossier, decision: DecisionRow, content: Content) -> None:
        await store.one_at_a_time(session, dossier.signal)
        row = await session.get(Dossier, dossier.number)
        if row is None:
            return
        if row.subject and decision.key in TOLD_TO_GATES:
            deferred = decision.state_after == State.DUTY_DEFERRED
            notice = Notice(
                number=row.signal,
                subject=row.subject,
                version=decision.version,
                state=told(State(decision.state_after), decision.outcome),
                review_on=date.fromisoformat(content.fields_of(decision)["reviewOn"]) if deferred else None,
            )
            for gate in GATES:
                self.platform.post.tell(session, gate, notice)
        if decision.state_after == State.DUTY_DONE:
            # Who it is has been kept for this only; that and how it was decided stays.
            await session.execute(delete(Item).where(col(Item.number) == row.number, col(Item.item) == "report"))
        await answer_if_complete(self.platform, session, row.signal)
