"""What went at once, for a danger to somebody's life or safety, is judged afterwards by the privacy officer (art. 6, 12 lid 4).

It was withdrawn by nobody and waited for nobody, so somebody else says whether that was right, within a term. Pure.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from shared.protocol.faults import Fault
from shared.protocol.model import Law

URGENT_JUDGED = "urgent-judged"
JUDGED_BY = "privacy-officer"
RIGHTLY, NOT_RIGHTLY = "rightly", "not-rightly"
JUDGED_AS = {RIGHTLY: "terecht met spoed gedeeld", NOT_RIGHTLY: "niet terecht met spoed gedeeld"}
BECAUSE = {
    RIGHTLY: {"danger-shown": "uit het feit bleek een gevaar dat niet kon wachten"},
    NOT_RIGHTLY: {
        "no-danger": "uit het feit bleek geen gevaar voor iemands leven of veiligheid",
        "could-wait": "het had de gewone weg kunnen gaan",
        "too-much": "er is meer gedeeld dan nodig was",
        "unfit-basis": "de grondslag droeg het niet",
    },
}
"""Why, in a code: what the register says as long as it says that something was shared."""
MOST_WORDS = 2000
_ARTICLE = "art. 6 lid 1"
_OTHER = "Wie met spoed deelde, of erover meebesliste, beoordeelt dat niet zelf (art. 7 lid 1)."
_ANSWER = (
    "Wat met spoed is gedeeld, beoordeelt de privacy officer achteraf, één keer: terecht of niet terecht, met een van de"
    " genoemde redenen en met eigen woorden (art. 6 lid 1)."
)
RULES = {
    "not-yours": _OTHER,
    **dict.fromkeys(
        ("no-outcome", "no-because", "no-reason", "too-long", "judged", "not-urgent", "destroyed"), _ANSWER
    ),
}
"""What the printed protocol says of each fault, by its code."""


def judge_by(law: Law, shared_on: date) -> date:
    """The last day on which it is judged in time."""
    return shared_on + timedelta(days=law.terms.urgent_days)


def is_overdue(law: Law, shared_on: date, today: date) -> bool:
    return judge_by(law, shared_on) < today


def not_judged_by(person: str, shared_by: Collection[str]) -> Fault | None:
    """Why `person` does not judge what `shared_by` shared; None when he may."""
    if person not in shared_by:
        return None
    words = "wie met spoed deelde, beoordeelt dat niet zelf: een andere privacy officer doet dat"
    return Fault("key", words, "art. 7 lid 1", "not-yours")


def not_to_judge(*, urgent: bool, judged: bool) -> Fault | None:
    """Why there is nothing to judge about a share; None when there is."""
    if not urgent:
        return Fault("key", "dit is niet met spoed gedeeld", _ARTICLE, "not-urgent")
    return Fault("key", "dit is al beoordeeld", _ARTICLE, "judged") if judged else None


def destroyed_since(*, destroyed: bool) -> Fault | None:
    """Why a share of a signal that is no more is judged no longer; None while it is there."""
    words = "dit signaal is vernietigd: er is niets meer om te beoordelen"
    return Fault("key", words, _ARTICLE, "destroyed") if destroyed else None


def judgement_faults(outcome: str, because: str, reason: str) -> list[Fault]:
    """Everything that is wrong with a judgement."""
    if outcome not in JUDGED_AS:
        return [Fault("outcome", f"kies één antwoord: {_listed(JUDGED_AS)}", _ARTICLE, "no-outcome")]
    faults = []
    if because not in BECAUSE[outcome]:
        faults.append(Fault("because", f"kies één reden: {_listed(BECAUSE[outcome])}", _ARTICLE, "no-because"))
    if not reason.strip():
        faults.append(Fault("reason", "elk oordeel heeft een reden in woorden", _ARTICLE, "no-reason"))
    if len(reason) > MOST_WORDS:
        faults.append(Fault("reason", f"is langer dan {MOST_WORDS} tekens", _ARTICLE, "too-long"))
    return faults


def _listed(known: dict[str, str]) -> str:
    return "; ".join(f"{words} ({code})" for code, words in known.items())
