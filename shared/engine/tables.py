"""The tables of a service that decides. Content is ciphertext; the rest is ids, codes and moments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field, SQLModel

from shared.database.tables import Waits, document, moment

ON_THE_LIST = "\"left\" IS FALSE AND state NOT IN ('ended', 'closed', 'duty-done', 'request-done')"
"""What is in hand, in SQL: the predicate of the index by which a work list is read (R-9.2)."""
WAITS = "closed_at IS NULL AND opened_at IS NOT NULL"
"""A task that waits for an answer, likewise."""


class Dossier(SQLModel, table=True):
    """A signal in this room, or in rights a duty to inform or a request. After the hand-over only number and holder are left.

    `signal` is the signal that it is about: the number itself, but for a duty. A request is about none, and bears its own. `subject`: whom a duty concerns.
    """

    number: str = Field(primary_key=True)
    signal: str = Field(index=True)
    subject: str | None = None
    version: int
    state: str = Field(index=True)
    working_name: str = ""
    room_key: str | None = None
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
    closed_to: list[str] = document(nullable=False)
    """Who stands back: for these persons it does not exist (shared/protocol/standing_back.py)."""
    cluster: str | None = Field(default=None, index=True)
    """The number that it bears together with others (shared/protocol/clusters.py). There is no other record of a cluster."""
    handing_over_since: datetime | None = moment(nullable=True)
    handed_to: str | None = None
    left: bool = False
    traceparent: str | None = None
    """The trace in which it came here: what is done with it later leads back to it."""
    turn: int = 0
    """How often the head was made anew: at every version, and at what is told in between."""
    mac: str = ""
    """Of the head (head.py): rows that do not agree with it are not believed."""


class ItemRow(SQLModel, table=True):
    """One document: the report itself, a finding, or the words of a decision (`decision-<id>`)."""

    __tablename__ = "item"
    number: str = Field(primary_key=True)
    item: str = Field(primary_key=True)
    category: str
    version: int
    ciphertext: str


class DecisionRow(Waits, table=True):
    """One decision, immutable but for its status. Its words are an item, where there is a room to keep them in."""

    __tablename__ = "decision"
    number: str = Field(index=True)
    version: int
    key: str
    outcome: str
    article: str
    status: str
    """`proposed`, `questioned`, `refused`, `taken` or `withdrawn` (shared/protocol/co_signing.py)."""
    state_before: str
    state_after: str
    ends: bool
    deciders: list[str] = document(nullable=False)
    dissenters: list[str] = document(nullable=False)
    """Who was in the meeting and against it."""
    co_signers: list[str] = document(nullable=False)
    recorder: str
    role: str
    meeting: str | None = None
    cluster: str | None = None
    """The cluster with which it was decided, and goes on; None for one of its own."""
    about: list[str] = document(nullable=False)
    parts: list[dict[str, Any]] | None = document()
    """Of what was decided together each outcome, and about what: each of the first with each of the second."""
    forwarding: dict[str, Any] | None = document()
    coded: dict[str, Any] | None = document()
    """Where there is no room: what was filled in that is a code or a date."""
    taken_at: datetime = moment()
    effective_at: datetime | None = moment(nullable=True)
    """From then on it cannot be withdrawn, and what it tells leaves."""
    protocol: str
    traceparent: str | None = None
    tells: bool = True
    """False for what supervision knows already."""
    sends: list[str] = document(nullable=False)
    """The messages that wait in the post until `effective_at`."""
    settles: bool = False
    """Something is left to do then, and waits for it here (settle.py); `settled_at`: it was done."""
    settled_at: datetime | None = moment(nullable=True)


class TaskRow(SQLModel, table=True):
    """Something that somebody without the file is asked: a question, a paper, a co-signature, an intervention.

    `role` is who is asked, until `until`; `meeting` narrows it to the members of a meeting, `person` to one. `opened_by`,
    `closed_by`: the decision that did it; a withdrawal undoes both.
    """

    __tablename__ = "task"
    id: UUID = Field(primary_key=True)
    number: str = Field(index=True)
    item: str
    kind: str
    role: str = Field(index=True)
    meeting: str | None = Field(default=None, index=True)
    person: str | None = None
    until: date = date.max
    due_on: date | None = None
    """By when it is to be done; it is asked still when that is over."""
    opened_at: datetime | None = moment(nullable=True)
    opened_by: UUID | None = None
    closed_at: datetime | None = moment(nullable=True)
    closed_by: UUID | None = None


class DraftRow(SQLModel, table=True):
    """What somebody has typed and not sent (drafts.py). `form`: into which; `until`: it is deleted then."""

    __tablename__ = "draft"
    number: str = Field(primary_key=True)
    author: str = Field(primary_key=True)
    form: str = Field(primary_key=True)
    ciphertext: str
    saved_at: datetime = moment()
    until: datetime = moment()


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
    closed: bool = False
    """It is over: nobody opens its papers any more."""
    mac: str = ""


class NoticeRow(SQLModel, table=True):
    """What rights decided about informing one subject of a signal."""

    __tablename__ = "notice"
    number: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    version: int
    state: str
    review_on: date | None = None
    weighed_at: datetime | None = moment(nullable=True)
    mac: str = ""


class GrantRow(SQLModel, table=True):
    """Something kept may be consulted by one person for one new signal, for a while (art. 9 lid 2): a closed case that is
    here, or of a sealed signal what `archive` has of it, which this service reads.

    `readings`: then its ciphertext, as retention sent it (`SealedReading`).
    """

    __tablename__ = "consultation"
    id: UUID = Field(primary_key=True)
    number: str = Field(index=True)
    new_signal: str
    phase: int
    person: str
    until: datetime = moment()
    archive: str = ""
    protocol: str = ""
    received_on: date | None = None
    readings: list[dict[str, Any]] | None = document()
    mac: str = ""


class AskedLookRow(SQLModel, table=True):
    """A consultation that was asked here for signal `number`; opens nothing. `answers`: by who was asked, where it can be
    read."""

    __tablename__ = "asked_look"
    id: UUID = Field(primary_key=True)
    number: str = Field(index=True)
    case: str
    phase: int
    person: str
    asked_at: datetime = moment()
    until: datetime = moment()
    answers: dict[str, list[str]] = document(nullable=False)
    mac: str = ""


class AskedRow(SQLModel, table=True):
    """A person asks what is here of him (art. 10): whether signal `number` is about him waits for an answer.

    `who`: ciphertext of who asks, under the key of the dossier; gone when it was answered. Its MAC stands by itself.
    """

    __tablename__ = "person_asked"
    request: str = Field(primary_key=True)
    number: str = Field(primary_key=True)
    kind: str
    answer_by: date
    asked_at: datetime = moment()
    who: str | None = None
    answered_at: datetime | None = moment(nullable=True)
    answered_by: str | None = None
    mac: str = ""


class SealedAskRow(SQLModel, table=True):
    """A person asks what is sealed of him: what this service reads of signal `number`, as retention gave it for `request`, until it was
    answered, the look is over (`until`) or the request is (`over`). Its MAC stands by itself.

    `readings`: ciphertext (`SealedReading`); `decisions`: coded, of the signal as it was sealed.
    """

    __tablename__ = "sealed_asked"
    request: str = Field(primary_key=True)
    number: str = Field(primary_key=True)
    kind: str
    answer_by: date
    archive: str
    protocol: str
    received_on: date
    asked_at: datetime = moment()
    until: datetime = moment()
    decisions: list[dict[str, Any]] = document(nullable=False)
    closed_to: list[str] = document(nullable=False)
    """Who stands back from the signal: for him it is not here."""
    readings: list[dict[str, Any]] | None = document()
    answered_at: datetime | None = moment(nullable=True)
    answered_by: str | None = None
    over: bool = False
    mac: str = ""


class FrozenRow(Waits, table=True):
    """A dossier, meeting or the like whose rows are not what this service wrote. It waits until they are again.

    `least`: the turn from which on it is believed, by what oversight knows; 0 where oversight has said nothing.
    """

    __tablename__ = "frozen"
    number: str = Field(unique=True)
    found_at: datetime = moment()
    least: int = 0


class ToldRow(Waits, table=True):
    """By what a dossier is found is told anew while it `waits`, since `changed_at`. `told_version`: of the look-up key, under which
    it was told last; 0: not yet."""

    __tablename__ = "told_findable"
    number: str = Field(unique=True)
    changed_at: datetime = moment()
    told_version: int = 0
    waits: bool = True


class TellingRow(SQLModel, table=True):
    """How far the work list was told: one row. `edition`: of the list that asked; None: nobody has.

    `walked`: the number up to which everything is being told anew; None when that is done. `seq`: the line of the audit
    trail up to which what changed was told.
    """

    __tablename__ = "telling"
    id: int = Field(primary_key=True)
    edition: datetime | None = moment(nullable=True)
    walked: str | None = None
    seq: int = 0
