"""What must be true of a request of the person concerned, or of a bezwaar, before something is decided on it (art. 10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from shared.protocol.conditions.case import Case, Condition, condition
from shared.protocol.facts import Item, Taken
from shared.protocol.holdings import ANSWERS_ITSELF
from shared.protocol.municipality import Terms
from shared.protocol.request_kinds import (
    ACCESS,
    ADJOURN,
    AS_REGISTERED,
    BEZWAAR,
    DECEASED,
    EXTEND,
    EXTENSION_SENT,
    FOUND_ITEM,
    HOLDER,
    HOLDERS_OF_DATA,
    IDENTITY,
    INFORMED,
    NOT_HANDLED,
    REQUEST_LETTER,
    SELF,
)
from shared.protocol.request_terms import Clocks, can_object_until, clocks
from shared.protocol.withholding import decided_last


def asked(case: Case) -> Mapping[str, object]:
    """What was registered of the request."""
    found = case.facts.item(AS_REGISTERED)
    return found.fields if found else {}


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def clocks_of(request: Mapping[str, object], decisions: Iterable[Taken], terms: Terms) -> Clocks:
    """Both clocks of a request by what was registered and decided."""
    taken = list(decisions)
    more = next((one for one in taken if one.key == IDENTITY and one.outcome == "asked-more"), None)
    known = next((one for one in taken if one.key == IDENTITY and one.outcome.startswith("established")), None)
    # Who never showed it was waited for until that was decided.
    ended = next((one.on for one in taken if one.key == NOT_HANDLED), None)
    extended = next((one for one in taken if one.key == EXTEND), None)
    went = any(one.key == EXTENSION_SENT for one in taken)
    received = _day(request.get("firstReceivedOn")) or date.min
    return clocks(
        received,
        terms.request_days,
        asked_on=_day(more.fields.get("moreAskedOn")) if more else None,
        complete_on=_day(known.fields.get("completeOn")) if known else ended,
        extended_months=int(str(extended.fields.get("months", 0))) if extended and went else 0,
    )


def found_items(case: Case) -> tuple[Item, ...]:
    return case.facts.of_category(FOUND_ITEM)


def decided(case: Case) -> dict[str, str]:
    """By the name of what was found, what was decided on it last: an outcome of the decisions per item."""
    return {name: one.outcome for name, one in decided_last(case.facts.decisions).items()}


# --- who asks ------------------------------------------------------------------------------------------


@condition("art. 6:4 Awb", "het is geen bezwaar")
def is_no_bezwaar(case: Case) -> str | None:
    return "dit is een bezwaar" if asked(case).get("kind") == BEZWAAR else None


@condition("art. 6:4 lid 1 Awb", "het is een bezwaar")
def is_bezwaar(case: Case) -> str | None:
    return None if asked(case).get("kind") == BEZWAAR else "dit is geen bezwaar"


@condition("art. 4 AVG", "het gaat over iemand die leeft")
def is_about_the_living(case: Case) -> str | None:
    return "het gaat over iemand die is overleden; de AVG geldt niet voor overledenen" if _dead(case) else None


@condition("art. 4 AVG", "het gaat over iemand die is overleden")
def is_about_the_dead(case: Case) -> str | None:
    return None if _dead(case) else "geregistreerd is dat het over iemand gaat die leeft"


def _dead(case: Case) -> bool:
    return asked(case).get("capacity") == DECEASED


@condition(
    "art. 12 lid 2 AVG",
    "wie voor een ander vraagt, heeft laten zien dat hij dat mag; wie voor zichzelf vraagt, hoeft dat niet",
    at="fields.mandate",
)
def mandate_was_seen(case: Case) -> str | None:
    capacity, mandate = asked(case).get("capacity", SELF), case.fields.get("mandate")
    if capacity == SELF:
        return "hoort alleen bij wie voor een ander vraagt" if mandate else None
    # A lawyer is believed for being one (art. 2:1 lid 2 Awb).
    if mandate == "lawyer" and capacity != "lawyer":
        return "alleen een advocaat wordt zonder machtiging geloofd"
    return None if mandate else "leg vast waaruit blijkt dat deze persoon voor de betrokkene mag vragen"


def _asked_more(case: Case) -> Taken | None:
    return next((one for one in case.facts.decisions if one.key == IDENTITY and one.outcome == "asked-more"), None)


@condition("art. 12 lid 6 AVG", "er is om meer gevraagd om vast te stellen wie de verzoeker is")
def more_was_asked(case: Case) -> str | None:
    return None if _asked_more(case) else "vraag de verzoeker eerst om aan te tonen wie hij is"


@condition("art. 12 lid 6 AVG", "om meer is niet al gevraagd")
def more_was_not_asked(case: Case) -> str | None:
    return "de verzoeker is al gevraagd om aan te tonen wie hij is" if _asked_more(case) else None


@condition("art. 12 lid 6 AVG", "er is niet om meer gevraagd voordat het verzoek er was", at="fields.moreAskedOn")
def asked_after_receipt(case: Case) -> str | None:
    on, received = case.day("moreAskedOn"), _day(asked(case).get("firstReceivedOn"))
    return f"het verzoek kwam op {received}" if on and received and on < received else None


@condition(
    "art. 12 lid 6 AVG",
    "is om meer gevraagd, dan staat vast op welke dag dat kwam: zo lang stond de termijn van een verzoek stil",
    at="fields.completeOn",
)
def known_when_complete(case: Case) -> str | None:
    more, on = _asked_more(case), case.day("completeOn")
    if more is None:
        return "er is niet om meer gevraagd" if case.fields.get("completeOn") else None
    since = _day(more.fields.get("moreAskedOn")) or date.min
    if on is None or not since <= on <= case.facts.today:
        return f"geef de dag waarop kwam waar op {since} om is gevraagd; die ligt niet in de toekomst"
    return None


# --- the term -----------------------------------------------------------------------------------------


@condition("art. 12 lid 3 AVG", "de termijn is niet al verlengd")
def is_not_extended(case: Case) -> str | None:
    taken = any(one.key == EXTEND for one in case.facts.decisions)
    return "de termijn is al verlengd; dat kan één keer" if taken else None


@condition("art. 12 lid 3 AVG", "er is een verlenging waarvan de brief nog niet is verstuurd")
def extension_waits(case: Case) -> str | None:
    keys = [one.key for one in case.facts.decisions]
    if EXTEND not in keys:
        return "er is geen verlenging"
    return "de brief over de verlenging is al verstuurd" if EXTENSION_SENT in keys else None


def within_the_days(terms: Terms, code: str, what: str, field: str | None = None) -> Condition:
    """`what` is within the protocol's days; `field`: the date that it is about, today when there is none."""

    def missing(case: Case) -> str | None:
        running = clocks_of(asked(case), case.facts.decisions, terms)
        if running.stands_still:
            # A letter that was made can go. What is decided now is of a day that nobody knows yet.
            return (
                None
                if field
                else f"{what} kan weer als de verzoeker heeft laten zien wie hij is: de termijn staat stil"
            )
        on = case.day(field) if field else case.facts.today
        return None if on is not None and on <= running.due_on else f"{what} kon tot en met {running.due_on}"

    says = (
        f"{what} gebeurt binnen {terms.request_days} dagen na de eerste ontvangst; dagen waarop de termijn stilstond tellen niet mee,"
        " en zolang hij stilstaat wordt niet verlengd"
    )
    return Condition(code, says, "art. 10 lid 4", missing, f"fields.{field}" if field else None)


