"""Rights' chapter: one duty per person, what a decision on it changes, and who is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.rights import store
from services.rights.answer import GATES, answer_if_complete
from services.rights.clock import reckon
from services.rights.domain import AT_ONCE, NEARER, REVIEW, told
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
        moments = sorted(await store.moments_of(session, dossier.number), key=lambda one: one.on)
        return {
            "person": next(iter(content.subjects.values()), None),
            "moments": [{"why": one.why, "on": one.on.isoformat()} for one in moments if one.why in NEARER],
        }

    def show_task(self, task: Task, content: Content, decisions: Sequence[DecisionRow]) -> dict[str, Any]:
        """The privacy officer judges grounds and reasons; who it is he needs as little as that."""
        return {}

    async def decided(
        self, session: AsyncSession, dossier: Dossier, decision: DecisionRow, words: dict[str, Any]
    ) -> None:
        """The clock of this duty moves with the decision."""
        fields = words.get("fields") or {}
        row = await store.locked(session, dossier.number)
        if decision.key == CONTACT:
            self._note(session, decision, CONTACT, date.fromisoformat(fields["contactOn"]))
        elif row.state == State.DUTY_DEFERRED:
            self._note(session, decision, REVIEW, date.fromisoformat(fields["reviewOn"]))
        elif row.state == State.DUTY_TO_SEND:
            today = calendar_date(decision.taken_at)
            # Or within the month, where that is over already.
            self._note(session, decision, AT_ONCE, min(today, row.due_on or today))
        await reckon(self.platform, session, row)

    @staticmethod
    def _note(session: AsyncSession, decision: DecisionRow, why: str, on: date) -> None:
        session.add(store.Moment(number=decision.number, cause=decision.id, why=why, on=on, noted_at=decision.taken_at))

    async def withdrawn(self, session: AsyncSession, dossier: Dossier, decision: DecisionRow) -> None:
        """The clock goes back to what it was: no decision, no later date."""
        await session.execute(delete(store.Moment).where(col(store.Moment.cause) == decision.id))
        await reckon(self.platform, session, await store.locked(session, dossier.number))

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
