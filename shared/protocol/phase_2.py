"""Phase 2: is it heavy enough? The LOT weighs, not one person (art. 14 to 16)."""

from __future__ import annotations

from collections.abc import Iterable

from shared.protocol.kinds import Answers
from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import Municipality

CRITERIA = {
    "concreteness": "Hoe concreet is het signaal?",
    "recency": "Hoe recent is het?",
    "reliability": "Hoe betrouwbaar is de herkomst: eigen waarneming, meer onafhankelijke bronnen, van horen zeggen?",
    "number": "Hoeveel onafhankelijke signalen zijn er?",
    "seriousness": "Hoe ernstig is het voor veiligheid en leefbaarheid?",
    "organisation": "Hoe georganiseerd is het?",
    "opportunity": "Faciliteert de gemeente het zelf, onbewust?",
    "priority": "Past het bij een lokale prioriteit of een bekend fenomeen?",
    "instruments": "Welke instrumenten heeft de gemeente?",
    "counter-indications": "Wat spreekt ertegen; welke onschuldige verklaringen zijn er?",
}
"""As many objective criteria as possible (fase 2): each answered in words, never summed or ranked (R-5.8)."""


INFORM, NOT_NOW = "inform", "not-now"


def weging_3(chosen: Municipality) -> Decision:
    """Articles 14 and 15: the LOT decides whether the signal is heavy enough."""
    decided = ("too-light", "heavy-enough")
    return Decision(
        key="weging-3",
        article="art. 15 lid 1",
        question="Is het signaal zwaar genoeg voor onderzoek in gesloten bronnen?",
        states=(State.PHASE_2,),
        who=chosen.who["weging-3"],
        outcomes=(
            Outcome("held-over", "aangehouden tot een later overleg", None, "art. 15 lid 1"),
            Outcome("too-light", "nee, te licht", State.ENDED, "art. 15 lid 2", ends=True, forward_to=("department",)),
            Outcome("heavy-enough", "ja, zwaar genoeg", State.INFORMING, "art. 15 lid 3"),
        ),
        fields=(
            Field("criteria", "Wat vindt het LOT, per criterium?", "fase 2", Answers(CRITERIA), decided),
            Field("waitsFor", "Waarop wacht het LOT?", "art. 15 lid 1", outcomes=("held-over",)),
        ),
        guidance=tuple(CRITERIA.values()),
    )


def informing(chosen: Municipality) -> Decision:
    """Article 16 lid 2: is the person concerned informed in this phase? Decided per person, where the duties are."""
    return Decision(
        key="informing",
        article="art. 16 lid 2",
        question="Worden de betrokkenen in deze fase geïnformeerd?",
        states=(State.INFORMING,),
        who=chosen.who["informing"].together_with("privacy-officer"),
        outcomes=(
            Outcome(INFORM, "ja, ten minste één van hen", State.SOURCE_LIST, "art. 16 lid 2"),
            Outcome(NOT_NOW, "nee, niemand van hen, elk met een grond", State.SOURCE_LIST, "art. 16 lid 2"),
        ),
        fields=(Field("perPerson", "Wat is er voor elke persoon besloten?", "art. 16 lid 2"),),
        taken_in="rights",
    )


def outcome_of_informing(told: Iterable[bool]) -> str:
    """The outcome of article 16 lid 2 for the signal: somebody is told, or nobody is.

    `told`: for each person concerned whether he is or was told (`informing.is_told`).
    """
    return INFORM if any(told) else NOT_NOW
