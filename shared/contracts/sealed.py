"""A request of a person about a signal that is sealed (AVG 15): retention gives each reader what it reads of it, for this alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import Field

from shared.contracts.common import Frozen, Message
from shared.contracts.consult import SealedReading
from shared.contracts.dossier import CodedDecision

MOST_PERSON_HASHES = 10_000


class ForRequest(Frozen):
    """For which request, of which `kind`; `answer_by`: the last day of the answer as a whole (art. 10 lid 4)."""

    request: str
    kind: str
    answer_by: date


class SealedAsked(Message):
    """Rights asks that `signal`, which is sealed, is put before whoever reads it. `hashes`: the keyed hashes of who makes the request:
    retention gives nothing of a signal that is not found by one of these. `until`: as long as it is read."""

    event: ClassVar[str] = "sealed-asked.v1"
    signal: str
    ground: ForRequest
    hashes: Annotated[tuple[str, ...], Field(max_length=MOST_PERSON_HASHES)]
    asked_at: datetime
    until: datetime


class SealedPut(Message):
    """Retention's answer to the question of `asked_at`: `at`, the services that read it; none: it is not given, and why is not said."""

    event: ClassVar[str] = "sealed-put.v1"
    signal: str
    request: str
    asked_at: datetime
    at: tuple[str, ...] = ()


class SealedForRequest(Message):
    """Retention gives the reader of `archive` what is read there of sealed signal `number` for a request, until `until`. Retention cannot
    read any of it. `decisions`: for what it was used, and who stands back."""

    event: ClassVar[str] = "sealed-for-request.v1"
    number: str
    ground: ForRequest
    archive: str
    protocol: str
    received_on: date
    asked_at: datetime
    until: datetime
    decisions: tuple[CodedDecision, ...]
    readings: tuple[SealedReading, ...]


class RequestOver(Message):
    """Rights tells a reader that `request` is over: what was given for it of `signals` goes, also when it comes later."""

    event: ClassVar[str] = "request-over.v1"
    request: str
    signals: tuple[str, ...]
