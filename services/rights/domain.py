"""A rule that is rights' alone: how the state of a duty is told to others."""

from __future__ import annotations

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
