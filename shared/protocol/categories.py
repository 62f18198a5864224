"""Bijlage 1: which data belong to which phase, and the records of the handling itself."""

from __future__ import annotations

from shared.protocol.conditions import research as c
from shared.protocol.model import Category, Field, State
from shared.protocol.municipality import Municipality, Source

_PERSONS = Field(
    "persons", "Whom did it bring to light who was not known in this signal?", "art. 26", kind="persons", required=False
)
"""Data about them are processed from now on: their duty to inform begins (R-26.3)."""
_HIT = (Field("hit", "Of which hit is this (the question that was answered)?", "art. 18 lid 2", most=40), _PERSONS)


def bijlage_1(chosen: Municipality) -> tuple[Category, ...]:
    """What may be recorded: the report itself, the sources that the municipality names, and the handling."""
    return (*FROM_THE_REPORT, *(_source(one) for one in chosen.sources), *_handling(chosen))


FROM_THE_REPORT = (
    Category("report", "De melding, met naam, adres en beroep zoals daarin genoemd", 1),
    Category("indication", "Aanwijzingen van ondermijning uit het signaal", 1, fields=(_PERSONS,)),
)


def _source(source: Source) -> Category:
    """An open source from its phase; a closed one from phase 3, and only what a relevant hit brought (R-F3.4)."""
    if source.closed:
        fields = _HIT if source.persons else _HIT[:1]
        needs = (c.relevant_hit(source.key),)
        return Category(source.key, source.name, 3, closed=True, states=(State.WEGING_4,), fields=fields, needs=needs)
    return Category(
        source.key,
        source.name,
        source.from_phase,
        verification_only=source.verification_only,
        fields=(_PERSONS,) if source.persons else (),
    )


def _handling(chosen: Municipality) -> tuple[Category, ...]:
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
            fields=(
                Field("source", "To which source?", "art. 18 lid 2", kind="choice", choices=chosen.closed_sources),
            ),
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
                Field(
                    "department",
                    "Which department carries it out?",
                    "art. 22",
                    kind="choice",
                    choices=tuple(chosen.departments),
                ),
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
