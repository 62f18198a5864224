"""By when somebody has to be informed: the month, or a moment that comes before it (art. 14 lid 3 AVG, art. 26)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from shared.protocol.model import State

REVIEW, AT_ONCE = "review", "at-once"
UNDELIVERABLE = "notice-undeliverable"
NEARER = {
    "contact": "uiterlijk bij het eerste contact met de betrokkene (art. 14 lid 3 onder b AVG)",
    "disclosure": "uiterlijk wanneer iets over de betrokkene naar buiten de gemeente gaat (art. 14 lid 3 onder c AVG)",
    "same-person": (
        "uiterlijk wanneer het moest onder een andere naam waaronder de betrokkene ook was genoemd (art. 26 lid 1)"
    ),
    "intervention": "uiterlijk op de dag waarop een interventie is gepland die de betrokkene aangaat (art. 26 lid 1)",
}
"""Why somebody has to know before the month is over."""
LATER = {
    REVIEW: (
        "bij uitstel op de dag waarop het opnieuw wordt bekeken, of eerder bij een contact of een interventie die daarna"
        " ligt of daarna bekend werd; een verstrekking telt dan niet, want daarover gaat de grond (art. 26 lid 5)"
    ),
    UNDELIVERABLE: (
        "na een kennisgeving die onbestelbaar terugkwam binnen een maand na de dag waarop zij terugkwam (art. 14 lid 3 AVG)"
    ),
    AT_ONCE: "meteen na het besluit dat de betrokkene wordt geïnformeerd (art. 26 lid 1)",
}
"""What counts once a duty was decided on."""
SAME_PERSON, NOT_CONCERNED = "same-person", "not-concerned"
"""He was named twice; or he proved not to be concerned, which brings nothing nearer and ends nothing."""
RECEIVED = "received"
"""Somebody got data of him inside the municipality: his letter names that, and nothing comes nearer by it."""
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
        back = next((place for place, one in reversed(list(enumerate(moments))) if one.why == UNDELIVERABLE), None)
        if back is not None:
            # It was informed in time, in vain: what came before that has had its answer.
            return min([moments[back].on, *(one.on for one in moments[back + 1 :] if one.why in NEARER)])
        return min([month, *(one.on for one in moments if one.why in NEARER)])
    last = {one.why: place for place, one in enumerate(moments)}
    if state == State.DUTY_DEFERRED:
        review = moments[last[REVIEW]]
        planned = [one for one in enumerate(moments) if one[1].why in PLANNED]
        return min([review.on, *(one.on for place, one in planned if place > last[REVIEW] or one.on > review.noted_on)])
    if state != State.DUTY_TO_SEND:
        return None
    return moments[max(last.get(AT_ONCE, -1), last.get(UNDELIVERABLE, -1))].on
