"""What is restricted is only kept: it is in no check, share or export, and nobody acts on whom it is about (art. 18 AVG; art. 10 lid 2).

A restriction is a record of the dossier beside its decisions, by codes, so that every later holder has it too. What it covers follows
from the persons of each item: what also concerns somebody else stays usable for him, without the name of who is restricted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.protocol.faults import Fault

if TYPE_CHECKING:
    from shared.protocol.facts import Facts
    from shared.protocol.model import Decision, Law, Outcome

RESTRICTING = "restricting"
"""The record that says so."""
WHOLLY, IN_PART, LIFTED = "restricted", "restricted-in-part", "lifted"
GRANTED = {"rectification": "granted-rectification", "erasure": "granted-erasure"}
"""By kind of request the outcome that says besides that this is to be done: it is restricted until that was carried out and lifted."""
WHO_HE_IS = "person"
"""Among the things that were granted: who he is in the file."""
ONLY_KEPT = "art. 18 lid 2 AVG"
_USE = (
    "Wat is afgeschermd, wordt alleen bewaard: het staat in geen toets, verstrekking, stuk of opdracht, en over wie is afgeschermd,"
    " wordt niets besloten of vastgelegd en aan niemand iets gevraagd. Voor anderen in hetzelfde dossier gaat het door, zonder"
    " zijn naam. Rechtzetten, laten vervallen van een interventie, beëindigen en een vernietigingsstop kunnen wel. De afscherming"
    f" eindigt bij het verzoek waarvoor zij er is ({ONLY_KEPT}, art. 10 lid 2)."
)
_EVERYBODY = f"Is iedereen afgeschermd over wie een signaal gaat, dan gaat het signaal niet verder ({ONLY_KEPT})."
RULES = {"restricted": _USE, "everybody-restricted": _EVERYBODY}
"""What the printed protocol says of each fault, by its code."""
STAYS_POSSIBLE = frozenset({"rectify", "same-person", "not-concerned", "set-right", "carried-out", "hold", "end-hold"})
"""Decisions for which something is restricted, or by which it is only kept."""
_DROPPED = ("execution", "dropped")
_STEPS = ("intervention", "question")
"""Records by which something is done about a person."""


@dataclass(frozen=True)
class Restriction:
    """For `request`, of the person `subject`: `whole`, he himself and all that is about him; `items`: these, besides."""

    request: str
    subject: str
    items: frozenset[str]
    whole: bool


def restrictions(records: Iterable[tuple[str, Collection[str]]]) -> tuple[Restriction, ...]:
    """Those that hold, by the outcome of each record and what it is about: request, person, items. The last of a request counts."""
    found: dict[str, Restriction] = {}
    for outcome, about in records:
        request, subject, *items = about
        found.pop(request, None)
        if outcome != LIFTED:
            named = frozenset(items) - {WHO_HE_IS}
            found[request] = Restriction(request, subject, named, outcome == WHOLLY or WHO_HE_IS in items)
    return tuple(found.values())


def restricted(
    holding: Iterable[Restriction], concerns: Mapping[str, Collection[str]], person_of: Callable[[str], str]
) -> dict[str, str]:
    """The persons and items that are restricted, each with the request. `concerns`: by item the persons that it is about;
    `person_of`: who somebody is, when he was named twice."""
    found: dict[str, str] = {}
    known = tuple(holding)
    for one in known:
        person = person_of(one.subject)
        shared_with_others = any(set(concerns.get(item, ())) - {person} for item in one.items)
        if one.whole or shared_with_others:
            found[person] = one.request
    persons = set(found)
    for item, about in concerns.items():
        if about and persons.issuperset(about):
            found[item] = found[next(iter(about))]
    for one in known:
        person = person_of(one.subject)
        found |= {item: one.request for item in one.items if persons.union({person}).issuperset(concerns.get(item, ()))}
    return found


def restricted_faults(
    law: Law,
    decision: Decision,
    outcome: Outcome,
    facts: Facts,
    about: Collection[str],
    fields: Mapping[str, Any],
) -> list[Fault]:
    """Why this is not decided: it is about who or what is restricted, or everybody is."""
    if not facts.restricted or decision.key in STAYS_POSSIBLE or (decision.key, outcome.key) == _DROPPED:
        return []
    has_file = set(decision.who.roles) <= set(law.file_roles)
    faults = _named(facts, "about", (*about, *_acted_on(facts, about)), has_file=has_file)
    for name, value in fields.items():
        faults += _named(facts, f"fields.{name}", listed(value), has_file=has_file)
    onwards = outcome.leads_to is not None and not outcome.ends and outcome.leads_to not in ("ended", "closed")
    if (
        onwards
        and outcome.leads_to not in decision.states
        and facts.subjects
        and set(facts.subjects) <= set(facts.restricted)
    ):
        words = (
            "iedereen over wie dit signaal gaat, is afgeschermd: het gaat niet verder tot een afscherming is opgeheven"
        )
        faults.append(Fault("key", words, ONLY_KEPT, "everybody-restricted"))
    return faults


def restricted_in_record(facts: Facts, about: str, fields: Mapping[str, Any], *, has_file: bool) -> list[Fault]:
    """Why this is not recorded: it is about who is restricted, or made of what is."""
    if not facts.restricted:
        return []
    faults = _named(facts, "about", (about,), has_file=has_file)
    for name, value in fields.items():
        faults += _named(facts, f"fields.{name}", listed(value), has_file=has_file)
    return faults


def restricted_named(facts: Facts, field: str, named: Iterable[str]) -> list[Fault]:
    """What is wrong with `named`, of which somebody with the file chose something that is restricted."""
    return _named(facts, field, named, has_file=True)


def listed(value: Any) -> list[str]:
    """The codes among what was filled in: those of a list; words are none."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, (list, tuple)) else []


def says(code: str, request: str, *, has_file: bool = True) -> str:
    """Why `code` cannot be used, and what ends that. Who has not the file does not hear of the request."""
    if not has_file:
        return f"{code} is afgeschermd: hierover wordt nu niets gedaan; vraag het wie het dossier heeft"
    return f"{code} is afgeschermd bij verzoek {request} en wordt alleen bewaard, tot de afscherming daar is opgeheven"


def _acted_on(facts: Facts, about: Iterable[str]) -> list[str]:
    """Whom what is decided about is about: of an intervention everybody whom it concerns."""
    items = [one for one in map(facts.item, about) if one and one.category in _STEPS]
    return [code for one in items for code in (one.about, *listed(one.fields.get("subjects")))]


def _named(facts: Facts, field: str, named: Iterable[str], *, has_file: bool) -> list[Fault]:
    # Of a person single fields can be named: S1.name.
    codes = dict.fromkeys(facts.person(one.partition(".")[0]) for one in named)
    return [
        Fault(field, says(one, facts.restricted[one], has_file=has_file), ONLY_KEPT, "restricted")
        for one in codes
        if one in facts.restricted
    ]
