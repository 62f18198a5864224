"""What oversight sends: the beheerder's approval of a destruction list, how far it knows each dossier, and the statements on
designations that it keeps for access."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.common import Frozen, Message


class TakenOff(Message):
    """A signal was taken off a list for a hold, before any of its keys was released."""

    event: ClassVar[str] = "taken-off.v1"
    list_id: UUID
    number: str


class Approved(Message):
    """These signals of a list may be destroyed. `approver` is empty only at the ultimate date (the clock)."""

    event: ClassVar[str] = "approved.v1"
    list_id: UUID
    numbers: tuple[str, ...]
    approver: str | None
    approved_at: datetime


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
