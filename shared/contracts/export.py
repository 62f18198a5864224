"""What goes to somebody outside the file, as he will read it, to the service from which it is fetched."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from pydantic import Field

from shared.contracts.common import Frozen, Letter
from shared.contracts.intake import ReportedObject, Subject


class SharedItem(Frozen):
    """One item that was chosen. `category`: of Bijlage 1, by its code. Without who recorded it, and without codes that
    only the holder needs."""

    item: str
    category: str
    about: str
    text: str | None = None
    matches: dict[str, bool] | None = None


class ShareContent(Frozen):
    """What one receiver reads: the items that were chosen, and the persons and objects that these are about.

    Dropped here: who reported it and when, every other item, the words of decisions, and who works on it.
    `decision`, `outcome`, `article`: on what it rests. `passes_duty`: he informs the person concerned (art. 13).
    """

    number: str
    protocol: str
    recipient_kind: str
    recipient: str
    decision: str
    outcome: str
    article: str
    decided_on: date
    passes_duty: bool
    items: tuple[SharedItem, ...]
    subjects: dict[str, Subject] = Field(default_factory=dict)
    objects: dict[str, ReportedObject] = Field(default_factory=dict)
    answers: dict[str, str | None] = Field(default_factory=dict)
    """What an intake answers to the criteria of the RIEC (art. 2.16 BGS), by their codes; None: unanswered."""
    left_out: int = 0
    """How many items the receiver does not get."""
    left_out_concerned: int = 0
    """How many of the persons and objects that his items concern he does not get; in the texts they are S1, S2 …"""

    def twin(self) -> dict[str, Any]:
        """The same for a machine, in JSON."""
        return self.model_dump(mode="json", exclude_none=True, exclude_defaults=True)


class ShareLetter(Letter):
    """Chosen items leave the file for one receiver; he fetches them, or finds them in his inbox (art. 6)."""

    event: ClassVar[str] = "share.v1"
