"""A notice is a letter that was made, and a deferral that somebody asked for says who, when and until when (art. 26)."""

from __future__ import annotations

from datetime import date

from shared.protocol.conditions.case import Case, condition

BEGINS = ("purpose", "no-signal")
"""Until one of these was decided, nothing is (art. 1): that a signal is none is decided without a purpose."""


@condition("art. 1", "voor het signaal is vastgelegd voor welk doel het wordt behandeld, of dat het geen signaal is")
def signal_has_begun(case: Case) -> str | None:
    if case.facts.before.isdisjoint(BEGINS):
        return (
            "eerst wordt bij het signaal vastgelegd voor welk doel van artikel 1 het wordt behandeld; dat ontbreekt nog"
        )
    return None


@condition(
    "art. 26 lid 2", "de brief die is verstuurd, is voor deze persoon en voor deze weg opgemaakt", at="fields.letter"
)
def letter_was_made(case: Case) -> str | None:
    letter = case.facts.item(str(case.fields.get("letter")))
    if letter is None or letter.category != "letter":
        return "deze brief is hier niet opgemaakt"
    if letter.fields.get("channel") != case.fields.get("channel"):
        return "deze brief is voor een andere weg opgemaakt"
    return None


REQUEST = ("askedBy", "askedWho", "askedOn", "askedUntil", "askedOnPaper")
"""What is recorded of a request to defer: all of it, or nothing."""


@condition(
    "art. 26 lid 3",
    "van een verzoek om uitstel is vastgelegd wie het deed, wanneer, tot wanneer en of het op papier staat",
    at="fields.askedBy",
)
def request_is_whole(case: Case) -> str | None:
    given = [one for one in REQUEST if case.fields.get(one) is not None]
    if len(given) in (0, len(REQUEST)):
        return None
    return f"van het verzoek om uitstel ontbreekt: {', '.join(one for one in REQUEST if one not in given)}"


@condition(
    "art. 26 lid 5",
    "een verzoek om uitstel is niet van later dan vandaag, en er wordt opnieuw gekeken uiterlijk op de dag waarop het verloopt",
    at="fields.askedUntil",
)
def request_covers_it(case: Case) -> str | None:
    on, until, review = case.day("askedOn"), case.day("askedUntil"), case.day("reviewOn")
    if on is not None and on > case.facts.today:
        return "het verzoek om uitstel ligt in de toekomst"
    if until is not None and review is not None and until < review:
        return f"er moet opnieuw worden gekeken uiterlijk op {until}, als het verzoek om uitstel verloopt"
    return None


_ON_INFORMING = ("duty", "review", "ground-lapsed", "notice-sent", "notice-undeliverable", "same-person")


@condition("art. 26 lid 5", "de kennisgeving is per brief of digitaal verstuurd, en is niet al teruggekomen")
def notice_was_sent(case: Case) -> str | None:
    last = case.facts.last(*_ON_INFORMING)
    if last is None or last.key != "notice-sent":
        return "er is geen kennisgeving verstuurd die kan zijn teruggekomen"
    if last.fields.get("channel") == "in-person":
        return "de kennisgeving is persoonlijk overhandigd"
    return None


def came_back_from(case: Case) -> date:
    """The day on which the last notice was sent."""
    last = case.facts.last("notice-sent")
    return date.fromisoformat(str(last.fields["sentOn"])) if last else date.min
