"""What a decision on a duty sets going in rights' own tables: its clock moves, and phase 3 may be answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.rights.answer import answer_if_complete
from services.rights.clock import reckon
from services.rights.store import DutyMoment
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
        adds = None
        if self.why and self.on:
            adds = DutyMoment(
                number=loaded.number, cause=decision.id, why=self.why, on=self.on, noted_at=decision.taken_at
            )
        await reckon(platform, session, loaded.number, adds=adds)

    async def undo(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        """No decision, no later date."""
        await reckon(platform, session, loaded.number, without=decision.id)


@dataclass(frozen=True)
class MayComplete(Own):
    """Phase 3 is answered when nobody's duty is undecided any more (art. 16 lid 2)."""

    moment = Moment.SETTLED

    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        await answer_if_complete(platform, session, loaded.dossier.signal)
