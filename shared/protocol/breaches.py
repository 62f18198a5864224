"""Data breaches (art. 8 of the protocol; art. 33 and 34 AVG): what is decided on one, and by when. Pure: no clock is read here.

A proposal out of the audit trail is put before the FG, who says whether it is an incident. An incident stands in the register
until everything that article 33 lid 5 asks is written down. The hours run from the discovery, and are hours that went by: a day
on which the clock is set is an hour shorter or longer, and the term is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from shared.protocol.breach_lists import BROKEN, CLASSES, DATA, NO_INCIDENT, NOT_TOLD, RISKS
from shared.protocol.faults import Fault
from shared.protocol.kinds import Choice, Choices, Date, Explained, Text
from shared.protocol.kinds_of_time import Instant
from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import Municipality, Terms, Who
from shared.protocol.terms import add_years

BREACH_PROPOSAL, BREACH_FACTS, BREACH_AUTHORITY, BREACH_PERSONS, BREACH_CLOSE = (
    "breach-proposal",
    "breach-facts",
    "breach-authority",
    "breach-persons",
    "breach-close",
)
BREACH_KEYS = (BREACH_PROPOSAL, BREACH_FACTS, BREACH_AUTHORITY, BREACH_PERSONS, BREACH_CLOSE)
NOTIFIED, PERSONS_TOLD = "notified", "told"
BY_FG = Who(("fg",))
"""Says whether there was an incident, and closes the entry: supervision is nobody else's (art. 38 and 39 AVG)."""
BY_FG_OR_OFFICER = Who(("fg", "privacy-officer"))
WHO_BEGINS = ("fg", "privacy-officer", "beheerder")
"""Who begins an entry by hand; everybody who notices something tells one of them."""
TO_NOTIFY = timedelta(hours=72)
NEARLY = timedelta(hours=24)
"""So long before the end an entry shows as nearly overdue."""
_AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_CHAPTER, _DOCUMENTED = "art. 8", "art. 33 lid 5 AVG"
_COUNT = re.compile(r"(ongeveer )?\d{1,7}|onbekend")

RULES = {
    "not-counted": (
        "Aantallen personen zijn aantallen: een getal, ‘ongeveer’ met een getal, of ‘onbekend’; geen namen"
        " (art. 33 lid 3 onder a AVG)."
    ),
    "before-discovery": "Wat na de ontdekking komt, ligt niet ervoor en niet in de toekomst (art. 33 lid 1 AVG).",
    "why-late": (
        "Een melding aan de Autoriteit persoonsgegevens later dan 72 uur na de ontdekking zegt waarom zij later is"
        " (art. 33 lid 1 AVG)."
    ),
    "has-a-risk": (
        "Een inbreuk blijft alleen ongemeld als het niet waarschijnlijk is dat zij een risico inhoudt (art. 33 lid 1 AVG)."
    ),
    "high-risk": (
        "Wie een hoog risico loopt, hoort het; ‘geen hoog risico’ is dan geen grond om het niet te vertellen"
        " (art. 34 lid 1 AVG)."
    ),
    "not-described": (
        "Eerst staat er wat er is gebeurd en welk risico er is; daarna wordt besloten wie het hoort (art. 33 lid 3 en 5 AVG)."
    ),
    "not-whole": (
        "Een inbreuk wordt pas afgesloten als er staat wat er is gebeurd, wat aan de Autoriteit persoonsgegevens is gemeld of"
        " waarom niet, en wat aan de personen zelf is verteld of waarom niet (art. 33 lid 5 en art. 34 AVG)."
    ),
}
"""What the printed protocol says of each fault, by its code."""


@dataclass(frozen=True)
class BreachEntry:
    """What was decided so far on one entry: the last of each. The values are the fields as they were filled in."""

    discovered_at: datetime
    described: Mapping[str, Any] | None = None
    authority: tuple[str, Mapping[str, Any]] | None = None
    """Its outcome, and what was filled in."""
    persons: tuple[str, Mapping[str, Any]] | None = None

    @property
    def deadline(self) -> datetime:
        return deadline(self.discovered_at)

    @property
    def risk(self) -> str:
        return str((self.described or {}).get("risk") or "")


def deadline(discovered_at: datetime) -> datetime:
    """72 hours after the discovery, in hours that go by (Regulation 1182/71 counts a term in hours so). An aware moment, UTC."""
    return discovered_at.astimezone(UTC) + TO_NOTIFY


def in_register_until(terms: Terms, state: State, decided_on: date | None) -> date | None:
    """The last day on which an entry stands in the register; None while it is open. `decided_on`: when it was closed, or was said to
    be no incident, by the calendar of Amsterdam."""
    if decided_on is None:
        return None
    years = {State.INCIDENT_CLOSED: terms.breach_kept_years, State.INCIDENT_NONE: terms.no_breach_kept_years}
    return add_years(decided_on, years[state]) if state in years else None


