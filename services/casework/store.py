"""Casework's tables are those of every service that holds dossiers: signals in phase 4, cases in their active years."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import distinct, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.clock import calendar_date
from shared.engine.tables import TaskRow

SCHEMA = "casework_0001"


async def waiting(
    session: AsyncSession, numbers: Collection[str], kinds: Collection[str], now: datetime
) -> list[tuple[str, str, int, int]]:
    """Of these signals and these kinds of tasks: signal, kind, how many things wait, and how many of those too long."""
    thing, today = distinct(col(TaskRow.item)), calendar_date(now)
    query = (
        select(
            col(TaskRow.number),
            col(TaskRow.kind),
            func.count(thing),
            func.count(thing).filter(col(TaskRow.due_on) < today),
        )
        .where(col(TaskRow.number).in_(numbers), col(TaskRow.kind).in_(kinds))
        .where(col(TaskRow.closed_at).is_(None), col(TaskRow.opened_at) <= now)
        .group_by(col(TaskRow.number), col(TaskRow.kind))
    )
    return [(number, kind, count, over) for number, kind, count, over in (await session.execute(query)).all()]
