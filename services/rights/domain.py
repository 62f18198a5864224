"""Rules that are rights' alone: when a duty is due, and how its state is told to others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shared.protocol.model import State

TOLD = {
    State.DUTY_OPEN: "open",
    State.DUTY_TO_SEND: "to-send",
    State.DUTY_DEFERRED: "deferred",
    State.DUTY_DONE: "sent",
}
"""How the gates of other services know a duty; one that ended without a notice is `not-due`."""


def told(state: State, outcome: str) -> str:
    return "not-due" if state == State.DUTY_DONE and outcome in ("not-due", "nobody") else TOLD[state]


def due_on(state: State, before: date | None, fields: Mapping[str, Any], today: date) -> date | None:
    """Until when a duty can wait in `state`: the month, the review date, or no longer (R-26.3, R-26.8, R-26.9)."""
    if state == State.DUTY_DEFERRED:
        return date.fromisoformat(str(fields["reviewOn"]))
    if state == State.DUTY_TO_SEND:
        # At once, and within the month where that is earlier still.
        return min(today, before) if before else today
    return before if state == State.DUTY_OPEN else None