def clock_of_breach(entry: BreachEntry, now: datetime) -> str:
    """How the clock stands: `answered` once it was notified or decided not to, else `overdue`, `nearly` or `running`."""
    if entry.authority is not None:
        return "answered"
    left = entry.deadline - now.astimezone(UTC)
    if left < timedelta(0):
        return "overdue"
    return "nearly" if left <= NEARLY else "running"


def faults_in(entry: BreachEntry, key: str, outcome: str, given: Mapping[str, Any], now: datetime) -> list[Fault]:
    """What is wrong with a decision on `entry` beyond its fields; `now` is an aware moment."""
    if key == BREACH_FACTS:
        counted = given.get("persons") or {}
        wrong = sorted(one for one, many in counted.items() if not _COUNT.fullmatch(str(many).strip()))
        words = f"moet een aantal zijn, of ‘onbekend’: {', '.join(CLASSES.get(one, one) for one in wrong)}"
        return [Fault("fields.persons", words, "art. 33 lid 3 AVG", "not-counted")] if wrong else []
    if key in (BREACH_AUTHORITY, BREACH_PERSONS) and entry.described is None:
        return [Fault("key", "er staat nog niet wat er is gebeurd en welk risico er is", _DOCUMENTED, "not-described")]
    if key == BREACH_AUTHORITY:
        return _authority_faults(entry, outcome, given, now)
    if key == BREACH_PERSONS:
        return _persons_faults(entry, outcome, given, now)
    return _close_faults(entry) if key == BREACH_CLOSE else []


def _authority_faults(entry: BreachEntry, outcome: str, given: Mapping[str, Any], now: datetime) -> list[Fault]:
    article = "art. 33 lid 1 AVG"
    if outcome != NOTIFIED:
        words = "er is een risico: dan wordt de inbreuk gemeld"
        return [Fault("outcome", words, article, "has-a-risk")] if entry.risk != "unlikely" else []
    at = datetime.fromisoformat(given["notifiedAt"])
    if at < entry.discovered_at or at > now:
        words = "ligt vóór de ontdekking of in de toekomst"
        return [Fault("fields.notifiedAt", words, article, "before-discovery")]
    if at > entry.deadline and not given.get("whyLate"):
        words = "ontbreekt: de melding is later dan 72 uur na de ontdekking; waarom?"
        return [Fault("fields.whyLate", words, article, "why-late")]
    return []


def _persons_faults(entry: BreachEntry, outcome: str, given: Mapping[str, Any], now: datetime) -> list[Fault]:
    if outcome == PERSONS_TOLD:
        on, first = date.fromisoformat(given["toldOn"]), entry.discovered_at.astimezone(_AMSTERDAM).date()
        if first <= on <= now.astimezone(_AMSTERDAM).date():
            return []
        return [
            Fault("fields.toldOn", "ligt vóór de ontdekking of in de toekomst", "art. 34 lid 1 AVG", "before-discovery")
        ]
    if given["ground"] == "no-high-risk" and entry.risk == "high":
        words = "er is een hoog risico; kies een grond van lid 3, of vertel het"
        return [Fault("fields.ground", words, "art. 34 lid 1 AVG", "high-risk")]
    return []


def _close_faults(entry: BreachEntry) -> list[Fault]:
    missing = {
        "wat er is gebeurd": entry.described is not None,
        "de melding aan de Autoriteit persoonsgegevens, of waarom niet": entry.authority is not None,
        "wat de personen zelf is verteld, of waarom niet": entry.persons is not None,
    }
    left = [what for what, there in missing.items() if not there]
    if left:
        return [Fault("key", f"ontbreekt nog: {'; '.join(left)}", _DOCUMENTED, "not-whole")]
    # The judgement of the risk may have changed after it was decided who hears of it.
    if entry.authority and entry.authority[0] != NOTIFIED and entry.risk != "unlikely":
        return [Fault("key", "er is een risico, en het is niet gemeld", "art. 33 lid 1 AVG", "has-a-risk")]
    persons = entry.persons
    if persons and persons[0] != PERSONS_TOLD and persons[1].get("ground") == "no-high-risk" and entry.risk == "high":
        return [Fault("key", "er is een hoog risico, en het is niet verteld", "art. 34 lid 1 AVG", "high-risk")]
    return []


