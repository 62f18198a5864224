"""What somebody wants of the engine, and what it answers: values, whoever they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.contracts.dossier import CodedDecision
from shared.engine.documents import Words
from shared.engine.tables import DecisionRow, MeetingRow
from shared.protocol.facts import Facts
from shared.protocol.judge import Attempt
from shared.protocol.kinds import Schema
from shared.protocol.model import Law, State
from shared.protocol.open_now import Offered, Recordable
from shared.protocol.records import Record


@dataclass(frozen=True)
class Given:
    """A decision that somebody wants to take on version `expected_version` of what he saw.

    `confirms`: the proposal that he answers, or for a withdrawal the decision that he takes back.
    """

    attempt: Attempt
    expected_version: int
    confirms: UUID | None = None


@dataclass(frozen=True)
class GivenRecord:
    """A fact that somebody wants to record."""

    record: Record
    expected_version: int


@dataclass(frozen=True)
class GivenAnswer:
    """What somebody without the file does with his task. `key`: which decision, where it is not the one that ends it."""

    outcome: str = ""
    reason: str = ""
    fields: Mapping[str, Any] | None = None
    special_grounds: Mapping[str, str] = field(default_factory=dict)
    key: str = ""


@dataclass(frozen=True)
class GivenReport:
    """What somebody without the file asks or reports by his task."""

    category: str
    finding: str | None
    fields: Mapping[str, Any] = field(default_factory=dict)
    special_grounds: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Shown:
    """A decision for whoever may see it; `words` only where they may be seen, and `said`, what was filled in as people say it.
    One of an earlier holder is coded."""

    decision: DecisionRow | CodedDecision
    words: Words | None = None
    said: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Withdrawable:
    """A decision that who recorded it can take back until `until`."""

    decision: DecisionRow
    says: str
    until: datetime


@dataclass(frozen=True)
class Possible:
    """Something that can be done besides deciding and recording. `path`: where it is sent, below the address of the dossier,
    or from `/v1` on. `given`: what the body says as it stands; `fields`: the JSON Schema of what is filled in beside that.
    `about`: the decision or proposal that it is about."""

    name: str
    question: str
    article: str
    path: str
    fields: Schema
    given: Mapping[str, Any]
    about: Withdrawable | DecisionRow | None = None


@dataclass(frozen=True)
class Open:
    """What can be decided, recorded and taken back now. `recipients`: by kind, who can receive something; `shareable`:
    the items that could be shared; `concerns`: the persons and objects of each, by S1, O1 …; `allowed`: by recipient those that
    check 2A allows, None where a decision does not wait for it; `today`, `withdrawal`: the date, and how long a decision can be
    taken back."""

    version: int
    state: State
    law: Law
    decisions: tuple[Offered, ...] = ()
    records: tuple[Recordable, ...] = ()
    actions: tuple[Possible, ...] = ()
    shareable: tuple[str, ...] = ()
    concerns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    allowed: Mapping[str, Sequence[str]] | None = None
    today: date | None = None
    withdrawal: timedelta = timedelta()
    meetings: tuple[MeetingRow, ...] = ()
    """Those that have it on their agenda, as this service knows them, the last first."""
    used: frozenset[str] = frozenset()
    """The meetings that decided on it before."""
    facts: Facts | None = None
    """What it was judged on; None where it is not decided on here."""


@dataclass(frozen=True)
class Recorded:
    """A fact that was recorded, and the tasks that it led to."""

    item: str
    version: int
    tasks: tuple[UUID, ...]
