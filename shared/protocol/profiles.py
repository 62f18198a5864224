"""What differs per municipality: who takes which decision, the terms, the categories. Versioned and dated."""

from __future__ import annotations

from shared.protocol import phase_1
from shared.protocol.model import Category, Decision, Protocol, Who

CATEGORIES = (
    Category("report", "The report, with name, address and occupation in it", 1),
    Category("indication", "Indications of undermining from the signal", 1),
    Category("brp-verification", "BRP, only to verify the person data in the signal", 1, verification_only=True),
    Category("kvk-open", "Trade register (KvK), open", 1),
    Category("kadaster-open", "Land register (Kadaster), open: no deeds", 1),
    Category("bag", "Addresses and buildings (BAG)", 1),
    Category("zoning-plan", "Zoning plans (bestemmingsplannen)", 1),
    Category("ground-lease-open", "Ground lease (erfpacht), open", 1),
    Category("woz-open", "Property valuation (WOZ), open", 1),
    Category("internet", "Additional open sources, internet", 2),
    Category("horeca-permits", "Horeca permits and withdrawals", 3, closed=True),
    Category("benefits", "Benefits (uitkeringen)", 3, closed=True),
    Category("subsidies", "Subsidies", 3, closed=True),
    Category("other-decisions", "Other decisions, such as a parking permit or an Alcoholwet fine", 3, closed=True),
    Category("kadaster-deeds", "Land register: deeds", 3, closed=True),
    Category("brp-relations", "BRP: family, former addresses, occupancy", 3, closed=True),
)

DESIGNATIONS = {
    "oov": "beheerder",
    "vervanger": "beheerder",
    "privacy-officer": "beheerder",
    "beheerder": "controller",
    "fg": "controller",
}


ORGANISATIONS = {
    "department": ("vergunningen", "toezicht-en-handhaving", "belastingen", "sociale-zaken", "burgerzaken", "wonen"),
    "partner": ("politie", "belastingdienst", "douane", "arbeidsinspectie", "nvwa", "omgevingsdienst"),
    "municipality": (
        "delft",
        "westland",
        "rijswijk",
        "schiedam",
        "vlaardingen",
        "maassluis",
        "lansingerland",
        "den-haag",
    ),
}


def _decisions(first: Who, second: Who, no_signal: Who) -> tuple[Decision, ...]:
    return (
        phase_1.purpose(first),
        phase_1.no_signal(no_signal),
        phase_1.weging_1(first),
        phase_1.weging_2a(second),
        phase_1.weging_2b(second, ORGANISATIONS["municipality"]),
        phase_1.approve_destruction(Who(("beheerder",))),
    )


_FILE = Who(("oov", "vervanger"))

MIDDEN_DELFLAND_2025 = Protocol(
    version="midden-delfland-2025",
    title="Privacyprotocol Bestuurlijke aanpak ondermijnende criminaliteit gemeente Midden-Delfland 2025",
    in_force_from="2025-02-28",
    selection_list="to be filled in by the municipality",
    municipality="Midden-Delfland",
    purposes=phase_1.PURPOSES,
    decisions=_decisions(_FILE, _FILE, _FILE),
    categories=CATEGORIES,
    file_roles=("oov", "vervanger"),
    designations=DESIGNATIONS,
    organisations=ORGANISATIONS,
)

LARGE_MUNICIPALITY_2025 = Protocol(
    version="large-municipality-2025",
    title="Privacyprotocol, model for a municipality with a beoordelaar and a regisseur ondermijning",
    in_force_from="2025-02-28",
    selection_list="to be filled in by the municipality",
    municipality="a large municipality",
    purposes=phase_1.PURPOSES,
    decisions=_decisions(
        Who(("beoordelaar",)),
        Who(("regisseur",)),
        # Where many people assess, one of them alone does not put a report aside.
        Who(("beoordelaar",), co_signers=("regisseur",)),
    ),
    categories=CATEGORIES,
    file_roles=("beoordelaar", "regisseur"),
    designations={
        "beoordelaar": "beheerder",
        "regisseur": "beheerder",
        "privacy-officer": "beheerder",
        "beheerder": "controller",
        "fg": "controller",
    },
    organisations=ORGANISATIONS,
)

PROTOCOLS: dict[str, Protocol] = {one.version: one for one in (MIDDEN_DELFLAND_2025, LARGE_MUNICIPALITY_2025)}
