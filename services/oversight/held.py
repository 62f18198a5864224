"""What oversight holds of a number for a request of a person: that there are lines, decisions or disclosures; none of what they say.

The words of a decision lie here for who watches, under a key of the signal; who answers a request has them with the file.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.oversight.store import DecidedRow, Disclosure
from services.oversight.trail import AuditLine
from shared.clock import calendar_date
from shared.contracts.holdings import Holding
from shared.protocol.holdings import HAS_DECISIONS, HAS_DISCLOSURES, HAS_LINES


async def held_of(session: AsyncSession, number: str) -> list[Holding]:
    """That there is something of the number; of decisions and disclosures since which day."""
    line = select(col(AuditLine.seq)).where(col(AuditLine.record) == number).limit(1)
    found = [Holding(what=HAS_LINES)] if (await session.scalars(line)).first() is not None else []
    decided = select(func.min(col(DecidedRow.taken_at))).where(col(DecidedRow.number) == number)
    disclosed = select(func.min(col(Disclosure.decided_at))).where(col(Disclosure.number) == number)
    for query, what in ((decided, HAS_DECISIONS), (disclosed, HAS_DISCLOSURES)):
        first = (await session.scalars(query)).first()
        if first is not None:
            found.append(Holding(what=what, on=calendar_date(first)))
    return found