def proposal(_chosen: Municipality) -> Decision:
    """Article 8: what the audit trail brings up is no incident before somebody says so."""
    return Decision(
        key=BREACH_PROPOSAL,
        article=_CHAPTER,
        question="Is dit een incident dat in het datalekregister hoort?",
        states=(State.INCIDENT_PROPOSED,),
        who=BY_FG,
        outcomes=(
            Outcome("incident", "ja, het komt in het register", State.INCIDENT_OPEN, _CHAPTER),
            Outcome("no-incident", "nee, geen incident", State.INCIDENT_NONE, _CHAPTER),
        ),
        fields=(
            Field("broken", "Wat is er geschonden?", "art. 4 AVG", Choices(BROKEN), outcomes=("incident",)),
            Field("because", "Waarom niet?", _CHAPTER, Choice(NO_INCIDENT), outcomes=("no-incident",)),
        ),
    )


def described(_chosen: Municipality) -> Decision:
    """Article 33 lid 3 and 5: what happened, to which data, to how many, with which consequences, and what was done."""
    return Decision(
        key=BREACH_FACTS,
        article=_DOCUMENTED,
        question="Wat is er gebeurd, en welk risico geeft het?",
        states=(State.INCIDENT_OPEN,),
        who=BY_FG_OR_OFFICER,
        outcomes=(Outcome("recorded", "vastgelegd", None, _DOCUMENTED),),
        fields=(
            Field("happened", "Wat is er gebeurd? Zonder namen van personen.", "art. 33 lid 3 onder a AVG"),
            Field("data", "Om welke soorten gegevens gaat het?", "art. 33 lid 3 onder a AVG", Choices(DATA)),
            Field(
                "persons",
                "Om hoeveel personen gaat het, per groep? Een aantal, ‘ongeveer’ met een aantal, of ‘onbekend’.",
                "art. 33 lid 3 onder a AVG",
                Explained(CLASSES, {}),
            ),
            Field("consequences", "Welke gevolgen zijn waarschijnlijk?", "art. 33 lid 3 onder c AVG"),
            Field("measures", "Wat is er gedaan, en wat gebeurt er nog?", "art. 33 lid 3 onder d AVG"),
            Field("risk", "Welk risico is er voor de personen?", "art. 33 lid 1 AVG", Choice(RISKS)),
        ),
    )


def authority(_chosen: Municipality) -> Decision:
    """Article 33 lid 1: notified within 72 hours, or not notified because no risk is likely; either with its reason."""
    article = "art. 33 lid 1 AVG"
    return Decision(
        key=BREACH_AUTHORITY,
        article=article,
        question="Is de inbreuk aan de Autoriteit persoonsgegevens gemeld?",
        states=(State.INCIDENT_OPEN,),
        who=BY_FG_OR_OFFICER,
        outcomes=(
            Outcome(NOTIFIED, "ja", None, article),
            Outcome("not-notified", "nee, en dat hoeft niet", None, article),
        ),
        fields=(
            Field(
                "noRisk",
                "Waaruit blijkt dat er waarschijnlijk geen risico is?",
                article,
                outcomes=("not-notified",),
            ),
            Field("notifiedAt", "Wanneer is er gemeld?", article, Instant(), outcomes=(NOTIFIED,)),
            Field("reference", "Onder welk nummer?", article, Text(most=60), outcomes=(NOTIFIED,)),
            Field(
                "whyLate",
                "Waarom later dan 72 uur na de ontdekking?",
                article,
                outcomes=(NOTIFIED,),
                required=False,
            ),
        ),
    )


def persons(_chosen: Municipality) -> Decision:
    """Article 34: who runs a high risk is told himself, unless a ground of the law says otherwise."""
    article = "art. 34 lid 1 AVG"
    return Decision(
        key=BREACH_PERSONS,
        article=article,
        question="Is het aan de personen zelf verteld?",
        states=(State.INCIDENT_OPEN,),
        who=BY_FG_OR_OFFICER,
        outcomes=(Outcome(PERSONS_TOLD, "ja", None, article), Outcome("not-told", "nee", None, "art. 34 lid 3 AVG")),
        fields=(
            Field("toldOn", "Wanneer?", article, Date(), outcomes=(PERSONS_TOLD,)),
            Field("ground", "Op welke grond niet?", "art. 34 lid 3 AVG", Choice(NOT_TOLD), outcomes=("not-told",)),
        ),
    )


def close(_chosen: Municipality) -> Decision:
    """Article 33 lid 5: it is closed when the Autoriteit could judge from it whether the article was followed."""
    return Decision(
        key=BREACH_CLOSE,
        article=_DOCUMENTED,
        question="Is alles over deze inbreuk vastgelegd?",
        states=(State.INCIDENT_OPEN,),
        who=BY_FG,
        outcomes=(Outcome("closed", "ja, afsluiten", State.INCIDENT_CLOSED, _DOCUMENTED),),
        fields=(Field("learnt", "Wat verandert er, zodat het niet nog eens gebeurt?", _DOCUMENTED),),
    )
