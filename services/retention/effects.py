"""What a decision on a sealed signal sets going in retention's own tables: a hold is asked, begins, or ends (R-9.15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.retention.tables import Hold
from shared.engine.effects import Moment, Own
from shared.engine.loaded import Loaded
from shared.engine.tables import DecisionRow
from shared.errors import Conflict
from shared.service.platform import Platform

PROPOSED, HELD, ENDED, DROPPED = "proposed", "held", "ended", "dropped"


@dataclass(frozen=True)
class AsksHold(Own):
    """Somebody asks that `items` wait; nothing waits yet."""

    moment = Moment.AT_ONCE
    ground: str
    items: tuple[str, ...]
    ends_on: date

    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        session.add(
            Hold(
                id=decision.id,
                number=loaded.number,
                state=PROPOSED,
                ground=self.ground,
                items=list(self.items),
                ends_on=self.ends_on,
                asked_by=decision.recorder,
                asked_at=decision.taken_at,
            )
        )

    async def undo(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        """Who had to agree did not, or it was taken back: it never waited."""
        await _change(session, decision.id, PROPOSED, state=DROPPED)


@dataclass(frozen=True)
class KeepsHold(Own):
    """What was asked waits from now on."""

    moment = Moment.AT_ONCE

    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        await _change(session, decision.id, PROPOSED, state=HELD, approved_by=decision.co_signers[0])


@dataclass(frozen=True)
class EndsHold(Own):
    """The procedure is over."""

    moment = Moment.AT_ONCE
    hold: UUID

    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        await _change(session, self.hold, HELD, state=ENDED)


async def _change(session: AsyncSession, identifier: UUID, before: str, **values: str) -> None:
    mine = col(Hold.id) == identifier, col(Hold.state) == before
    changed = await session.execute(update(Hold).where(*mine).values(**values).returning(col(Hold.id)))
    if changed.first() is None:
        raise Conflict("Deze vernietigingsstop is intussen veranderd: kijk opnieuw.")
