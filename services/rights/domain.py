"""Rules that are rights' alone: how the state of a duty is told to others, and what is told of it before destruction."""

from __future__ import annotations

from datetime import date

from shared.clock import calendar_date
from shared.contracts.rights import ListedDuty
from shared.engine.loaded import Loaded
from shared.protocol.model import State

TOLD = {
    State.DUTY_OPEN: "open",
    State.DUTY_TO_SEND: "to-send",
    State.DUTY_DEFERRED: "deferred",
    State.DUTY_DONE: "sent",
}
"""How the gates of other services know a duty; one that ended without a notice is `not-due`."""
ON_INFORMING = ("duty", "review", "ground-lapsed", "notice-sent")
"""Decisions by which a person is informed, or is not."""


def told(state: State, outcome: str) -> str:
    return "not-due" if state == State.DUTY_DONE and outcome in ("not-due", "nobody") else TOLD[state]


def listed_duty(loaded: Loaded, state: State, turn: int) -> ListedDuty:
    """A duty that comes to stand in `state` with `turn`, for who approves destruction: what was decided, without words."""
    last = next((one for one in reversed(loaded.taken) if one.key in ON_INFORMING), None)
    fields = loaded.fields_of(last) if last else {}
    review = fields.get("reviewOn") if state == State.DUTY_DEFERRED else None
    return ListedDuty(
        duty=loaded.number,
        signal=loaded.dossier.signal,
        subject=loaded.dossier.subject or "",
        turn=turn,
        state=told(state, last.outcome if last else ""),
        decided=last.outcome if last else None,
        grounds=tuple(fields.get("grounds") or ([fields["ground"]] if fields.get("ground") else ())),
        decided_on=calendar_date(last.taken_at) if last else None,
        review_on=date.fromisoformat(review) if review else None,
    )
