"""Access's tables: who is designated, by whom, from when until when; and what was used and may be used once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared.database.tables import moment
from shared.pages import Keyset, Page, Window

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


class UsedOnce(SQLModel, table=True):
    """What may not be used again, by its hash, for as long as somebody might believe it."""

    __tablename__ = "used_once"
    hash: str = Field(primary_key=True)
    until: datetime = moment()


EVERY = Keyset("designations", col(Designated.made_at), col(Designated.id), newest_first=True)


async def in_force(session: AsyncSession, now: datetime, user_id: str | None = None) -> list[Designated]:
    """What holds now: of everybody, for the beacon, or of one person."""
    query = (
        select(Designated)
        .where(col(Designated.starts_at) <= now, col(Designated.ends_at) > now)
        .order_by(col(Designated.ends_at))
    )
    if user_id is not None:
        query = query.where(col(Designated.user_id) == user_id)
    return list((await session.scalars(query)).all())


async def every(session: AsyncSession, window: Window) -> Page[Designated]:
    """All designations, past ones too, the newest first."""
    return await EVERY.page(session, select(Designated), window)


async def is_any(session: AsyncSession) -> bool:
    return (await session.scalars(select(col(Designated.id)).limit(1))).first() is not None


async def use(session: AsyncSession, now: datetime, once: Mapping[str, datetime]) -> bool:
    """Use up what has these hashes, each until a moment; False when one of them was used before."""
    await session.execute(delete(UsedOnce).where(col(UsedOnce.until) < now))
    rows = [{"hash": one, "until": until} for one, until in once.items()]
    new = insert(UsedOnce).values(rows).on_conflict_do_nothing().returning(col(UsedOnce.hash))
    return len((await session.scalars(new)).all()) == len(once)
