"""What retention holds of a number for a request of a person: what is sealed, since when and until when; it can read none of it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.retention.tables import ActiveCase, FindableRow, SealedSignal
from shared.contracts.holdings import Holding
from shared.engine.head import vouched_for
from shared.keys.mac import Mac
from shared.protocol.holdings import CLOSED_CASE, HASHES, HELD_IN_DOUBT, KEPT_SEALED


class HeldNumbers:
    def __init__(self, mac: Mac) -> None:
        self._mac = mac

    async def of(self, session: AsyncSession, number: str) -> list[Holding]:
        """Each thing that is here of the number; of a row that retention did not write only that there is one. Raises PartDown."""
        found: list[Holding] = []
        for sealed in await session.scalars(select(SealedSignal).where(col(SealedSignal.number) == number)):
            told = Holding(what=KEPT_SEALED, state=sealed.state, on=sealed.decided_on, until=sealed.ends_on)
            found.append(told if await vouched_for(self._mac, sealed) else Holding(what=HELD_IN_DOUBT))
        cases = await session.scalars(select(ActiveCase).where(col(ActiveCase.number) == number))
        for one in cases:
            closed = Holding(what=CLOSED_CASE, on=one.closed_on, until=one.moves_on)
            found.append(closed if await vouched_for(self._mac, one) else Holding(what=HELD_IN_DOUBT))
        for row in await session.scalars(select(FindableRow).where(col(FindableRow.number) == number)):
            right = await vouched_for(self._mac, row)
            found.append(Holding(what=HASHES) if right else Holding(what=HELD_IN_DOUBT))
        return sorted(found, key=lambda one: one.what)
