"""Phase 4: a case that the RIEC accepted and that is taken up elsewhere is monitored here (art. 24)."""

from __future__ import annotations

from shared.protocol.conditions import riec
from shared.protocol.conditions.dates import monitored_within, possible
from shared.protocol.kinds import Date
from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import Municipality
from shared.protocol.phase_4_approach import MONITORED

RIEC_REVIEW = "riec-review"


def riec_review(chosen: Municipality) -> Decision:
    """How the case stands there, again and again until it is closed; or the municipality gets a part after all."""
    return Decision(
        key=RIEC_REVIEW,
        article=MONITORED,
        question="Hoe staat de casus er bij het RIEC voor?",
        states=(State.RIEC_MONITORING,),
        who=chosen.who["riec-answer"],
        outcomes=(
            Outcome(
                "goes-on",
                "zij loopt nog",
                None,
                MONITORED,
                needs=(monitored_within(chosen.terms.review_months, MONITORED),),
            ),
            Outcome("local-part", "de gemeente krijgt alsnog een deel: het plan volgt", State.PLAN, MONITORED),
        ),
        fields=(
            Field("told", "Wat is van het RIEC vernomen?", MONITORED),
            Field("heardOn", "Op welke datum?", MONITORED, Date()),
            Field("reviewOn", "Wanneer wordt de stand opnieuw bekeken?", MONITORED, Date(), outcomes=("goes-on",)),
        ),
        needs=possible(
            "heardOn",
            "de datum waarop het is vernomen",
            MONITORED,
            riec.decided_on,
            "de Ondermijningstafel de casus aannam",
        ),
    )
