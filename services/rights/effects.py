"""What a decision on a duty sets going in rights' own tables: its clock moves, and phase 3 may be answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.rights.answer import answer_if_complete
from services.rights.clock import moments_of, reckoned
from services.rights.store import DutyMoment
from shared.engine.effects import Moment, Own
from shared.engine.head import Head
from shared.engine.loaded import Loaded
from shared.engine.tables import DecisionRow
from shared.protocol.model import Law
from shared.service.platform import Platform


@dataclass(frozen=True)
class MovesClock(Own):
    """When the duty is due is reckoned anew, with the moment `on` besides, when there is one."""

    moment = Moment.AT_ONCE
    law: Law
    why: str | None = None
    on: date | None = None

    def becomes(self, head: Head, decision: DecisionRow) -> Head:
        return reckoned(head, self.law, (*moments_of(head), *self._brings(decision)))

    def reverts(self, head: Head, decision: DecisionRow) -> Head:
        """No decision, no later date."""
        return reckoned(head, self.law, tuple(one for one in moments_of(head) if one.cause != decision.id))

    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        session.add_all(self._brings(decision))

    async def undo(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        await session.execute(delete(DutyMoment).where(col(DutyMoment.cause) == decision.id))

    def _brings(self, decision: DecisionRow) -> list[DutyMoment]:
        if not self.why or not self.on:
            return []
        return [
            DutyMoment(number=decision.number, cause=decision.id, why=self.why, on=self.on, noted_at=decision.taken_at)
        ]


@dataclass(frozen=True)
class MayComplete(Own):
    """Phase 3 is answered when nobody's duty is undecided any more (art. 16 lid 2)."""

    moment = Moment.SETTLED

    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        await answer_if_complete(platform, session, loaded.dossier.signal)
