"""Export's tables: what was shared and waits for its receiver, as ciphertext under a key of its own."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared.contracts.common import KeyRef
from shared.database.tables import Waits, document, moment
from shared.pages import Keyset, Page, Window

SCHEMA = "export_0001"
SHARED_ROOM = "room-export"
DEPARTMENT = "department"
UNREAD, READ, REFUSED = "waiting", "fetched", "refused"


class Share(Waits, table=True):
    """What one receiver may read. `id` is that of the message that brought it; it waits until its end (`until`).

    `state`: waiting, fetched (or read, by a department), accepted, refused. `ended_at`: since when nobody can read it any
    more. `link`, `secret`: SHA-256 of what the receiver shows; `tries`: secrets that were wrong.
    """

    moves: ClassVar = ("next_at", "attempts", "since", "waits_because", "parked_at", "tries")
    number: str
    recipient_kind: str
    recipient: str
    state: str
    room_key: str
    ciphertext: str
    made_at: datetime = moment()
    until: datetime = moment()
    link: str | None = Field(default=None, unique=True)
    secret: str | None = None
    tries: int = 0
    fetched_at: datetime | None = moment(nullable=True)
    sealed: bool = False
    """What was fetched was sealed to the receiver's own key."""
    issued: list[str] = document(nullable=False)
    """The SHA-256 of everything that was fetched, the newest last: of the manifest of a package, or of the document. A new
    link gives a new one, and who has an earlier copy can still say something about it."""
    received_at: datetime | None = moment(nullable=True)
    """Since when its receiver has signed that he has it."""
    said_of: str | None = None
    """Of which of these he signed something last."""
    answered_at: datetime | None = moment(nullable=True)
    answered_how: str | None = None
    """`signed` by the receiver, by the `link` that he had, in the `inbox`, or `entered` by who has the file."""
    reason: str | None = None
    """Why it was refused, by a code."""
    ended_at: datetime | None = moment(nullable=True)
    restricted: list[str] | None = document()
    """The requests for which it is kept back: something of it is restricted (restricting.py)."""
    mac: str = ""

    @property
    def digest(self) -> str | None:
        """Of what was fetched last."""
        return self.issued[-1] if self.issued else None


class RestrictedRow(SQLModel, table=True):
    """What is restricted of a signal for a request, as rights said it last, at `at`; `restricted`: it holds."""

    __tablename__ = "restricted"
    number: str = Field(primary_key=True)
    request: str = Field(primary_key=True)
    subject: str
    items: list[str] = document(nullable=False)
    whole: bool
    restricted: bool
    at: datetime = moment()
    mac: str = ""


class OutsideRow(SQLModel, table=True):
    """What a receiver outside signed about a share: codes and dates. `id`: as he gave it, so that it counts once. Its MAC says that
    his signature was checked when it came, also when he signs with another key since."""

    __tablename__ = "said_of_share"
    id: UUID = Field(primary_key=True)
    number: str = Field(index=True)
    share: UUID = Field(index=True)
    statement: str
    said_at: datetime = moment()
    mac: str = ""


class EndingRow(SQLModel, table=True):
    """A share that its receiver has, and that was destroyed here with its signal: of whom, and when; nothing else.

    `told_at`: since when he has heard of it.
    """

    __tablename__ = "ending"
    moves: ClassVar = ("told_at",)
    id: UUID = Field(primary_key=True)
    recipient: str
    destroyed_on: date
    told_at: datetime | None = moment(nullable=True)
    mac: str = ""


SHARES = Keyset("shares", col(Share.made_at), col(Share.id), newest_first=True)
INBOX = Keyset("inbox", col(Share.until), col(Share.id))


async def shares(session: AsyncSession, number: str | None, window: Window) -> Page[Share]:
    """What was shared, the newest first; of one signal when `number` says so."""
    query = select(Share)
    if number is not None:
        query = query.where(col(Share.number) == number)
    return await SHARES.page(session, query, window)


async def inbox(session: AsyncSession, departments: Collection[str], now: datetime, window: Window) -> Page[Share]:
    """What waits for these departments and can be read, what ends first before the rest."""
    mine = (col(Share.recipient_kind) == DEPARTMENT, col(Share.recipient).in_(departments))
    readable = (open_ones(), col(Share.until) > now, col(Share.state) != REFUSED)
    return await INBOX.page(session, select(Share).where(*mine, *readable), window)


async def open_of(session: AsyncSession, number: str) -> list[Share]:
    """What of a signal can be read still, locked."""
    query = select(Share).where(col(Share.number) == number, open_ones()).with_for_update()
    return list((await session.scalars(query)).all())


def open_ones() -> ColumnElement[bool]:
    """What can be read still."""
    return col(Share.ended_at).is_(None)


async def by_link(session: AsyncSession, link: str) -> Share | None:
    query = select(Share).where(col(Share.link) == link, open_ones()).with_for_update()
    return (await session.scalars(query)).first()


async def delete_rows(session: AsyncSession, numbers: Collection[str]) -> None:
    for table in (Share, RestrictedRow):
        await session.execute(delete(table).where(col(table.number).in_(numbers)))


async def keys_of(session: AsyncSession, numbers: Collection[str]) -> list[tuple[str, KeyRef]]:
    query = select(col(Share.number), col(Share.room_key)).where(col(Share.number).in_(numbers))
    return [(row.number, KeyRef(mount=SHARED_ROOM, key=row.room_key)) for row in await session.execute(query)]
