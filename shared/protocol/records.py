"""May this be recorded now? The phase gate of Bijlage 1, the same through every entrance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.protocol.conditions.approach import CHILD, POINTS_AT_REPORTER
from shared.protocol.conditions.case import Case, unmet
from shared.protocol.facts import Facts
from shared.protocol.faults import Fault
from shared.protocol.fields import field_faults
from shared.protocol.kinds import MOST_SHORT
from shared.protocol.model import PHASE_OF, Category, Law, State
from shared.protocol.restricting import restricted_in_record

BIJLAGE = "Bijlage 1"
_FINDING = (
    "Van een bron die alleen verifieert wordt per gegeven vastgelegd of het klopt, en nooit wat de bron zegt; van elke"
    f" andere wat er is gevonden, in woorden ({BIJLAGE})."
)
RULES = {
    "no-category": f"Wat hier niet staat, wordt niet vastgelegd; de melding zelf verandert niet meer ({BIJLAGE}).",
    "not-in-hand": (
        "Van een signaal dat niet in behandeling is, ook een gesloten casus, wordt niets meer vastgelegd: wat nieuw is, is"
        " een nieuw signaal (art. 9 lid 2)."
    ),
    "purpose-first": (
        "Voordat is vastgelegd voor welk doel een signaal wordt behandeld, wordt er niets over vastgelegd (art. 1)."
    ),
    "too-early": f"Een gegeven wordt niet vastgelegd vóór de fase die erbij staat ({BIJLAGE}).",
    "not-now": (
        "Een gegeven uit een gesloten bron wordt alleen vastgelegd in de toestand"
        f" ‘{State.WEGING_4.dutch}’; een vastlegging van de behandeling in een toestand die erbij staat ({BIJLAGE})."
    ),
    **dict.fromkeys(("verification-only", "missing", "not-asked"), _FINDING),
    "not-yours": (
        "Wat een onderdeel vraagt of heeft bevonden, wordt vastgelegd door dat onderdeel zelf, bij zijn eigen opdracht, en"
        " door niemand anders; het wordt een gegeven door een besluit (art. 24)."
    ),
    "note-too-long": (
        "Een stuk wordt samengesteld uit gegevens van het dossier; er wordt hooguit een korte opmerking bij geschreven, en"
        f" niets persoonlijks ({BIJLAGE})."
    ),
    "about-unknown": f"Een gegeven gaat over de melding, of over een persoon of object uit het signaal ({BIJLAGE}).",
}
"""What the printed protocol says of each fault, by its code."""


@dataclass(frozen=True)
class Record:
    """What somebody wants to record. `finding`: words; `matches`: what the BRP says of what the report says."""

    category: str
    about: str = "report"
    finding: str | None = None
    matches: Mapping[str, bool] | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    special_grounds: Mapping[str, str] = field(default_factory=dict)
    """On which ground special data are in its words, by their kind (wording.py)."""


def judge_item(law: Law, state: State, category: str) -> Fault | None:
    """May a fact of `category` be recorded in `state` at all? None means yes."""
    found = law.category(category)
    phase = PHASE_OF.get(state)
    if found is None or category == "report":
        return Fault("category", "is geen gegeven van Bijlage 1 dat kan worden vastgelegd", BIJLAGE, "no-category")
    if phase is None or state == State.CLOSED:
        words = "er wordt niets meer vastgelegd: dit signaal is niet in behandeling; maak een nieuw signaal"
        return Fault("category", words, "art. 9 lid 2", "not-in-hand")
    if state == State.RECEIVED:
        words = "eerst wordt vastgelegd voor welk doel dit signaal wordt behandeld"
        return Fault("category", words, "art. 1", "purpose-first")
    if found.from_phase > phase:
        words = f"mag pas vanaf fase {found.from_phase} worden vastgelegd; dit signaal is in fase {phase}"
        return Fault("category", words, BIJLAGE, "too-early")
    if found.states and state not in found.states:
        when = " of ".join(one.dutch for one in found.states)
        words = f"wordt alleen vastgelegd bij: {when}; dit signaal staat op: {state.dutch}"
        return Fault("category", words, BIJLAGE, "not-now")
    return None


def judge_record(law: Law, state: State, record: Record, role: str, facts: Facts) -> list[Fault]:
    """Everything that is wrong with `record`; an empty list means that it may be stored."""
    refused = judge_item(law, state, record.category)
    category = law.category(record.category)
    faults = [refused] if refused else []
    if category is None:
        return faults
    if role not in (law.file_roles if category.by is None else category.by):
        words = "wordt niet vastgelegd door wie dit doet, maar bij een eigen opdracht of door een besluit"
        return [*faults, Fault("category", words, "art. 24", "not-yours")]
    faults += content_faults(category, record, role, facts)
    if category.key not in (CHILD, POINTS_AT_REPORTER):
        has_file = role in law.file_roles
        faults += restricted_in_record(facts, record.about, record.fields, has_file=has_file)
    if not faults:
        faults = unmet(category.needs, Case(facts, (record.about,), record.fields, law.names), "category")
    return faults


def content_faults(category: Category, record: Record, role: str, facts: Facts) -> list[Fault]:
    """What is wrong with what `record` says, whenever that is."""
    faults = []
    if category.verification_only and (record.finding is not None or not record.matches):
        # R-B1.4: of the BRP only whether what the report says matches, never what the BRP says.
        words = "deze bron verifieert alleen: geef per gegeven of het klopt, en geen bevinding"
        faults.append(Fault("matches", words, BIJLAGE, "verification-only"))
    if category.composed and len(record.finding or "") > MOST_SHORT:
        words = f"is een korte opmerking van ten hoogste {MOST_SHORT} tekens: wat gelezen wordt, wordt gekozen uit het dossier"
        faults.append(Fault("finding", words, BIJLAGE, "note-too-long"))
    if not category.verification_only and not category.composed and record.finding is None:
        faults.append(Fault("finding", "ontbreekt: wat is er gevonden?", BIJLAGE, "missing"))
    if not category.verification_only and record.matches is not None:
        faults.append(Fault("matches", "hoort alleen bij een bron die verifieert", BIJLAGE, "not-asked"))
    known = {"report", *facts.subjects, *facts.objects}
    if record.about not in known:
        words = f"gaat over de melding (report) of over: {', '.join(sorted(known - {'report'})) or 'niets anders'}"
        faults.append(Fault("about", words, BIJLAGE, "about-unknown"))
    return faults + field_faults(BIJLAGE, category.fields, record.fields, role, facts.subjects)
