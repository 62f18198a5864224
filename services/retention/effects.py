"""What a decision on a sealed signal sets going in retention's own tables: a hold is asked, begins, or ends (R-9.15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.retention import holds
from services.retention.holds import DROPPED, ENDED, HELD, PROPOSED
from services.retention.tables import Hold
from shared.engine.effects import Moment, Own
from shared.engine.loaded import Loaded
from shared.engine.tables import DecisionRow
from shared.service.platform import Platform


@dataclass(frozen=True)
class AsksHold(Own):
    """Somebody asks that `items` wait; nothing waits yet."""

    moment = Moment.AT_ONCE
    ground: str
    items: tuple[str, ...]
    ends_on: date

    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        hold = Hold(
            id=decision.id,
            number=loaded.number,
            state=PROPOSED,
            ground=self.ground,
            items=list(self.items),
            ends_on=self.ends_on,
            asked_by=decision.recorder,
            asked_at=decision.taken_at,
        )
        await holds.ask(session, platform.mac, hold)

    async def undo(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        """Who had to agree did not, or it was taken back: it never waited."""
        await holds.change(session, platform.mac, loaded.number, decision.id, PROPOSED, state=DROPPED)


@dataclass(frozen=True)
class KeepsHold(Own):
    """What was asked waits from now on."""

    moment = Moment.AT_ONCE

    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        values = {"state": HELD, "approved_by": decision.co_signers[0]}
        await holds.change(session, platform.mac, loaded.number, decision.id, PROPOSED, **values)


@dataclass(frozen=True)
class EndsHold(Own):
    """The procedure is over."""

    moment = Moment.AT_ONCE
    hold: UUID

    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        await holds.change(session, platform.mac, loaded.number, self.hold, HELD, state=ENDED)
