"""Casework's tables: those of every service that holds dossiers, and what receivers outside said of a case."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import delete, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared.clock import calendar_date
from shared.database.tables import moment
from shared.engine.shelf import Shelf
from shared.engine.store import delete_rows
from shared.engine.tables import TaskRow

SCHEMA = "casework_0001"


class SaidRow(SQLModel, table=True):
    """What the RIEC signed about what it was given: codes and dates, as it came. Part of the head of its dossier.

    `id`: as its signer gave it, so that it counts once.
    """

    __tablename__ = "said"
    id: UUID = Field(primary_key=True)
    number: str = Field(index=True)
    statement: str
    heard_at: datetime = moment()


class CaseShelf(Shelf):
    own_rows: ClassVar = {"said": (SaidRow, "x.number = {number} ORDER BY x.heard_at, x.id")}


async def forget_said(session: AsyncSession, numbers: Collection[str]) -> None:
    await session.execute(delete(SaidRow).where(col(SaidRow.number).in_(numbers)))


async def erase_cases(session: AsyncSession, numbers: Collection[str]) -> None:
    """Everything about these signals."""
    await forget_said(session, numbers)
    await delete_rows(session, numbers)


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
