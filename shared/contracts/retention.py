"""What retention sends: destruction lists, the order to destroy, and letterbox keys that have to go."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.common import Frozen, KeyRef, Message


class ListedSignal(Frozen):
    """One line of a destruction list; nobody is named."""

    number: str
    version: int
    category: str
    ending: str
    article: str
    decided_on: date
    ends_on: date
    archive_keys: tuple[KeyRef, ...]
    staying: tuple[str, ...] = ()
    """The items that a hold keeps; `archive_keys` are those of the rest."""


class Listed(Message):
    """A destruction list, to be approved by the beheerder (art. 9). After `ultimate_on` it is not asked again."""

    event: ClassVar[str] = "listed.v1"
    list_id: UUID
    listed_on: date
    approve_before: date
    ultimate_on: date
    signals: tuple[ListedSignal, ...]


class Withheld(Message):
    """A hold was approved for a signal that stands on a list: it is not to be approved with that list."""

    event: ClassVar[str] = "withheld.v1"
    list_id: UUID
    number: str


class Overdue(Message):
    """A list was not approved in time. Up to and including `ultimate_on` its keys are locked; after it released."""

    event: ClassVar[str] = "overdue.v1"
    list_id: UUID
    ultimate_on: date


class Destroy(Message):
    """Everything about these signals goes: lock their keys, allow their deletion, delete the rows."""

    event: ClassVar[str] = "destroy.v1"
    numbers: tuple[str, ...]
    list_id: UUID


class Destroyed(Message):
    """These signals no longer exist anywhere; nothing about them is accepted again."""

    event: ClassVar[str] = "destroyed.v1"
    numbers: tuple[str, ...]
    destroyed_at: datetime


class RotateLetterbox(Message):
    """A letterbox key carried a letter of a signal that is being destroyed: begin a new one."""

    event: ClassVar[str] = "rotate-letterbox.v1"
    kid: str


class ReleaseLetterbox(Message):
    """No sender seals with `kid` any more and nothing is outstanding: lock it, allow its deletion."""

    event: ClassVar[str] = "release-letterbox.v1"
    kid: str


class MoveCase(Message):
    """The five active years of a case have passed: it goes to the non-active environment (art. 25, R-25.4)."""

    event: ClassVar[str] = "move-case.v1"
    number: str
    ordered_on: date
