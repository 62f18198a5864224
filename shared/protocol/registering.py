"""May a request of a person concerned, or a bezwaar, be registered as it was given? Pure (art. 3 and 10; art. 5 UAVG)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.protocol.faults import Fault
from shared.protocol.kinds import Choice, Date, Flag, Text
from shared.protocol.model import Field
from shared.protocol.municipality import Municipality
from shared.protocol.request_kinds import BEZWAAR, CAPACITIES, REQUEST_CHANNELS, REQUEST_KINDS, SELF
from shared.protocol.terms import add_years

OF_AGE = 16
"""From this age on somebody uses his rights himself (art. 5 UAVG)."""
_CHILD = f"Voor een kind jonger dan {OF_AGE} jaar vraagt zijn wettelijke vertegenwoordiger, en voor wie ouder is niet (art. 5 UAVG)."
_ASKER = "Wie voor een ander vraagt, wordt zelf ook genoemd; wie voor zichzelf vraagt, staat er één keer (art. 12 lid 2 AVG)."
_AGAINST = "Bij een bezwaar hoort het verzoek waarop is besloten, dat hier is beantwoord (art. 6:5 Awb)."
RULES = {
    "received-ahead": "De eerste ontvangst van een verzoek ligt niet in de toekomst (art. 10 lid 4).",
    "born-ahead": "Een geboortedatum ligt niet na de ontvangst (art. 12 lid 2 AVG).",
    **dict.fromkeys(("child-asks", "not-a-child"), _CHILD),
    **dict.fromkeys(("asker-missing", "asker-not-asked"), _ASKER),
    **dict.fromkeys(("against-missing", "against-not-asked"), _AGAINST),
}
"""What the printed protocol says of each fault, by its code."""


@dataclass(frozen=True)
class Registration:
    """What is registered of a request, as far as the law looks at it. `against`: of a bezwaar, the request that was
    decided on; `asker`: whether somebody else than the person concerned asks."""

    kind: str
    capacity: str
    first_received_on: date
    born_on: date | None = None
    asker: bool = False
    against: str | None = None


def registration_faults(given: Registration, today: date) -> list[Fault]:
    """Everything that is wrong with it; an empty list means that it may be registered."""
    return [*_dates(given, today), *_people(given), *_bezwaar(given)]


def _dates(given: Registration, today: date) -> list[Fault]:
    faults = []
    if given.first_received_on > today:
        faults.append(Fault("fields.firstReceivedOn", "ligt in de toekomst", "art. 10 lid 4", "received-ahead"))
    if given.born_on and given.born_on > given.first_received_on:
        faults.append(Fault("fields.bornOn", "ligt na de ontvangst", "art. 12 lid 2 AVG", "born-ahead"))
    return faults


def _people(given: Registration) -> list[Fault]:
    faults = []
    if given.capacity == SELF and given.asker:
        words = "hoort alleen bij wie voor een ander vraagt"
        faults.append(Fault("fields.askerName", words, "art. 12 lid 2 AVG", "asker-not-asked"))
    if given.capacity != SELF and not given.asker:
        faults.append(
            Fault("fields.askerName", "ontbreekt: wie vraagt voor de betrokkene?", "art. 12 lid 2 AVG", "asker-missing")
        )
    grown = given.born_on is not None and add_years(given.born_on, OF_AGE) <= given.first_received_on
    if given.capacity == SELF and given.born_on is not None and not grown:
        words = f"voor een kind jonger dan {OF_AGE} vraagt zijn wettelijke vertegenwoordiger"
        faults.append(Fault("fields.capacity", words, "art. 5 UAVG", "child-asks"))
    if given.capacity == "parent" and (given.born_on is None or grown):
        words = f"een ouder vraagt voor een kind jonger dan {OF_AGE}: geef een geboortedatum waaruit dat blijkt"
        faults.append(Fault("fields.bornOn", words, "art. 5 UAVG", "not-a-child"))
    return faults


def _bezwaar(given: Registration) -> list[Fault]:
    if given.kind != BEZWAAR and given.against:
        return [Fault("fields.against", "hoort alleen bij een bezwaar", "art. 6:5 Awb", "against-not-asked")]
    if given.kind == BEZWAAR and not given.against:
        words = "noem het nummer van het verzoek waarop is besloten"
        return [Fault("fields.against", words, "art. 6:5 Awb", "against-missing")]
    return []


def registration_fields(chosen: Municipality) -> tuple[Field, ...]:
    """What is asked of who registers it. There is no field for a copy of a document, nor for a citizen service number."""
    name, address = Text(most=200), Text(most=300)
    return (
        Field("kind", "Waar gaat het om?", "art. 10 lid 1", Choice(REQUEST_KINDS)),
        Field("firstReceivedOn", "Wanneer kwam het voor het eerst bij de gemeente binnen?", "art. 10 lid 4", Date()),
        Field("channel", "Hoe kwam het binnen?", "art. 10 lid 4", Choice(REQUEST_CHANNELS)),
        Field("department", "Bij welk onderdeel?", "art. 3", Choice(chosen.departments), required=False),
        Field("capacity", "Voor wie vraagt de verzoeker?", "art. 12 lid 2 AVG", Choice(CAPACITIES)),
        Field("name", "Naam van de betrokkene", "art. 12 lid 2 AVG", name),
        Field("address", "Adres van de betrokkene", "art. 12 lid 2 AVG", address),
        Field("bornOn", "Geboortedatum van de betrokkene", "art. 12 lid 2 AVG", Date(), required=False),
        Field("askerName", "Vraagt iemand voor de betrokkene: diens naam", "art. 12 lid 2 AVG", name, required=False),
        Field(
            "askerAddress",
            "Vraagt iemand voor de betrokkene: diens adres",
            "art. 12 lid 2 AVG",
            address,
            required=False,
        ),
        Field("asks", "Wat wordt gevraagd?", "art. 10 lid 1", Text(most=4000)),
        Field(
            "against", "Bij bezwaar: tegen het besluit op welk verzoek?", "art. 6:5 Awb", Text(most=20), required=False
        ),
        Field("committee", "Bij bezwaar: adviseert een commissie daarover?", "art. 7:13 Awb", Flag(), required=False),
    )


def registered(fields: Mapping[str, Any]) -> Registration:
    """Of fields that fit, what the law looks at."""
    born = fields.get("bornOn")
    return Registration(
        kind=fields["kind"],
        capacity=fields["capacity"],
        first_received_on=date.fromisoformat(fields["firstReceivedOn"]),
        born_on=date.fromisoformat(born) if born else None,
        asker=bool(fields.get("askerName") and fields.get("askerAddress")),
        against=fields.get("against"),
    )
