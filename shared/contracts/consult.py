"""Consulting a closed case for a new signal (art. 9 lid 2): asked by who holds the new one."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from shared.contracts.common import Message


class Consult(Message):
    """`person` may see, until `until`, of case `number` what phase `phase` of `new_signal` permits."""

    event: ClassVar[str] = "consult.v1"
    number: str
    new_signal: str
    phase: int
    person: str
    until: datetime
