"""The work list: who holds dossiers tells it what is in hand, without content; it asks them to tell everything anew.

A row is for showing. Nothing is opened for standing in a list: the service that holds a dossier or a task judges that.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.common import Frozen, Message

AHEAD = timedelta(days=1)
"""No clock is so far ahead: an edition later than that nobody began. After the last moment that there is none could begin."""


class ListedTask(Frozen):
    """Somebody without the file is asked something, as `role`; only `person` where one is meant, only `members` where a
    meeting is (None: none is). Asked from `opened_at` until the end of `until`."""

    id: UUID
    kind: str
    role: str
    person: str | None = None
    members: tuple[str, ...] | None = None
    opened_at: datetime
    until: date
    due_on: date | None = None


class ListedDossier(Frozen):
    """A signal or a duty at one `turn` of its head. `here`: whether it is in hand; else nothing more is said of it than its
    number. `closed_to`: for whom it does not exist. `due`: what waits first, by a code, and `due_on`: until when."""

    number: str = Field(max_length=20)
    version: int
    turn: int
    here: bool
    state: str = ""
    phase: int | None = None
    working_name: str = ""
    received_on: date | None = None
    due: str | None = None
    due_on: date | None = None
    closed_to: tuple[str, ...] = ()
    tasks: tuple[ListedTask, ...] = ()


class WorkTold(Message):
    """What became of these dossiers. `edition`: of the list for which it is told; it is nothing in another."""

    event: ClassVar[str] = "work-told.v1"
    edition: datetime
    dossiers: tuple[ListedDossier, ...]


class WorkUpTo(Message):
    """What was so at `as_of` has been told, for `edition`; None: nobody has asked yet. Repeated."""

    event: ClassVar[str] = "work-up-to.v1"
    kept: ClassVar[bool] = False
    edition: datetime | None
    as_of: datetime | None


class WorkAsked(Message):
    """Tell everything that is in hand anew, for a list that begins now. `edition`: when that was; the newest counts."""

    event: ClassVar[str] = "work-asked.v1"
    edition: datetime
