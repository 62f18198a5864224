"""What a service holds of the numbers that were found for a request of a person (AVG 15): asked by rights, answered in codes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import StringConstraints

from shared.contracts.common import Frozen, Message

MOST_HOLDINGS = 1000
"""The most that one answer says; where there is more, the last of them says so."""
_Code = Annotated[str, StringConstraints(max_length=200)]


class Holding(Frozen):
    """`what` is held: a code of the protocol (shared/protocol/holdings.py). `state`, a code; `on`, since which day;
    `until`, the last day. Of a share: to whom it went, `kind` of receiver and `recipient`. Nothing of what is in it."""

    what: _Code
    state: _Code | None = None
    on: date | None = None
    until: date | None = None
    recipient_kind: _Code | None = None
    recipient: _Code | None = None


class HoldingsAsked(Message):
    """Rights asks what is held of `signal`, for `request`; None: whether the service answers at all, for when nothing is found. Who
    makes the request is not in it."""

    event: ClassVar[str] = "holdings-asked.v1"
    request: str
    signal: _Code | None
    asked_at: datetime


class HoldingsTold(Message):
    """The answer to the question of `asked_at`; empty where nothing is held."""

    event: ClassVar[str] = "holdings-told.v1"
    request: str
    signal: _Code | None
    asked_at: datetime
    holdings: tuple[Holding, ...] = ()
