"""The tables that every service has: what goes out, what came in, what could not be handled, who did what.

None of them holds content in the clear. Bodies of messages are sealed letters or content-free facts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, LargeBinary, Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel


def moment(*, nullable: bool = False, index: bool = False) -> Any:
    """A column for an aware moment."""
    return Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=nullable, index=index))


def document(*, nullable: bool = True) -> Any:
    """A JSONB column."""
    return Field(default=None, sa_column=Column(JSONB, nullable=nullable))


def table_of(model: type[SQLModel]) -> Table:
    """The table of `model`, for inserts that need nothing of the ORM."""
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found


def _inherited_moment(*, nullable: bool = False) -> Any:
    """A moment in a class that several tables inherit: each gets a column of its own."""
    return Field(default=None, sa_type=cast(Any, DateTime(timezone=True)), nullable=nullable)


class Waits(SQLModel):
    """The columns of a table that waits: `shared.queue` claims, backs off, parks and shows its rows."""

    id: UUID = Field(primary_key=True)
    next_at: datetime = _inherited_moment()
    """When it is due, or the end of the lease of who has it in hand."""
    attempts: int = 0
    """How often it was claimed; a part that was out of reach does not count."""
    since: datetime | None = _inherited_moment(nullable=True)
    """Since when it is in trouble; None when it is not."""
    waits_because: str | None = None
    """What is wrong, in short English, without content."""
    parked_at: datetime | None = _inherited_moment(nullable=True)


class Outgoing(Waits, table=True):
    """A message to one addressee, kept until its signed receipt. This table is the transactional outbox.

    `next_at`: when the relay is to send it, the first time or again; later than now for what may still be taken
    back. `attempts`: how often it was sent. A hand-over is such a message: it holds the sealed letters, and
    `lock_mount`/`lock_key` is the key of the room that it leaves, locked before the first publication; after the
    receipt it waits for the end of the grace period, when that key is released.
    Receipts and beacons have no row: what is lost of them is asked for or repeated.
    """

    addressee: str
    event: str
    number: str | None = Field(default=None, index=True)
    kid: str | None = Field(default=None, index=True)
    headers: dict[str, str] = document(nullable=False)
    body: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    word_hash: str | None = None
    lock_mount: str | None = None
    lock_key: str | None = None
    created_at: datetime = moment()
    locked_at: datetime | None = moment(nullable=True)
    receipted_at: datetime | None = moment(nullable=True)
    receipt: dict[str, Any] | None = document()


class InboxRow(SQLModel, table=True):
    """Messages that have had their effect; unique, and kept longer than anything can send them again."""

    __tablename__ = "inbox"
    id: UUID = Field(primary_key=True)
    producer: str
    event: str
    word: str | None = None
    handled_at: datetime = moment(index=True)


class Unhandled(Waits, table=True):
    """A received message that could not be handled: a part was away for long, or it cannot succeed as it is."""

    producer: str
    event: str
    number: str | None = Field(default=None, index=True)
    headers: dict[str, str] = document(nullable=False)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    received_at: datetime = moment()


class Audit(SQLModel, table=True):
    """One line of the audit trail. `seq` is given afterwards, by one writer, so that a gap shows."""

    id: UUID = Field(primary_key=True)
    entry: dict[str, Any] = document(nullable=False)
    written_at: datetime = moment()
    seq: int | None = Field(default=None, unique=True)
    proof: str | None = None
    """The service's MAC over what it wrote (shared/audit.py); a line without a right one is never numbered."""
    refused_at: datetime | None = moment(nullable=True)
    """When it was seen that it has none."""

    @property
    def deed(self) -> Any:
        """Which processing of persons it tells of (`shared.processing.Deed`), while it is being written; else None."""
        return self.__dict__.get("_deed")

    def is_of(self, deed: Any) -> None:
        """It tells of this processing; not a column, and gone with this object."""
        self.__dict__["_deed"] = deed


class ProcessingRecord(SQLModel, table=True):
    """A record of the processing log: what was done about one person, in the transaction in which it was done
    (shared/processing.py). It has no number, no name and nobody who did it."""

    __tablename__ = "processing_record"
    id: UUID = Field(primary_key=True)
    trace_id: str
    span_id: str
    parent_span_id: str | None = None
    status: str
    name: str
    started_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    """In milliseconds since 1970, as is `ended_at`."""
    ended_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    activity: str
    """The address of the activity in the register."""
    subject_kind: str
    subject: str
    """Who is concerned, as a pseudonym of this service."""
    signal: str
    """The same of the signal, by which its records are found when it is destroyed; it is shown to nobody."""
    mac: str = ""


class AuditHead(SQLModel, table=True):
    """The last number and chain value of this producer; one row."""

    __tablename__ = "audit_head"
    id: int = Field(primary_key=True)
    seq: int
    chain: str


class Announced(SQLModel):
    """The columns of a row about a letterbox key: its owner's signed word (`shared.keys.announced`), and what became of it."""

    kid: str = Field(primary_key=True)
    statement: str
    refused_at: datetime | None = _inherited_moment(nullable=True)
    refused_because: str | None = None
    """The statement does not hold, or its owner revoked it; nothing is sealed with it."""


class LetterboxKey(Announced, table=True):
    """A letterbox key of this service."""

    __tablename__ = "letterbox_key"
    released_at: datetime | None = moment(nullable=True)


class SealingKey(Announced, table=True):
    """A letterbox key of an addressee. `finished_at`: this service never seals with it again."""

    __tablename__ = "sealing_key"
    addressee: str
    adopted_at: datetime = moment()
    finished_at: datetime | None = moment(nullable=True)


class Lease(SQLModel, table=True):
    """What access said last of who is designated, as it came; one row. What it says is read from `body`, and only when
    access signed it (`shared.leases`)."""

    id: int = Field(primary_key=True)
    headers: dict[str, str] = document(nullable=False)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Tombstone(SQLModel, table=True):
    """A signal that was destroyed; nothing about it is accepted again."""

    number: str = Field(primary_key=True)
    destroyed_at: datetime = moment()
