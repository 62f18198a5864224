"""What rights tells of a duty before its signal is destroyed: what was decided, without words and without a name."""

from __future__ import annotations

from datetime import date

from services.rights.domain import told
from shared.clock import calendar_date
from shared.contracts.rights import ListedDuty
from shared.engine.loaded import Loaded
from shared.protocol.model import State

ON_INFORMING = ("duty", "review", "ground-lapsed", "notice-sent", "notice-undeliverable")
"""Decisions by which a person is informed, or is not."""


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
