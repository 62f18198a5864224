"""What assessment sends on: to phase 3 what research may have, to rights who is concerned, to all who was met."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from pydantic import Field

from shared.contracts.common import Frozen, Letter, Message
from shared.contracts.dossier import CodedDecision
from shared.contracts.intake import ReportedObject, ReporterMarks, Subject


class HandedOverFinding(Frozen):
    """A fact with its category of Bijlage 1. `fields`: codes, e.g. the hit to which it belongs."""

    item: str
    category: str
    about: str
    finding: str | None = None
    matches: dict[str, bool] | None = None
    fields: dict[str, Any] = Field(default_factory=dict)
    recorded_by: str
    recorded_at: str
    special_grounds: dict[str, str] = Field(default_factory=dict)
    corrects: str | None = None
    """The item in whose place it stands; that one goes on too, and counts no more."""


class ResearchContent(Frozen):
    """What phase 3 may have. Dropped here: the channel, whether and how a reporter may be reached, the papers of
    meetings, and the words of decisions (supervision has those)."""

    number: str
    version: int
    protocol: str
    received_on: date
    text: str
    subjects: tuple[Subject, ...] = ()
    objects: tuple[ReportedObject, ...] = ()
    findings: tuple[HandedOverFinding, ...] = ()
    decisions: tuple[CodedDecision, ...] = ()
    people: int
    """How many persons have been numbered S1, S2 … so far, also those of findings that stay behind."""
    reporter_marks: ReporterMarks | None = None
    special_grounds: dict[str, str] = Field(default_factory=dict)
    """Those of the report."""
    cluster: str | None = None
    """The number that it bears together with others; each of those comes by itself."""
    handed_over: str | None = None
    """What the holder before signed of it, for who keeps track of holders."""

    @property
    def all_findings(self) -> tuple[HandedOverFinding, ...]:
        """What the next holder begins with."""
        return self.findings


class ResearchLetter(Letter):
    """A signal that the LOT found heavy enough goes on to phase 3."""

    event: ClassVar[str] = "research.v1"


class SubjectsContent(Frozen):
    """Who is to be informed, by S1, S2 …: identities only. Dropped here: everything that was reported about them.

    `reporter_marks`: so that what is written about a notice does not name him either.

    `received_on`: when what was reported about them was received, from which the month of AVG 14 runs.
    """

    number: str
    protocol: str
    received_on: date
    subjects: dict[str, Subject]
    reporter_marks: ReporterMarks | None = None
    closed_to: tuple[str, ...] = ()
    """Who stands back from the signal: its duties do not exist for him either."""
    begun: CodedDecision | None = None
    """The decision on the purpose of the signal, where it has been taken: before it, nothing is decided on a duty."""


class SubjectsLetter(Letter):
    """Data about these persons are being processed: a duty to inform begins (art. 26). Phases 3 and 4 send it too."""

    event: ClassVar[str] = "subjects.v1"


class ChildContent(Frozen):
    """Whether a person of a signal is a child, and who represents him (art. 5 UAVG): the notice goes to that one."""

    number: str
    subject: str
    child: bool
    representative: Subject | None = None


class ChildLetter(Letter):
    """A person of a signal was marked as a child, or the mark was withdrawn. Phases 3 and 4 send it too."""

    event: ClassVar[str] = "child.v1"


class PersonPutRight(Message):
    """Subject `subject` is the same person as `same_as`, so that there is one duty; or, without, he proved not to be
    concerned. `decision`: by which. Phases 3 and 4 send it too."""

    event: ClassVar[str] = "person-put-right.v1"
    number: str
    subject: str
    same_as: str | None
    decision: str
    by: str
    role: str
    on: datetime


class Begun(Message):
    """It was decided for which purpose a signal is handled, or that it is none (art. 1): its duties can be decided on.

    `subjects`: how many persons it had by then.
    """

    event: ClassVar[str] = "begun.v1"
    number: str
    subjects: int
    decision: CodedDecision


class InformingAsked(Message):
    """The LOT found a signal heavy enough: is everybody concerned informed in this phase (art. 16 lid 2)?

    `asked_at`: when the LOT decided, by which a deferral is fresh; this message may come later than people act.
    `acted`: who decided on the signal until then, under which designations; he does not decide on it under one that does
    not go with these.
    """

    event: ClassVar[str] = "informing-asked.v1"
    number: str
    subjects: int
    asked_at: datetime
    protocol: str
    received_on: date
    acted: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    begun: CodedDecision | None = None
    """As in `SubjectsContent`."""
    closed_to: tuple[str, ...] = ()


class MeetingTold(Message):
    """A meeting as it stands; `members` are user ids or the organisations of outsiders."""

    event: ClassVar[str] = "meeting.v1"
    meeting: str
    version: int
    kind: str
    held_on: date
    chair: str
    members: tuple[dict[str, str], ...]
    present: tuple[str, ...]
    agenda: tuple[str, ...]
    closed: bool = False
