"""What intake holds of a number for a request of a person: that a report is still here, or its receipt; never who reported it.

Whether a reporter left his name is not told, in any words: it would say of a report whether somebody can be found (R-5.1).
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.intake.store import AcceptedReport
from shared.clock import calendar_date
from shared.contracts.holdings import Holding
from shared.contracts.intake import ReportLetter
from shared.database.tables import Outgoing
from shared.protocol.holdings import RECEIPT_KEPT, UNDELIVERED


async def held_of(session: AsyncSession, number: str) -> list[Holding]:
    """What is here of the number."""
    accepted = select(AcceptedReport).where(col(AcceptedReport.number) == number)
    undelivered = select(Outgoing).where(
        col(Outgoing.number) == number, col(Outgoing.event) == ReportLetter.event, col(Outgoing.receipted_at).is_(None)
    )
    found = [
        Holding(what=RECEIPT_KEPT, on=calendar_date(one.accepted_at))
        for one in await session.scalars(accepted.order_by(col(AcceptedReport.accepted_at)))
    ]
    return found + [
        Holding(what=UNDELIVERED, on=calendar_date(one.created_at))
        for one in await session.scalars(undelivered.order_by(col(Outgoing.created_at)))
    ]
