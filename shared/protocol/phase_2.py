"""Phase 2: is it heavy enough? The LOT weighs, not one person (articles 14 to 16)."""

from __future__ import annotations

from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import Municipality

CRITERIA = {
    "concreteness": "How concrete is the signal?",
    "recency": "How recent is it?",
    "reliability": "How reliable is its source: own observation, several independent ones, hearsay?",
    "number": "How many independent signals are there?",
    "seriousness": "How serious is it for safety and liveability?",
    "organisation": "How organised is it?",
    "opportunity": "Does the municipality itself facilitate it, unknowingly?",
    "priority": "Does it fit a local priority or a known phenomenon?",
    "instruments": "Which municipal instruments are there?",
    "counter-indications": "What speaks against it; which innocent explanations are there?",
}
"""As many objective criteria as possible (F2): each answered in words, never summed or ranked (R-5.8)."""


def weging_3(chosen: Municipality) -> Decision:
    """Articles 14 and 15: the LOT decides whether the signal is heavy enough."""
    criteria = Field(
        "criteria",
        "What does the LOT find, criterion by criterion? (or `unanswered` with a reason)",
        "F2",
        kind="answers",
        choices=tuple(CRITERIA),
        outcomes=("too-light", "heavy-enough"),
    )
    return Decision(
        key="weging-3",
        article="art. 15 lid 1",
        question="Is the signal heavy enough for research in closed sources?",
        states=(State.PHASE_2,),
        who=chosen.who["weging-3"],
        outcomes=(
            Outcome("held-over", "not decided: held over to a later meeting", None, "art. 15 lid 1"),
            Outcome("too-light", "no", State.ENDED, "art. 15 lid 2", ends=True, forward_to=("department",)),
            Outcome("heavy-enough", "yes", State.INFORMING, "art. 15 lid 3"),
        ),
        fields=(
            criteria,
            Field("waitsFor", "What does the LOT wait for?", "art. 15 lid 1", outcomes=("held-over",)),
        ),
        guidance=tuple(CRITERIA.values()),
    )


def informing(chosen: Municipality) -> Decision:
    """Article 16 lid 2: is the person concerned informed in this phase? Decided per person, where the duties are."""
    return Decision(
        key="informing",
        article="art. 16 lid 2",
        question="Are the persons concerned informed in this phase?",
        states=(State.INFORMING,),
        who=chosen.who["informing"].together_with("privacy-officer"),
        outcomes=(
            Outcome("inform", "yes, at least one of them", State.SOURCE_LIST, "art. 16 lid 2"),
            Outcome("not-now", "no, for every one with a ground", State.SOURCE_LIST, "art. 16 lid 2"),
        ),
        fields=(Field("perPerson", "What was decided for each person?", "art. 16 lid 2"),),
        taken_in="rights",
    )
