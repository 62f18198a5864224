"""Assessment's tables: signals in phases 1 and 2, their items and decisions. Content is ciphertext."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared.contracts.common import KeyRef
from shared.database.tables import document, moment

SCHEMA = "assessment_0001"
ROOM = "room-signal"


class Signal(SQLModel, table=True):
    """A signal in this room. After the hand-over only number and new holder are left."""

    __tablename__ = "signal"
    number: str = Field(primary_key=True)
    version: int
    state: str = Field(index=True)
    working_name: str
    room_key: str | None
    protocol: str
    received_on: date
    arrived_at: datetime = moment()
    signed: bool
    handing_over_since: datetime | None = moment(nullable=True)
    handed_to: str | None = None
    left: bool = False


class Item(SQLModel, table=True):
    """One fact: the report itself, a finding, or the words of a decision."""

    __tablename__ = "item"
    number: str = Field(primary_key=True)
    item: str = Field(primary_key=True)
    category: str
    version: int
    ciphertext: str


class DecisionRow(SQLModel, table=True):
    """One decision, immutable but for its status. Its words are an item, `decision-<id>`."""

    __tablename__ = "decision"
    id: UUID = Field(primary_key=True)
    number: str = Field(index=True)
    version: int
    key: str
    outcome: str
    article: str
    status: str
    state_before: str
    state_after: str
    ends: bool
    deciders: list[str] = document(nullable=False)
    co_signers: list[str] = document(nullable=False)
    recorder: str
    role: str
    about: list[str] = document(nullable=False)
    forwarding: dict[str, Any] | None = document()
    taken_at: datetime = moment()
    effective_at: datetime | None = moment(nullable=True, index=True)
    settled_at: datetime | None = moment(nullable=True)
    protocol: str
    traceparent: str | None = None


async def items_of(session: AsyncSession, number: str) -> list[Item]:
    return list((await session.scalars(select(Item).where(col(Item.number) == number).order_by(col(Item.item)))).all())


async def decisions_of(session: AsyncSession, number: str) -> list[DecisionRow]:
    query = select(DecisionRow).where(col(DecisionRow.number) == number).order_by(col(DecisionRow.taken_at))
    return list((await session.scalars(query)).all())


async def last_taken(session: AsyncSession, number: str) -> DecisionRow | None:
    query = (
        select(DecisionRow)
        .where(
            col(DecisionRow.number) == number, col(DecisionRow.status) == "taken", col(DecisionRow.key) != "withdrawal"
        )
        .order_by(col(DecisionRow.version).desc())
        .limit(1)
        .with_for_update()
    )
    return (await session.scalars(query)).first()


async def unsettled(session: AsyncSession, now: datetime, most: int = 100) -> list[DecisionRow]:
    """Decisions whose time to be withdrawn is over and that have not been sent on."""
    query = (
        select(DecisionRow)
        .where(
            col(DecisionRow.status) == "taken",
            col(DecisionRow.settled_at).is_(None),
            col(DecisionRow.effective_at) <= now,
        )
        # In no order: what is stuck at the front must not keep the rest from being looked at.
        .order_by(func.random())
        .limit(most)
    )
    return sorted((await session.scalars(query)).all(), key=lambda row: row.version)


async def settle_earlier(session: AsyncSession, number: str, now: datetime) -> None:
    """A following decision ends the time in which the earlier ones can be withdrawn."""
    statement = (
        update(DecisionRow)
        .where(
            col(DecisionRow.number) == number,
            col(DecisionRow.status) == "taken",
            col(DecisionRow.settled_at).is_(None),
        )
        .values(effective_at=now)
    )
    await session.execute(statement)


async def active(session: AsyncSession, most: int = 500) -> list[Signal]:
    """The work list: what is in hand, oldest first. Ended signals are not on it (R-9.2)."""
    query = (
        select(Signal)
        .where(col(Signal.left).is_(False), col(Signal.state) != "ended")
        .order_by(col(Signal.arrived_at))
        .limit(most)
    )
    return list((await session.scalars(query)).all())


async def forget(session: AsyncSession, number: str, to: str) -> None:
    """The receipt is in: what was handed over is deleted here; only number and new holder stay."""
    await session.execute(delete(Item).where(col(Item.number) == number))
    await session.execute(delete(DecisionRow).where(col(DecisionRow.number) == number))
    values = {"left": True, "handed_to": to, "handing_over_since": None, "room_key": None}
    await session.execute(update(Signal).where(col(Signal.number) == number).values(**values))


async def keys_of(session: AsyncSession, numbers: Collection[str]) -> list[tuple[str, KeyRef]]:
    rows = (await session.scalars(select(Signal).where(col(Signal.number).in_(numbers)))).all()
    return [(row.number, KeyRef(mount=ROOM, key=row.room_key)) for row in rows if row.room_key]


async def delete_rows(session: AsyncSession, numbers: Collection[str]) -> None:
    for table in (Item, DecisionRow, Signal):
        await session.execute(delete(table).where(col(table.number).in_(numbers)))
