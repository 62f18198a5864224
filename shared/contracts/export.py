"""What goes to somebody outside the file, as he will read it, to the service from which it is fetched."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import Field, model_validator

from shared.contracts.common import Frozen, Letter, Message
from shared.contracts.intake import ReportedObject, Subject

CODED = r"^[A-Za-z0-9-]{1,40}$"


class SharedItem(Frozen):
    """One item that was chosen. `category`: of Bijlage 1, by its code. Without who recorded it, and without codes that
    only the holder needs."""

    item: str
    category: str
    about: str
    text: str | None = None
    matches: dict[str, bool] | None = None


class PlannedAction(Frozen):
    """An intervention of a plan: by which department (its code), with which power and legal basis, and by when. `about`: an
    object, or a person whom the reader may know; else None."""

    item: str
    text: str
    about: str | None
    department: str
    power: str
    basis: str
    planned_on: date


class Adoption(Frozen):
    """A partner (by its code) that adopted a plan: who said so and when. `entered_as`: the road on which it came in, by its
    code; None: the partner answered itself."""

    partner: str
    name: str
    on: date
    entered_as: str | None = None


class SharedPlan(Frozen):
    """A version of a Plan van Aanpak, proposed (`answer_by`) or adopted (`adopted_on`)."""

    version: int
    actions: tuple[PlannedAction, ...]
    asked: tuple[str, ...] = ()
    answer_by: date | None = None
    explanation: str | None = None
    adopted_on: date | None = None
    adopted_by: tuple[Adoption, ...] = ()


class Unanswered(Frozen):
    """That a criterion cannot be answered, and why."""

    because: str


class ShareContent(Frozen):
    """What one receiver reads: the items that were chosen, and the persons and objects that these are about.

    Dropped here: who reported it and when, every other item, the words of decisions, and who works on it.
    `decision`, `outcome`, `article`: on what it rests. `passes_duty`: he informs the person concerned (art. 13). `tasks`,
    `bases`: for which task of his and on which basis, each with law, article and organ in words.
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
    answers: dict[str, str | Unanswered] = Field(default_factory=dict)
    """What an intake answers to the criteria of the RIEC (art. 2.16 BGS), by their codes, or why it cannot."""
    tasks: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    urgent: bool = False
    """It went at once, for a danger to somebody's life or safety."""
    left_out: int = 0
    """How many items the receiver does not get."""
    left_out_concerned: int = 0
    """How many of the persons and objects that his items concern he does not get; in the texts they are S1, S2 …"""
    concerned_in_part: int = 0
    """Of how many persons he gets only some fields, such as the name without the address."""
    plan: SharedPlan | None = None

    def twin(self) -> dict[str, Any]:
        """The same for a machine, in JSON."""
        return self.model_dump(mode="json", exclude_none=True, exclude_defaults=True)


class ShareLetter(Letter):
    """Chosen items leave the file for one receiver; he fetches them, or finds them in his inbox (art. 6)."""

    event: ClassVar[str] = "share.v1"


class RiecQuestion(Frozen):
    """What is asked about one thing of a package: an item, or a criterion of the intake, both by their codes."""

    about: str = Field(pattern=CODED)
    asks: Literal["current", "more", "source", "explained"]


class OutsideSaid(Frozen):
    """What a receiver outside signed about a share: that he has it, what he decided, or what he asks. Codes and dates only.

    `by`: the receiver. `digest`: the SHA-256 of what he received, so that nobody answers what he does not have.
    """

    id: UUID
    by: str = Field(pattern=CODED)
    share: UUID
    digest: str = Field(pattern="^[0-9a-f]{64}$")
    kind: Literal["received", "answered", "asked"]
    outcome: Literal["accepted", "accepted-with-local-part", "refused"] | None = None
    decided_on: date | None = None
    questions: tuple[RiecQuestion, ...] = Field(default=(), max_length=20)

    @model_validator(mode="after")
    def _whole(self) -> OutsideSaid:
        answered = self.kind == "answered"
        if answered is (self.outcome is None) or answered is (self.decided_on is None):
            raise ValueError("an answer has an outcome and a day, and nothing else has")
        if (self.kind == "asked") is not bool(self.questions):
            raise ValueError("a question asks something, and nothing else does")
        return self


class OutsideTold(Message):
    """What a receiver outside said about a share of this signal, as he signed it; who holds the signal checks it himself."""

    event: ClassVar[str] = "outside-told.v1"
    number: str
    statement: str
