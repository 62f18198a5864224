"""When a duty is due: reckoned anew, from everything that is known, whenever something changes."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.rights import store
from shared.clock import calendar_date
from shared.engine.tables import Dossier
from shared.protocol.laws import Laws
from shared.protocol.model import State
from shared.protocol.moments import By, due_on
from shared.protocol.terms import add_months


async def reckon(laws: Laws, session: AsyncSession, row: Dossier) -> None:
    """Write down when `row`, which is locked, is due."""
    await session.flush()
    found = await store.moments_of(session, row.number)
    moments = [By(one.why, one.on, calendar_date(one.noted_at)) for one in found]
    month = add_months(row.received_on, laws.of(row.protocol).terms.notice_months)
    row.due_on = due_on(State(row.state), month, moments)
