"""What intake sends: a report, sealed for assessment. The reporter's contact data never leave intake."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from shared.contracts.common import Frozen, Letter


class Subject(Frozen):
    """A person as described in the report: exactly what Bijlage 1 allows in phase 1."""

    name: str | None = None
    address: str | None = None
    occupation: str | None = None


class ReportedObject(Frozen):
    kind: str
    address: str | None = None
    description: str | None = None


class ReporterMarks(Frozen):
    """By what it can be seen that a text names the reporter, without knowing him: keyed hashes, with a key of this signal
    (shared/words/sealed.py). They travel with the report until it ends, and are shown to nobody."""

    key: str
    hashes: tuple[str, ...]


class ReportContent(Frozen):
    """What assessment may read of a report. Dropped here: the reporter's name, e-mail and telephone.

    `special_grounds`: on which ground (shared/protocol/special.py) a colleague wrote special data down, by their kind.
    """

    number: str
    channel: str
    received_at: datetime
    registered_at: datetime
    text: str
    subjects: tuple[Subject, ...] = ()
    objects: tuple[ReportedObject, ...] = ()
    reporter_kind: str = "anonymous"
    reporter_wants_contact: bool = False
    reporter_marks: ReporterMarks | None = None
    special_grounds: dict[str, str] = Field(default_factory=dict)


class ReportLetter(Letter):
    """A new report. Unsigned only when intake had to start without OpenBao; the reader is told."""

    event: ClassVar[str] = "report.v1"
    may_be_unsigned: ClassVar[bool] = True


class Reporter(Frozen):
    """Contact data of a reporter (melder), sealed by intake for itself."""

    number: str
    kind: str
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    wants_contact: bool = False
