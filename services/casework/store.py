"""Casework's tables: those of every service that holds dossiers, and what receivers outside said of a case."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared.database.tables import moment
from shared.engine.shelf import Shelf
from shared.engine.store import delete_rows

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
