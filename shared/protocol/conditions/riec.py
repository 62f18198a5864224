"""The Ondermijningstafel: what is given to the RIEC, when, and what it said (art. 21 lid 2 onder b)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from shared.protocol.conditions.approach import cells, riec_waits
from shared.protocol.conditions.case import Case, condition
from shared.protocol.municipality import TABLE_OF_THE_RIEC

SIGNED_ANSWER, SIGNED_QUESTION = "answered", "asked"
"""The kinds of what the RIEC signs that ask something of who has the file."""
HEARD = {
    SIGNED_ANSWER: "een ondertekend antwoord dat niet is overgenomen",
    SIGNED_QUESTION: "een ondertekende vraag die openstaat",
}


@condition("art. 21 lid 2 onder b", "het LOT heeft gekozen voor een intake bij de Ondermijningstafel")
def riec_included(case: Case) -> str | None:
    last = case.facts.last("approach", "reweighing")
    chosen = last is not None and last.outcome in ("riec-intake", "riec-and-local")
    return None if chosen else "het LOT heeft niet gekozen voor een intake bij de Ondermijningstafel"


@condition("art. 20", "privacycheck 2A staat toe dat het RIEC ten minste één gegeven krijgt")
def riec_gets_something(case: Case) -> str | None:
    allowed = {recipient for _, recipient in cells(case.facts, "check-2a", "may")}
    return None if TABLE_OF_THE_RIEC in allowed else "privacycheck 2A staat geen enkel gegeven toe voor het RIEC"


@condition("art. 20", "het noemt alleen gegevens die het RIEC volgens privacycheck 2A mag hebben", at="about")
def riec_may_have_these(case: Case) -> str | None:
    if not case.about:
        return "noem ten minste één gegeven"
    allowed = {item for item, recipient in cells(case.facts, "check-2a", "may") if recipient == TABLE_OF_THE_RIEC}
    wrong = [one for one in case.about if one not in allowed]
    return f"privacycheck 2A staat het RIEC niet toe: {', '.join(wrong)}" if wrong else None


@condition("art. 21 lid 2 onder b", "het noemt geen gegevens", at="about")
def riec_is_given_nothing(case: Case) -> str | None:
    return "wie niets geeft, noemt geen gegevens" if case.about else None


@condition("art. 2.16 BGS", "ten minste één van de vijf criteria is beantwoord")
def riec_criteria_answered(case: Case) -> str | None:
    given = case.fields.get("criteria") or {}
    answered = [one for one in given.values() if isinstance(one, str)] if isinstance(given, Mapping) else []
    return None if answered else "geen van de vijf criteria is beantwoord"


@condition("art. 21 lid 2 onder b", "de Ondermijningstafel is nog niet gevraagd")
def riec_not_asked(case: Case) -> str | None:
    return "de intake is al ingediend bij de Ondermijningstafel" if riec_waits(case.facts) else None


@condition(
    "art. 21 lid 2 onder b", "er wacht geen ondertekend antwoord van de Ondermijningstafel op een eerdere intake"
)
def riec_answer_taken_over(case: Case) -> str | None:
    """With another intake the signed answer to the one before it could not be taken over any more."""
    if SIGNED_ANSWER in case.facts.heard:
        return "neem eerst het ondertekende antwoord van de Ondermijningstafel over"
    return None


@condition(
    "art. 21 lid 2 onder b",
    "de Ondermijningstafel moet nog antwoorden op de intake, of heeft ondertekend geantwoord nadat een antwoord met de hand"
    " was ingevoerd",
)
def riec_asked(case: Case) -> str | None:
    if riec_waits(case.facts) or SIGNED_ANSWER in case.facts.heard:
        return None
    return "er is geen intake ingediend waarop de Ondermijningstafel nog moet antwoorden"


@condition(
    "art. 21 lid 2 onder b",
    "de intake ligt bij de Ondermijningstafel, of een ondertekende vraag van het RIEC staat open",
)
def riec_has_a_question(case: Case) -> str | None:
    if riec_waits(case.facts) or SIGNED_QUESTION in case.facts.heard:
        return None
    return "er staat geen vraag van het RIEC open"


@condition("art. 21 lid 2 onder b", "wat het RIEC ondertekende, is overgenomen of beantwoord")
def riec_heard_out(case: Case) -> str | None:
    """Also what came in after an answer was entered by hand: the signed one counts."""
    left = [words for kind, words in HEARD.items() if kind in case.facts.heard]
    return f"van het RIEC wacht nog: {', '.join(left)}" if left else None


@condition("art. 21 lid 2 onder b", "er wordt niet meer gewacht op de Ondermijningstafel")
def nothing_at_the_riec(case: Case) -> str | None:
    if riec_waits(case.facts):
        return "de Ondermijningstafel heeft nog niet geantwoord"
    # Chosen beside a local approach, it is not forgotten either.
    last = case.facts.last("approach", "reweighing", "riec-answer")
    forgotten = last is not None and last.outcome == "riec-and-local"
    return "de gekozen intake is nog niet ingediend bij de Ondermijningstafel" if forgotten else None


def handed_in_on(case: Case) -> date:
    """The day on which the Ondermijningstafel was asked for the last time."""
    return _said_on(case, "riec-intake", "handedInOn")


def decided_on(case: Case) -> date:
    """The day on which the Ondermijningstafel decided for the last time; that is recorded later."""
    return _said_on(case, "riec-answer", "decidedOn")


def _said_on(case: Case, key: str, name: str) -> date:
    last = case.facts.last(key)
    try:
        return date.fromisoformat(str(last.fields[name])) if last else date.min
    except (KeyError, ValueError):
        return date.min
