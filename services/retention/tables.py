"""Retention's tables: ciphertext that it cannot read, every key that must go, lists and declarations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from shared.database.tables import Waits, document, moment

OPEN_HOLD = "hold.state IN ('proposed', 'held')"
"""As the partial index says it: PostgreSQL uses that for the same words only."""


class SealedSignal(SQLModel, table=True):
    """A signal in the non-active environment. `dossier` is archive ciphertext.

    `mac`: of retention over what was sealed, until when it is kept, and what a hold keeps of it. How far its destruction is
    rests on what oversight signed.
    """

    __tablename__ = "sealed_signal"
    moves: ClassVar = ("version", "state", "list_id", "approver", "approved_at")
    number: str = Field(primary_key=True)
    version: int
    state: str
    phase: int
    """In which it ended; 5: it was a case. Its term and its words hang on it."""
    ending: str
    article: str
    protocol: str
    received_on: date
    decided_on: date
    ends_on: date
    dossier: list[dict[str, Any]] | None = document()
    decisions: list[dict[str, Any]] = document(nullable=False)
    sealed_at: datetime = moment()
    list_id: UUID | None = None
    staying: list[str] = document(nullable=False)
    """The items that a hold kept from the list on which it stands; everything else of the signal goes (R-9.15)."""
    holds: list[str] = Field(default_factory=list, sa_column=Column(JSONB, nullable=False))
    """The holds that are asked or in force, by their ids: one that was taken away is missed, one that somebody put there keeps
    nothing."""
    reduced: bool = False
    """Everything but what a hold kept has been destroyed."""
    never_informed: dict[str, int] | None = document()
    """How many persons in it were never informed, by ground, as the approval says; None: that was not known."""
    approver: str | None = None
    approved_at: datetime | None = moment(nullable=True)
    mac: str = ""


class ActiveCase(SQLModel, table=True):
    """A closed case in its five active years; `moves_on` is the last day of them. Believed for its MAC: a day that somebody changed
    keeps nothing from being moved unseen."""

    __tablename__ = "active_case"
    number: str = Field(primary_key=True)
    protocol: str
    closed_on: date
    last_act_on: date
    moves_on: date
    ordered_on: date | None = None
    mac: str = ""


class Hold(SQLModel, table=True):
    """Destruction of some items of a signal waits for a procedure (R-9.15). The words are with supervision.

    `state`: proposed, held, ended; dropped: refused or taken back before it counted; or too-late: what it names had gone
    when it came. Believed for its MAC, and while it is open for its place in the row of its signal (holds.py).
    """

    id: UUID = Field(primary_key=True)
    number: str = Field(index=True)
    state: str
    ground: str
    items: list[str] = document(nullable=False)
    ends_on: date
    asked_by: str
    asked_at: datetime = moment()
    approved_by: str | None = None
    mac: str = ""


class Procedure(SQLModel, table=True):
    """Whether `request` of a person runs about a signal, as rights told; while one does, the signal is not listed. Kept when it is
    over, under its MAC."""

    number: str = Field(primary_key=True)
    request: str = Field(primary_key=True)
    kind: str
    runs: bool
    turn: int
    """Of the request, as of which that is so."""
    since: datetime = moment()
    mac: str = ""


class Holder(SQLModel, table=True):
    """Who holds a signal, as the hand-overs say that were signed; believed by its MAC. Retention, when it was sealed."""

    number: str = Field(primary_key=True)
    holder: str
    before: list[str] = document(nullable=False)
    """Who held it before, the last one last: what these told of it and comes late has had its time, but of who sealed it."""
    mac: str = ""


class FindableRow(SQLModel, table=True):
    """By what a signal is found: hashes that retention cannot make, as its holder told them, or the last one before it was sealed.
    Believed by its MAC, so that a row which somebody inserts finds nothing."""

    __tablename__ = "findable"
    number: str = Field(primary_key=True)
    holder: str
    turn: int
    key_version: int
    hashes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    closed_to: list[str] = document(nullable=False)
    mac: str = ""


class CheckRow(SQLModel, table=True):
    """A warrant that was used, by its id, and by whom: for an hour, so that it counts once and a person asks at a measured pace.
    What was asked and found is nowhere."""

    __tablename__ = "existence_check"
    id: UUID = Field(primary_key=True)
    person: str
    at: datetime = moment()


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


class DestructionPart(SQLModel, table=True):
    """`part` has deleted its rows about signal `number`, as it said; believed for its MAC."""

    __tablename__ = "destruction_part"
    number: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    done_at: datetime = moment()
    mac: str = ""


class ToDeclare(Waits, table=True):
    """Nothing is left of an approved signal but what a hold keeps: this waits to be declared."""

    __tablename__ = "to_declare"
    number: str = Field(unique=True)
    gone_at: datetime = moment()


class DestructionList(SQLModel, table=True):
    __tablename__ = "destruction_list"
    id: UUID = Field(primary_key=True)
    listed_on: date
    approve_before: date
    ultimate_on: date
    asked_on: date | None = None


class Declaration(SQLModel, table=True):
    """A declaration of destruction: kept for good, names nobody. A signal of which a hold kept a part has more than one."""

    id: UUID = Field(primary_key=True)
    number: str
    declared_on: date
    content: dict[str, Any] = document(nullable=False)
    signature: str
