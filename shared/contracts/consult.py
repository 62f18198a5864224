"""Consulting for a new signal what is kept of another (art. 9 lid 2): asked by who holds the new one."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.common import Frozen, Message


class Consult(Message):
    """`person` may see, until `until`, of `number` what phase `phase` of `new_signal` permits: a closed case at casework,
    a sealed signal at retention. `look`: who asked keeps it under this id, and is answered."""

    event: ClassVar[str] = "consult.v1"
    number: str
    new_signal: str
    phase: int
    person: str
    until: datetime
    look: UUID | None = None


class LookAnswered(Message):
    """What came of a consultation, to who asked: `at`, the services where the person can read; none: nothing is there.

    Why there is nothing is not said: what never was, what was destroyed and what he may not see are the same.
    """

    event: ClassVar[str] = "look-answered.v1"
    look: UUID
    at: tuple[str, ...] = ()


class SealedReading(Frozen):
    """One item of a sealed signal as others may read it: ciphertext under `key` of an archive, and what it is bound to."""

    key: str
    item: str
    version: int
    ciphertext: str


class LookGiven(Message):
    """Retention gives the reader of `archive` what `person` may read there, until `until`, of sealed signal `number`.

    `ground`: for what, the number of a new signal whose `phase` says how much it is. Retention cannot read any of it.
    """

    event: ClassVar[str] = "look-given.v1"
    number: str
    ground: str
    phase: int
    person: str
    until: datetime
    archive: str
    protocol: str
    received_on: date
    readings: tuple[SealedReading, ...]
