"""Bijlage 1: which data belong to which phase, and the records of the handling itself."""

from __future__ import annotations

from shared.protocol.conditions import research as c
from shared.protocol.model import Category, Field, State

_PERSONS = Field(
    "persons", "Whom did it bring to light who was not known in this signal?", "art. 26", kind="persons", required=False
)
"""Data about them are processed from now on: their duty to inform begins (R-26.3)."""
_HIT = (Field("hit", "Of which hit is this (the question that was answered)?", "art. 18 lid 2", most=40), _PERSONS)


def _closed(key: str, name: str) -> Category:
    """A closed source: from phase 3, and only what a relevant hit brought (R-F3.4)."""
    return Category(key, name, 3, closed=True, states=(State.WEGING_4,), fields=_HIT, needs=(c.relevant_hit(key),))


OPEN = (
    Category("report", "The report, with name, address and occupation in it", 1),
    Category("indication", "Indications of undermining from the signal", 1, fields=(_PERSONS,)),
    Category("brp-verification", "BRP, only to verify the person data in the signal", 1, verification_only=True),
    Category("kvk-open", "Trade register (KvK), open", 1, fields=(_PERSONS,)),
    Category("kadaster-open", "Land register (Kadaster), open: no deeds", 1, fields=(_PERSONS,)),
    Category("bag", "Addresses and buildings (BAG)", 1),
    Category("zoning-plan", "Zoning plans (bestemmingsplannen)", 1),
    Category("ground-lease-open", "Ground lease (erfpacht), open", 1),
    Category("woz-open", "Property valuation (WOZ), open", 1),
    Category("internet", "Additional open sources, internet", 2, fields=(_PERSONS,)),
)
CLOSED = (
    _closed("horeca-permits", "Horeca permits and withdrawals"),
    _closed("benefits", "Benefits (uitkeringen)"),
    _closed("subsidies", "Subsidies"),
    _closed("other-decisions", "Other decisions, such as a parking permit or an Alcoholwet fine"),
    _closed("kadaster-deeds", "Land register: deeds"),
    _closed("brp-relations", "BRP: family, former addresses, occupancy"),
)
SOURCES = tuple(one.key for one in CLOSED)


def handling(departments: tuple[str, ...]) -> tuple[Category, ...]:
    """Records of the handling: no new data about anybody (reading of Bijlage 1 for phases 4 and 5)."""
    return (
        Category(
            "paper",
            "A paper for a meeting, without names",
            2,
            process=True,
            states=(State.PHASE_2, State.APPROACH, State.REWEIGHING),
            fields=(Field("meeting", "For which meeting?", "art. 15 lid 1", most=40),),
        ),
        Category(
            "question",
            "A question to a source",
            3,
            process=True,
            states=(State.HIT_CHECK,),
            fields=(Field("source", "To which source?", "art. 18 lid 2", kind="choice", choices=SOURCES),),
            needs=(c.SOURCE_APPROVED, c.ABOUT_SOMEBODY),
        ),
        Category(
            "intervention",
            "An intervention of the Plan van Aanpak",
            4,
            process=True,
            states=(State.PLAN, State.EXECUTION),
            fields=(
                Field("instrument", "Which instrument?", "art. 1 sub j", most=200),
                Field("legalBasis", "On which law and article does it rest?", "art. 1 sub j", most=200),
                Field("department", "Which department carries it out?", "art. 22", kind="choice", choices=departments),
                Field("plannedOn", "On which date is it planned?", "art. 22", kind="date"),
                Field("subjects", "Which subjects does it concern?", "art. 22", kind="subjects"),
            ),
        ),
        Category(
            "monitoring",
            "How an intervention goes",
            4,
            process=True,
            states=(State.EXECUTION,),
            fields=(Field("intervention", "Which intervention?", "art. 24", most=40),),
        ),
    )
