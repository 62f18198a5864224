"""What differs per municipality: who takes which decision, the terms, the categories. Versioned and dated."""

from __future__ import annotations

from dataclasses import dataclass

from shared.protocol import informing, phase_1, phase_2, phase_3, phase_4, phase_4_approach, phase_5
from shared.protocol.categories import CLOSED, OPEN, SOURCES, handling
from shared.protocol.model import Decision, Protocol, Terms, Who

DEPARTMENTS = (
    "vergunningen",
    "toezicht-en-handhaving",
    "belastingen",
    "sociale-zaken",
    "burgerzaken",
    "wonen",
)
ORGANISATIONS = {
    "department": DEPARTMENTS,
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
MEETINGS = {"LOT": (), "LOT+": ("politie", "heit", "riec"), "casusoverleg": ()}
"""A LOT is of the municipality only (art. 1 sub n); to a LOT+ police, HEIT and RIEC may come (art. 1 sub o)."""
CATEGORIES = (*OPEN, *CLOSED, *handling(DEPARTMENTS))
BRONHOUDERS = tuple(f"bronhouder-{source}" for source in SOURCES)
EXECUTORS = tuple(f"department-{department}" for department in DEPARTMENTS)
COMMON_DESIGNATIONS = {
    "privacy-officer": "beheerder",
    "beheerder": "controller",
    "fg": "controller",
    **dict.fromkeys(("lot-member", *BRONHOUDERS, *EXECUTORS), "beheerder"),
}
TERMS = Terms()


@dataclass(frozen=True)
class _People:
    """Who takes which kind of decision in one municipality."""

    first: tuple[str, ...]
    """The first assessment (weging 1)."""
    rest: tuple[str, ...]
    no_signal: Who
    check_co_signers: tuple[str, ...] = ()
    quorum: int = 3


def _decisions(people: _People) -> tuple[Decision, ...]:
    first, rest = Who(people.first), Who(people.rest)
    checks = Who(people.rest, co_signers=people.check_co_signers)
    lot = Who(people.rest, meeting="LOT", quorum=people.quorum)
    # Articles 16 lid 2 and 26 lid 4: together with the privacy officer, in every municipality.
    with_officer = Who(people.rest, co_signers=("privacy-officer",))
    partners = ORGANISATIONS["partner"]
    return (
        phase_1.purpose(first),
        phase_1.no_signal(people.no_signal),
        phase_1.weging_1(first),
        phase_1.weging_2a(rest),
        phase_1.weging_2b(rest, ORGANISATIONS["municipality"]),
        phase_2.weging_3(lot),
        phase_2.informing(with_officer),
        phase_3.source_list(rest, SOURCES),
        phase_3.check_1(checks),
        phase_3.check_1_done(rest),
        phase_3.answer(Who((*people.rest, *BRONHOUDERS)), people.rest),
        phase_3.hit_check_done(rest),
        phase_3.check_1b(rest),
        phase_3.weging_4(rest),
        phase_4.check_2a(checks),
        phase_4.check_2a_done(rest),
        phase_4_approach.approach(lot, DEPARTMENTS, partners),
        phase_4_approach.reweighing(lot, DEPARTMENTS, partners),
        phase_4_approach.riec_intake(rest),
        phase_4_approach.riec_answer(rest),
        phase_4.adopt_plan(rest, (*DEPARTMENTS, *partners)),
        phase_4.check_2b(checks),
        phase_4.check_2b_done(rest),
        phase_4.execution(Who((*people.rest, *EXECUTORS))),
        phase_5.close(rest),
        phase_5.hold(Who((*people.rest, "privacy-officer"), co_signers=("beheerder",))),
        phase_5.end_hold(Who(("beheerder",))),
        phase_5.approve_destruction(Who(("beheerder",))),
        informing.duty(with_officer, TERMS.review_months),
        informing.review(with_officer, TERMS.review_months),
        informing.ground_lapsed(rest),
        informing.contact(rest),
        informing.notice_sent(rest),
    )


_OOV = ("oov", "vervanger")

MIDDEN_DELFLAND_2025 = Protocol(
    version="midden-delfland-2025",
    title="Privacyprotocol Bestuurlijke aanpak ondermijnende criminaliteit gemeente Midden-Delfland 2025",
    in_force_from="2025-02-28",
    selection_list="to be filled in by the municipality",
    municipality="Midden-Delfland",
    purposes=phase_1.PURPOSES,
    decisions=_decisions(_People(first=_OOV, rest=_OOV, no_signal=Who(_OOV))),
    categories=CATEGORIES,
    file_roles=_OOV,
    designations={"oov": "beheerder", "vervanger": "beheerder", **COMMON_DESIGNATIONS},
    organisations=ORGANISATIONS,
    meetings=MEETINGS,
    terms=TERMS,
)

LARGE_MUNICIPALITY_2025 = Protocol(
    version="large-municipality-2025",
    title="Privacyprotocol, model for a municipality with a beoordelaar and a regisseur ondermijning",
    in_force_from="2025-02-28",
    selection_list="to be filled in by the municipality",
    municipality="a large municipality",
    purposes=phase_1.PURPOSES,
    decisions=_decisions(
        _People(
            first=("beoordelaar",),
            rest=("regisseur",),
            # Where many people assess, one of them alone does not put a report aside.
            no_signal=Who(("beoordelaar",), co_signers=("regisseur",)),
            check_co_signers=("privacy-officer",),
            quorum=4,
        )
    ),
    categories=CATEGORIES,
    file_roles=("beoordelaar", "regisseur"),
    designations={"beoordelaar": "beheerder", "regisseur": "beheerder", **COMMON_DESIGNATIONS},
    organisations=ORGANISATIONS,
    meetings=MEETINGS,
    attendance_by="self",
    terms=TERMS,
)

PROTOCOLS: dict[str, Protocol] = {one.version: one for one in (MIDDEN_DELFLAND_2025, LARGE_MUNICIPALITY_2025)}
