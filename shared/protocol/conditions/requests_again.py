"""What must be true before what was withheld of a request is looked at again, and before more is told (art. 10 lid 7; art. 41 UAVG)."""

from __future__ import annotations

from shared.protocol.conditions.case import Case, condition
from shared.protocol.request_kinds import REQUEST_LETTER
from shared.protocol.withholding import WHOLE, told_already, was_answered, withheld

_AGAIN = "art. 41 lid 2 UAVG"


@condition(_AGAIN, "over dit gegeven is de verzoeker nog niet geantwoord, of het is hem niet gegeven")
def is_not_told(case: Case) -> str | None:
    told = told_already(case.facts.decisions)
    if not told:
        return None
    return (
        "over dit gegeven is al geantwoord; alleen wat niet is gegeven, wordt opnieuw bekeken"
        if case.it in told
        else None
    )


@condition(_AGAIN, "in een eerder antwoord staat niet wat er is")
def nothing_was_told(case: Case) -> str | None:
    told = told_already(case.facts.decisions)
    return "de verzoeker weet al dat er iets is: dat kan niet alsnog in het midden blijven" if told else None


@condition(_AGAIN, "dit gegeven is niet gegeven, op een grond")
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


@condition(_AGAIN, "er is niets dat op een grond niet is gegeven")
def nothing_is_withheld(case: Case) -> str | None:
    kept = withheld(case.facts.decisions)
    return "er is een datum waarop opnieuw wordt gekeken: kies het antwoord waarin dat staat" if kept else None


@condition(_AGAIN, "er is een datum waarop opnieuw wordt gekeken")
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
