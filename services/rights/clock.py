"""When a duty is due: reckoned anew, from everything that is known, whenever something changes.

A moment can come by a message, without a decision; so when it is due and why have a MAC of their own (`due_mac`), beside
that of the duty's head.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.rights import store
from services.rights.store import DutyMoment
from shared.clock import calendar_date
from shared.engine.tables import Dossier
from shared.errors import NotBelieved
from shared.keys.mac import Mac
from shared.protocol.model import State
from shared.protocol.moments import By, due_on
from shared.protocol.terms import add_months
from shared.service.platform import Platform

CLOCK = "clock"


def _clock_of(row: Dossier, moments: Sequence[DutyMoment]) -> dict[str, Any]:
    known = sorted(moments, key=lambda one: str(one.cause))
    return {"number": row.number, "dueOn": row.due_on, "moments": [one.model_dump() for one in known]}


async def vouch_for_clock(mac: Mac, row: Dossier, moments: Sequence[DutyMoment] = ()) -> Dossier:
    """Put the MAC over when `row` is due, and why, on it. Raises PartDown."""
    row.due_mac = await mac.of(CLOCK, _clock_of(row, moments))
    return row


async def clock_is_right(mac: Mac, row: Dossier, moments: Sequence[DutyMoment]) -> bool:
    """Whether when `row` is due, and why, is as this service wrote it. Raises PartDown."""
    return await mac.agrees(CLOCK, _clock_of(row, moments), row.due_mac)


async def reckon(
    platform: Platform,
    session: AsyncSession,
    number: str,
    *,
    adds: DutyMoment | None = None,
    without: UUID | None = None,
) -> None:
    """Write down when duty `number` is due: with a moment besides, or without what `without` brought.

    Raises NotBelieved when it was changed past the service.
    """
    row = await store.locked(session, number)
    known = await store.moments_of(session, number)
    if not await clock_is_right(platform.mac, row, known):
        raise NotBelieved
    moments = [one for one in known if one.cause != without]
    for gone in known:
        if gone.cause == without:
            await session.delete(gone)
    if adds:
        session.add(adds)
        moments.append(adds)
    month = add_months(row.received_on, platform.settings.laws.of(row.protocol).terms.notice_months)
    by = [By(one.why, one.on, calendar_date(one.noted_at)) for one in moments]
    row.due_on = due_on(State(row.state), month, by)
    await vouch_for_clock(platform.mac, row, moments)
