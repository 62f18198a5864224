"""What export holds of a number for a request of a person: what was shared of them, to whom and until when (AVG 15 lid 1 onder c).

What is in a share is not opened: whose data went along is known where he is informed, and by who has the file.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.export.store import Share
from shared.clock import calendar_date
from shared.contracts.holdings import Holding
from shared.engine.head import vouched_for
from shared.keys.mac import Mac
from shared.protocol.holdings import HELD_IN_DOUBT, SHARE


class HeldShares:
    def __init__(self, mac: Mac) -> None:
        self._mac = mac

    async def of(self, session: AsyncSession, number: str) -> list[Holding]:
        """Each share of the number; of a row that export did not write only that there is one. Raises PartDown."""
        query = select(Share).where(col(Share.number) == number).order_by(col(Share.made_at), col(Share.id))
        return [await self._told(one) for one in await session.scalars(query)]

    async def _told(self, row: Share) -> Holding:
        if not await vouched_for(self._mac, row):
            return Holding(what=HELD_IN_DOUBT)
        return Holding(
            what=SHARE,
            state=row.state,
            on=calendar_date(row.made_at),
            # It ends a moment after its last second.
            until=calendar_date(min(row.ended_at or row.until, row.until)),
            recipient_kind=row.recipient_kind,
            recipient=row.recipient,
        )
