"""What intake sends: a report, sealed for assessment. The reporter's contact data never leave intake."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

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


class ReportContent(Frozen):
    """What assessment may read of a report. Dropped here: the reporter's name, e-mail and telephone."""

    number: str
    channel: str
    received_at: datetime
    registered_at: datetime
    text: str
    subjects: tuple[Subject, ...] = ()
    objects: tuple[ReportedObject, ...] = ()
    reporter_kind: str = "anonymous"
    reporter_wants_contact: bool = False


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