# --- looking for it -------------------------------------------------------------------------------------


def unanswered(case: Case) -> list[str]:
    """Of which services nobody has said what they hold; those that answer by themselves are not asked of a person."""
    said = {one.about[0] for one in case.facts.of(HOLDER) if one.about}
    return [one for one in HOLDERS_OF_DATA if one not in said and one not in ANSWERS_ITSELF]


@condition("art. 15 AVG", "elke dienst die iets kan bewaren, heeft geantwoord wat zij over de betrokkene heeft")
def every_holder_answered(case: Case) -> str | None:
    left = unanswered(case)
    return f"nog niet geantwoord: {case.called(left)}" if left else None


@condition("art. 10 lid 1", "van wat deze dienst heeft, is elk gegeven vastgelegd")
def something_of_it(case: Case) -> str | None:
    there = any(one.about == case.it for one in found_items(case))
    return None if there else "leg eerst vast wat deze dienst over de betrokkene heeft"


@condition("art. 10 lid 1", "van deze dienst is niets vastgelegd")
def nothing_of_it(case: Case) -> str | None:
    there = any(one.about == case.it for one in found_items(case))
    return "van deze dienst is al iets vastgelegd" if there else None


@condition(
    "art. 15 AVG",
    "iemand heeft de vrije tekst doorgezien, of er is hier geen tekst: wat in woorden staat, vindt geen zoeksleutel",
    at="fields.lookedHow",
)
def text_was_gone_through(case: Case) -> str | None:
    how = set(case.fields.get("lookedHow") or ())
    if len(how & {"free-text", "nothing-readable"}) == 1:
        return None
    return "zeg of de vrije tekst is doorgezien, of dat er hier geen is"


