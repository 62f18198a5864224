"""What must be true before what was withheld of a request is looked at again, and before more is told (art. 10 lid 7; art. 41 UAVG)."""

from __future__ import annotations

from shared.protocol.conditions.case import Case, condition
from shared.protocol.request_kinds import REQUEST_LETTER
from shared.protocol.withholding import WHOLE, told_already, was_answered, withheld

_AGAIN = "art. 41 lid 2 UAVG"


@condition(_AGAIN, "over dit gegeven is nog niet geantwoord, of het bleef op een grond buiten het antwoord")
def is_not_told(case: Case) -> str | None:
    told = told_already(case.facts.decisions)
    if not told or case.it not in told:
        return None
    return "over dit gegeven is al geantwoord; alleen wat op een grond buiten het antwoord bleef, wordt opnieuw bekeken"


@condition(_AGAIN, "geen eerder antwoord zegt wat er is")
def nothing_was_told(case: Case) -> str | None:
    # What proved to be about somebody else says nothing of him.
    told = any(one.outcome != "not-his" for one in told_already(case.facts.decisions).values())
    return "de verzoeker weet al dat er iets is: dat kan niet alsnog in het midden blijven" if told else None


@condition(_AGAIN, "dit gegeven bleef op een grond buiten het antwoord")
def item_is_withheld(case: Case) -> str | None:
    kept = set(withheld(case.facts.decisions)) - {WHOLE}
    words = "dit gegeven is niet op een grond buiten het antwoord gebleven"
    if not kept:
        return words
    return None if case.it in kept else words


@condition(_AGAIN, "geantwoord is zonder te zeggen of er iets is")
def whole_is_withheld(case: Case) -> str | None:
    kept = withheld(case.facts.decisions)
    return None if WHOLE in kept else "er is niet geantwoord zonder te zeggen of er iets is"


@condition(_AGAIN, "niets bleef op een grond buiten het antwoord")
def nothing_is_withheld(case: Case) -> str | None:
    kept = withheld(case.facts.decisions)
    return "er is een datum waarop opnieuw wordt gekeken: kies het antwoord waarin dat staat" if kept else None


@condition(
    _AGAIN, "iets bleef op een grond buiten het antwoord: daarvan staat vast wanneer er opnieuw naar wordt gekeken"
)
def something_is_withheld(case: Case) -> str | None:
    return None if withheld(case.facts.decisions) else "er is niets waar opnieuw naar wordt gekeken"


@condition("art. 10 lid 4", "op het verzoek is niet al geantwoord")
def is_not_answered(case: Case) -> str | None:
    return "op dit verzoek is al geantwoord" if was_answered(case.facts.decisions) else None


@condition(
    "art. 10 lid 5",
    "de brief is hier opgemaakt, als antwoord; is er al geantwoord, dan als aanvullend antwoord",
    at="fields.letter",
)
def answer_letter_was_made(case: Case) -> str | None:
    answered = was_answered(case.facts.decisions)
    kind, called = ("supplement", "aanvullend antwoord") if answered else ("answer", "antwoord")
    letter = case.facts.item(str(case.fields.get("letter")))
    if letter is None or letter.category != REQUEST_LETTER or letter.fields.get("kind") != kind:
        return f"deze brief is hier niet opgemaakt als {called}"
    return None
