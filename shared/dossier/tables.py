"""The tables of a service that holds dossiers. Content is ciphertext; the rest is ids, codes and moments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field, SQLModel

from shared.database.tables import document, moment


class Dossier(SQLModel, table=True):
    """A signal in this room (or in rights: a duty to inform). After the hand-over only number and holder are left.

    `signal` is the signal that it is about: the number itself, but for a duty. `subject`: whom a duty concerns.
    """

    number: str = Field(primary_key=True)
    signal: str = Field(index=True)
    subject: str | None = None
    version: int
    state: str = Field(index=True)
    working_name: str
    room_key: str | None
    protocol: str
    received_on: date
    arrived_at: datetime = moment()
    signed: bool = True
    due_on: date | None = None
    last_act_on: date
    """The last substantive act: a decision or a recorded fact (R-9.7)."""
    people: int = 0
    """How many persons have been numbered S1, S2 … in this signal."""
    earlier: list[dict[str, Any]] = document(nullable=False)
    """The coded decisions of earlier holders."""
    handing_over_since: datetime | None = moment(nullable=True)
    handed_to: str | None = None
    left: bool = False


class Item(SQLModel, table=True):
    """One fact: the report itself, a finding, or the words of a decision."""

    number: str = Field(primary_key=True)
    item: str = Field(primary_key=True)
    category: str
    version: int
    ciphertext: str


class DecisionRow(SQLModel, table=True):
    """One decision, immutable but for its status. Its words are an item, `decision-<id>`.

    `tells` is False for what another service decided and supervision knows already.
    """

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
    meeting: str | None = None
    about: list[str] = document(nullable=False)
    forwarding: dict[str, Any] | None = document()
    taken_at: datetime = moment()
    effective_at: datetime | None = moment(nullable=True, index=True)
    settled_at: datetime | None = moment(nullable=True)
    protocol: str
    traceparent: str | None = None
    tells: bool = True


class Task(SQLModel, table=True):
    """Something that somebody without the file is asked: a question, a paper, a co-signature, an intervention.

    `role` is who is asked; `meeting` narrows it to the members of a meeting.
    """

    id: UUID = Field(primary_key=True)
    number: str = Field(index=True)
    item: str
    kind: str
    role: str = Field(index=True)
    meeting: str | None = Field(default=None, index=True)
    opened_at: datetime = moment()
    closed_at: datetime | None = moment(nullable=True)


class MeetingRow(SQLModel, table=True):
    """A meeting: date, members and who was there; never content. Assessment owns it, casework keeps a copy."""

    __tablename__ = "meeting"
    id: str = Field(primary_key=True)
    version: int
    kind: str
    held_on: date
    chair: str
    members: list[dict[str, str]] = document(nullable=False)
    present: list[str] = document(nullable=False)
    agenda: list[str] = document(nullable=False)


class NoticeRow(SQLModel, table=True):
    """What rights decided about informing one subject of a signal."""

    __tablename__ = "notice"
    number: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    version: int
    state: str
    review_on: date | None = None


class Grant(SQLModel, table=True):
    """A closed case may be consulted by one person for one new signal, for a while (art. 9 lid 2)."""

    __tablename__ = "consultation"
    id: UUID = Field(primary_key=True)
    number: str = Field(index=True)
    new_signal: str
    phase: int
    person: str
    until: datetime = moment()