# --- weighing it ----------------------------------------------------------------------------------------


@condition("art. 15 lid 1 AVG", "er wordt om inzage gevraagd")
def access_is_asked(case: Case) -> str | None:
    return None if asked(case).get("kind", ACCESS) == ACCESS else "er is niet om inzage gevraagd"


@condition("art. 10 lid 2", "er wordt gevraagd om iets te veranderen, af te schermen of niet meer te gebruiken")
def change_is_asked(case: Case) -> str | None:
    return "er is alleen om inzage gevraagd" if asked(case).get("kind", ACCESS) == ACCESS else None


@condition("art. 10 lid 4", "over elk gegeven dat is gevonden, is besloten")
def every_item_decided(case: Case) -> str | None:
    known = decided(case)
    left = [one.name for one in found_items(case) if one.name not in known]
    return f"nog niet besloten over: {', '.join(left)}" if left else None


def _answers(case: Case) -> list[str]:
    known = decided(case)
    return [known[one.name] for one in found_items(case) if known.get(one.name, "not-his") != "not-his"]


YES, NO = ("given", "done"), ("withheld", "refused")


def _of_all(code: str, says: str, holds: str) -> Condition:
    def missing(case: Case) -> str | None:
        answers = _answers(case)
        found = "nothing"
        if answers:
            found = "granted" if set(answers) <= set(YES) else "refused" if set(answers) <= set(NO) else "partly"
        return None if found == holds else "dit volgt niet uit wat over de gegevens is besloten"

    return Condition(code, says, "art. 10 lid 5", missing)


all_granted = _of_all("all-granted", "alles wat is gevonden, wordt gegeven of gedaan", "granted")
partly_granted = _of_all("partly-granted", "een deel van wat is gevonden, wordt gegeven of gedaan", "partly")
nothing_granted = _of_all("nothing-granted", "niets van wat is gevonden, wordt gegeven of gedaan", "refused")
nothing_found = _of_all("nothing-found", "er is niets over de betrokkene gevonden", "nothing")


# --- letters --------------------------------------------------------------------------------------------


def letter_of(kind: str, called: str, article: str) -> Condition:
    """The letter that is named was made here, as a letter of this kind. `called`: what it is, in a sentence."""

    def missing(case: Case) -> str | None:
        letter = case.facts.item(str(case.fields.get("letter")))
        if letter is None or letter.category != REQUEST_LETTER or letter.fields.get("kind") != kind:
            return f"deze brief is hier niet opgemaakt als {called}"
        return None

    return Condition(
        f"{kind}-letter-was-made", f"de brief is hier opgemaakt, als {called}", article, missing, "fields.letter"
    )


@condition("art. 10 lid 6", "de verzoeker heeft informatie gekregen over zijn rechten")
def told_of_rights(case: Case) -> str | None:
    there = any(one.key == INFORMED for one in case.facts.decisions)
    return None if there else "stuur eerst de ontvangstbevestiging met de informatie over rechten, en leg dat vast"


@condition("art. 10 lid 6", "die informatie is niet al gestuurd")
def not_told_of_rights(case: Case) -> str | None:
    there = any(one.key == INFORMED for one in case.facts.decisions)
    return "de ontvangst is al bevestigd" if there else None


# --- bezwaar --------------------------------------------------------------------------------------------


@condition("art. 6:7 Awb", "het bezwaar is na zes weken ingediend")
def lodged_too_late(case: Case) -> str | None:
    told, received = _day(asked(case).get("toldOn")), _day(asked(case).get("firstReceivedOn"))
    if told is None or received is None or received <= can_object_until(told):
        return "het bezwaar is op tijd ingediend"
    return None


@condition("art. 7:10 lid 3 Awb", "de beslissing op bezwaar is niet al verdaagd")
def is_not_adjourned(case: Case) -> str | None:
    taken = any(one.key == ADJOURN for one in case.facts.decisions)
    return "de beslissing is al verdaagd; dat kan één keer" if taken else None
