"""What rights sends: what was decided about informing a person. Persons appear as S1, S2."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.common import Frozen, Letter, Message
from shared.contracts.dossier import CodedDecision
from shared.contracts.intake import Subject


class NoticeTold(Message):
    """Where the duty to inform one subject stands: `open`, `to-send`, `sent`, `deferred` or `not-due`.

    `weighed_at`: when a deferral was decided, or last looked at again.
    """

    event: ClassVar[str] = "notice.v1"
    number: str
    subject: str
    version: int
    state: str
    review_on: date | None = None
    weighed_at: datetime | None = None


class InformingDecided(Message):
    """For everybody concerned it was decided whether they are informed in this phase (art. 16 lid 2)."""

    event: ClassVar[str] = "informing-decided.v1"
    number: str
    decisions: tuple[CodedDecision, ...]


class ListedDuty(Frozen):
    """The duty to inform one person of a signal that stands on a destruction list; nobody is named.

    `turn`: of the duty, so that what comes late changes nothing. `state` as in `NoticeTold`; `decided`: the last answer
    on informing, with its `grounds` (interests a to j, or why nothing is due) and its day; empty before there is one.
    """

    duty: str
    signal: str
    subject: str
    turn: int
    state: str
    decided: str | None = None
    grounds: tuple[str, ...] = ()
    decided_on: date | None = None
    review_on: date | None = None


class DutiesTold(Message):
    """What rights knows of persons in signals of a list. `whole`: of these signals it is everybody; else what changed."""

    event: ClassVar[str] = "duties-told.v1"
    list_id: UUID
    whole: tuple[str, ...] = ()
    duties: tuple[ListedDuty, ...] = ()


class Requester(Frozen):
    """Who makes a request about himself, or for whom it is made: by what a holder can tell whether he is in a file."""

    person: Subject
    born_on: date | None = None


class PersonAsked(Frozen):
    """A person asks what the municipality has of him (AVG 15 to 21): the holder of `number` says whether this file is about
    him, and what of it. `kind`: the right; `answer_by`: the last day of the answer as a whole (art. 10 lid 4)."""

    number: str
    request: str
    kind: str
    requester: Requester
    answer_by: date


class PersonAskedLetter(Letter):
    """A request of a person is put before whoever holds a signal that was found."""

    event: ClassVar[str] = "person-asked.v1"
