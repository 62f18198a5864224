"""The counts that are kept of each quarter (art. 9 lid 3, R-9.18): what is told of it, and no row of any signal."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from services.oversight.store import DecidedRow, Disclosure
from shared.database.tables import document


class KeptQuarter(SQLModel, table=True):
    """What is told of a quarter, made once. `lines`: as shared/protocol/protecting.py tells them; what is left out is in no row.

    `not_believed`: how many rows were not counted, because oversight did not write them so. `mac`: of oversight over all of it.
    """

    __tablename__ = "kept_quarter"
    quarter: str = Field(primary_key=True)
    smallest: int
    lines: dict[str, Any] = document(nullable=False)
    not_believed: int
    made_on: date
    mac: str = ""


async def kept(session: AsyncSession) -> list[KeptQuarter]:
    return list((await session.scalars(select(KeptQuarter).order_by(col(KeptQuarter.quarter)))).all())


async def forget(session: AsyncSession, quarters: Collection[str]) -> None:
    await session.execute(delete(KeptQuarter).where(col(KeptQuarter.quarter).in_(quarters)))


async def numbers_between(session: AsyncSession, since: datetime, until: datetime) -> list[str]:
    """The signals that got a suspicion between these moments, or ended."""
    facts = col(DecidedRow.facts)
    suspicion = (facts["key"].astext == "weging-1") & (facts["outcome"].astext == "suspicion")
    counts = or_(suspicion, facts["ended_in"].astext.is_not(None))
    when = col(DecidedRow.taken_at) >= since, col(DecidedRow.taken_at) < until
    query = select(col(DecidedRow.number)).where(counts, *when).distinct().order_by(col(DecidedRow.number))
    return list((await session.scalars(query)).all())


async def decided_about(session: AsyncSession, numbers: Collection[str]) -> list[DecidedRow]:
    return list((await session.scalars(select(DecidedRow).where(col(DecidedRow.number).in_(numbers)))).all())


async def disclosed_about(session: AsyncSession, numbers: Collection[str]) -> list[Disclosure]:
    return list((await session.scalars(select(Disclosure).where(col(Disclosure.number).in_(numbers)))).all())
