"""What oversight sends: the beheerder's approval of a destruction list, how far it knows each dossier, and the statements on
designations that it keeps for access."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.common import Frozen, Message


class TakenOff(Message):
    """A signal was taken off a list for a hold, before any of its keys was released."""

    event: ClassVar[str] = "taken-off.v1"
    list_id: UUID
    number: str


class Approved(Message):
    """These signals of a list may be destroyed. `approver` is empty only after the ultimate date (the clock).

    `never_informed`: per signal how many persons were never informed, by ground; a signal that is missing here is one of
    which that is not known.
    """

    event: ClassVar[str] = "approved.v1"
    list_id: UUID
    numbers: tuple[str, ...]
    approver: str | None
    approved_at: datetime
    never_informed: dict[str, dict[str, int]] = Field(default_factory=dict)


class DutiesAsked(Message):
    """Signals of a list: who in them was never informed? Rights answers, and tells what changes until they are gone."""

    event: ClassVar[str] = "duties-asked.v1"
    list_id: UUID
    numbers: tuple[str, ...]


class InformAfterAll(Message):
    """Who approves a list decided that these persons, by their duties, are informed before their signals go."""

    event: ClassVar[str] = "inform-after-all.v1"
    list_id: UUID
    duties: tuple[str, ...]


class KnownHead(Frozen):
    """The newest turn of a dossier that oversight was told of. `forked`: it was told of two that were the same."""

    number: str
    turn: int
    forked: bool = False


class HeadsKnown(Message):
    """What the addressee has of these is at least as new, or somebody has put old rows back."""

    event: ClassVar[str] = "heads-known.v1"
    heads: tuple[KnownHead, ...]


class DesignationsKept(Message):
    """The answer to what access asked at `asked_at`: statements that oversight keeps and access has not, the oldest first;
    and the number of the newest that it keeps."""

    event: ClassVar[str] = "designations-kept.v1"
    kept: ClassVar[bool] = False
    asked_at: datetime
    seq: int
    statements: tuple[str, ...] = ()
