"""What a decision on a duty sets going in rights' own tables: its clock moves, and phase 3 may be answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.rights import store
from services.rights.answer import answer_if_complete
from services.rights.clock import reckon
from shared.engine.effects import Moment, Own
from shared.engine.loaded import Loaded
from shared.engine.tables import DecisionRow
from shared.service.platform import Platform


@dataclass(frozen=True)
class MovesClock(Own):
    """When the duty is due is reckoned anew, with the moment `on` besides, when there is one."""

    moment = Moment.AT_ONCE
    why: str | None = None
    on: date | None = None

    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        row = await store.locked(session, loaded.number)
        if self.why and self.on:
            noted = decision.taken_at
            session.add(
                store.DutyMoment(number=row.number, cause=decision.id, why=self.why, on=self.on, noted_at=noted)
            )
        await reckon(platform.settings.laws, session, row)

    async def undo(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        """No decision, no later date."""
        await session.execute(delete(store.DutyMoment).where(col(store.DutyMoment.cause) == decision.id))
        await reckon(platform.settings.laws, session, await store.locked(session, loaded.number))


@dataclass(frozen=True)
class MayComplete(Own):
    """Phase 3 is answered when nobody's duty is undecided any more (art. 16 lid 2)."""

    moment = Moment.SETTLED

    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        await answer_if_complete(platform, session, loaded.dossier.signal)
