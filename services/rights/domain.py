"""Rules that are rights' alone: when a duty is due, and how its state is told to others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

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


REVIEW, AT_ONCE = "review", "at-once"
NEARER = ("contact", "disclosure", "intervention")
"""Why somebody has to know before the month is over (AVG 14 lid 3, art. 26 lid 1)."""
PLANNED = ("contact", "intervention")
"""What a deferral is looked at again for; a disclosure is what its ground is about (reading of AVG 14 lid 3)."""


@dataclass(frozen=True)
class By:
    """By when, and why; `noted_on`: when that became known."""

    why: str
    on: date
    noted_on: date


def due_on(state: State, month: date, moments: Sequence[By]) -> date | None:
    """Until when a duty can wait: the earliest moment, the review date, at once, or no longer (R-26.3, R-26.8, R-26.9).

    `moments` in the order in which they became known. A deferral covers what was known when it was decided and is over;
    a contact or an intervention still to come, or heard of afterwards, is a reason to look at it again by then.
    """
    if state == State.DUTY_OPEN:
        return min([month, *(one.on for one in moments if one.why in NEARER)])
    last = {one.why: place for place, one in enumerate(moments)}
    if state == State.DUTY_DEFERRED:
        review = moments[last[REVIEW]]
        planned = [one for one in enumerate(moments) if one[1].why in PLANNED]
        return min([review.on, *(one.on for place, one in planned if place > last[REVIEW] or one.on > review.noted_on)])
    return moments[last[AT_ONCE]].on if state == State.DUTY_TO_SEND else None
