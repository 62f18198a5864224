"""Intake's tables: reports that were accepted (hashes only), and the reporters' vault (ciphertext)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared.contracts.common import KeyRef
from shared.database.tables import Waits, document, moment

SCHEMA = "intake_0001"


class AcceptedReport(SQLModel, table=True):
    """One accepted request: keyed hashes of its Idempotency-Key, its body and its receipt code."""

    __tablename__ = "accepted_report"
    key_hash: str = Field(primary_key=True)
    body_hash: str
    receipt_hash: str
    number: str = Field(index=True)
    accepted_at: datetime = moment()


class MelderLetter(Waits, table=True):
    """Contact data as the door sealed them, until intake can open them."""

    __tablename__ = "melder_letter"
    number: str = Field(index=True)
    kid: str = Field(index=True)
    letter: str
    sealed_at: datetime = moment()
    active: bool = True


class MelderVault(SQLModel, table=True):
    """Contact data under a key of their own. `active` ends with the signal (art. 9)."""

    __tablename__ = "melder_vault"
    number: str = Field(primary_key=True)
    room_key: str
    ciphertext: str
    active: bool = True


class DoorKeys(SQLModel, table=True):
    """Whose signatures count, as OpenBao said last, for a door that cannot ask it; one row, believed for its MAC."""

    __tablename__ = "door_keys"
    id: int = Field(primary_key=True)
    keys: dict[str, list[str]] = document(nullable=False)
    asked_at: datetime = moment()
    mac: str


async def keys_of(session: AsyncSession, numbers: Collection[str]) -> list[tuple[str, KeyRef]]:
    rows = (await session.scalars(select(MelderVault).where(col(MelderVault.number).in_(numbers)))).all()
    return [(row.number, KeyRef(mount="room-melder", key=row.room_key)) for row in rows]


async def delete_rows(session: AsyncSession, numbers: Collection[str]) -> None:
    for table in (MelderVault, MelderLetter):
        await session.execute(delete(table).where(col(table.number).in_(numbers)))
    # The hashes of the request stay for their term (remembered.py), without number: the same request sent again is still the same request,
    # and does not come back as a new report under a number that was destroyed.
    blank = update(AcceptedReport).where(col(AcceptedReport.number).in_(numbers)).values(number="", receipt_hash="")
    await session.execute(blank)


OLDEST = (datetime.min.replace(tzinfo=UTC), "")


async def without_signal(
    session: AsyncSession, before: datetime, after: tuple[datetime, str], most: int
) -> list[AcceptedReport]:
    """Of reports that came before a moment, and of which the signal was destroyed, the next ones, the oldest first."""
    at, key = col(AcceptedReport.accepted_at), col(AcceptedReport.key_hash)
    query = select(AcceptedReport).where(
        col(AcceptedReport.number) == "", at < before, tuple_(at, key) > tuple_(*after)
    )
    return list((await session.scalars(query.order_by(at, key).limit(most))).all())


async def forget(session: AsyncSession, keys: Collection[str]) -> list[str]:
    """Delete these hashes, but of a signal that is there; returns which."""
    mine = col(AcceptedReport.key_hash).in_(keys), col(AcceptedReport.number) == ""
    gone = delete(AcceptedReport).where(*mine).returning(col(AcceptedReport.key_hash))
    return list((await session.scalars(gone)).all())


async def kids_of(session: AsyncSession, numbers: Collection[str]) -> list[tuple[str, str]]:
    """The letterbox keys of contact data that were not opened yet."""
    query = select(col(MelderLetter.number), col(MelderLetter.kid)).where(col(MelderLetter.number).in_(numbers))
    return [(row.number, row.kid) for row in await session.execute(query)]


async def number_of(session: AsyncSession, receipt_hash: str) -> str | None:
    """Of which signal this is the receipt code; empty when it was destroyed."""
    query = select(col(AcceptedReport.number)).where(col(AcceptedReport.receipt_hash) == receipt_hash)
    found: str | None = (await session.scalars(query)).first()
    return found


async def end_waiting(session: AsyncSession, number: str) -> None:
    """The signal ended before its reporter's data were opened: they come into the vault closed."""
    await session.execute(update(MelderLetter).where(col(MelderLetter.number) == number).values(active=False))


async def close_vault(session: AsyncSession, number: str) -> None:
    await session.execute(update(MelderVault).where(col(MelderVault.number) == number).values(active=False))


async def is_waiting(session: AsyncSession, kid: str) -> bool:
    """Whether a letter to ourselves was sealed with `kid` and has not been opened."""
    query = select(col(MelderLetter.id)).where(col(MelderLetter.kid) == kid).limit(1)
    return (await session.scalars(query)).first() is not None
