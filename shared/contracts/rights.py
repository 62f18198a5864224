"""What rights sends: what was decided about informing a person. Persons appear as S1, S2."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from shared.contracts.common import Message
from shared.contracts.dossier import CodedDecision


class NoticeTold(Message):
    """Where the duty to inform one subject stands: `open`, `to-send`, `sent`, `deferred` or `not-due`."""

    event: ClassVar[str] = "notice.v1"
    number: str
    subject: str
    version: int
    state: str
    review_on: date | None = None


class InformingDecided(Message):
    """For everybody concerned it was decided whether they are informed in this phase (art. 16 lid 2)."""

    event: ClassVar[str] = "informing-decided.v1"
    number: str
    decisions: tuple[CodedDecision, ...]
