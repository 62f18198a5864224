"""Retention's tables: ciphertext that it cannot read, every key that must go, lists and declarations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel

from shared.contracts.common import KeyRef
from shared.database.tables import document, moment

SCHEMA = "retention_0001"


class SealedSignal(SQLModel, table=True):
    """A signal in the non-active environment. `dossier` is archive ciphertext."""

    __tablename__ = "sealed_signal"
    number: str = Field(primary_key=True)
    version: int
    state: str = Field(index=True)
    category: str
    ending: str
    article: str
    protocol: str
    received_on: date
    decided_on: date
    ends_on: date = Field(index=True)
    dossier: list[dict[str, Any]] | None = document()
    sealed_at: datetime = moment()
    list_id: UUID | None = None
    approver: str | None = None
    approved_at: datetime | None = moment(nullable=True)


class SignalKey(SQLModel, table=True):
    """A key that exists (or existed) for a signal, anywhere."""

    __tablename__ = "signal_key"
    mount: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    number: str = Field(index=True)
    destroyed_at: datetime | None = moment(nullable=True)


class Carrier(SQLModel, table=True):
    """Letterbox key `kid` carried a letter of signal `number`."""

    number: str = Field(primary_key=True)
    kid: str = Field(primary_key=True)


class Letterbox(SQLModel, table=True):
    """A letterbox key, and which senders will never seal with it again."""

    kid: str = Field(primary_key=True)
    finished_by: list[str] = document(nullable=False)
    rotation_asked_at: datetime | None = moment(nullable=True)
    release_asked_at: datetime | None = moment(nullable=True)
    destroyed_at: datetime | None = moment(nullable=True)


class Part(SQLModel, table=True):
    """`part` has deleted its rows about signal `number`."""

    __tablename__ = "destruction_part"
    number: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    done_at: datetime = moment()


class DestructionList(SQLModel, table=True):
    __tablename__ = "destruction_list"
    id: UUID = Field(primary_key=True)
    listed_on: date
    approve_before: date
    ultimate_on: date
    warned: bool = False
    forced: bool = False


class Declaration(SQLModel, table=True):
    """A declaration of destruction: kept for good, names nobody."""

    id: UUID = Field(primary_key=True)
    number: str = Field(index=True, unique=True)
    declared_on: date
    content: dict[str, Any] = document(nullable=False)
    signature: str


async def due(session: AsyncSession, before: date, most: int = 500) -> list[SealedSignal]:
    query = (
        select(SealedSignal)
        .where(SealedSignal.state == "sealed", SealedSignal.ends_on < before)  # type: ignore[arg-type]
        .order_by(SealedSignal.ends_on, SealedSignal.number)  # type: ignore[arg-type]
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return list((await session.scalars(query)).all())


async def late_lists(session: AsyncSession, today: date) -> list[DestructionList]:
    """Lists past their approval date with signals still waiting."""
    waiting = exists().where(SealedSignal.list_id == DestructionList.id, SealedSignal.state == "listed")  # type: ignore[arg-type]
    query = select(DestructionList).where(DestructionList.approve_before < today, waiting)  # type: ignore[arg-type]
    return list((await session.scalars(query)).all())


async def keys_of(session: AsyncSession, number: str) -> list[SignalKey]:
    return list((await session.scalars(select(SignalKey).where(SignalKey.number == number))).all())  # type: ignore[arg-type]


async def carriers_of(session: AsyncSession, number: str) -> list[str]:
    return list((await session.scalars(select(Carrier.kid).where(Carrier.number == number))).all())  # type: ignore[call-overload]


async def parts_of(session: AsyncSession, number: str) -> set[str]:
    return set((await session.scalars(select(Part.part).where(Part.number == number))).all())  # type: ignore[call-overload]


async def note_key(session: AsyncSession, number: str, ref: KeyRef) -> None:
    values = {"mount": ref.mount, "key": ref.key, "number": number}
    await session.execute(upsert(SignalKey).values(**values).on_conflict_do_nothing())


async def note_destroyed(session: AsyncSession, ref: KeyRef, now: datetime, number: str | None = None) -> None:
    if number is not None:
        await note_key(session, number, ref)
    statement = update(SignalKey).where(SignalKey.mount == ref.mount, SignalKey.key == ref.key)  # type: ignore[arg-type]
    await session.execute(statement.values(destroyed_at=now))


async def note_carrier(session: AsyncSession, number: str, kid: str) -> None:
    await session.execute(upsert(Carrier).values(number=number, kid=kid).on_conflict_do_nothing())
    await session.execute(upsert(Letterbox).values(kid=kid, finished_by=[]).on_conflict_do_nothing())


async def note_part(session: AsyncSession, number: str, part: str, now: datetime) -> None:
    await session.execute(upsert(Part).values(number=number, part=part, done_at=now).on_conflict_do_nothing())


async def being_destroyed(session: AsyncSession, most: int = 200) -> list[SealedSignal]:
    query = (
        select(SealedSignal)
        .where(SealedSignal.state == "approved")  # type: ignore[arg-type]
        .order_by(SealedSignal.approved_at)  # type: ignore[arg-type]
        .limit(most)
    )
    return list((await session.scalars(query)).all())


async def delete_rows(session: AsyncSession, number: str) -> None:
    for table in (SealedSignal, SignalKey, Carrier, Part):
        await session.execute(delete(table).where(table.number == number))  # type: ignore[attr-defined]


async def declarations(session: AsyncSession, most: int = 1000) -> list[Declaration]:
    query = select(Declaration).order_by(Declaration.declared_on.desc(), Declaration.number).limit(most)  # type: ignore[attr-defined]
    return list((await session.scalars(query)).all())
