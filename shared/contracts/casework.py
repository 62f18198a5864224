"""What casework sends besides what every holder does: that a case was closed, so that its years can be counted, and that
departments are done with what was shared with them."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from shared.contracts.common import Message


class Closed(Message):
    """A case is closed. `last_act_on`: its last substantive processing, from which five years run (art. 9 lid 1 onder b)."""

    event: ClassVar[str] = "closed.v1"
    number: str
    closed_on: date
    last_act_on: date
    protocol: str


class TaskOver(Message):
    """The task of these departments in a case is over, and with it what they may read of it; empty: of all of them."""

    event: ClassVar[str] = "task-over.v1"
    number: str
    departments: tuple[str, ...] = ()
