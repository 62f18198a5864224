"""Access's tables: who is designated, by whom, from when until when."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared.database.tables import moment

SCHEMA = "access_0001"


class Designated(SQLModel, table=True):
    """One designation. `basis` names the decision on which it rests; it is never deleted, only ended."""

    __tablename__ = "designation"
    id: UUID = Field(primary_key=True)
    user_id: str = Field(index=True)
    role: str
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    designated_by: str
    basis: str
    made_at: datetime = moment()


async def in_force(session: AsyncSession, now: datetime) -> list[Designated]:
    query = (
        select(Designated)
        .where(col(Designated.starts_at) <= now, col(Designated.ends_at) > now)
        .order_by(col(Designated.ends_at))
    )
    return list((await session.scalars(query)).all())


async def every(session: AsyncSession) -> list[Designated]:
    return list((await session.scalars(select(Designated).order_by(col(Designated.made_at)))).all())
