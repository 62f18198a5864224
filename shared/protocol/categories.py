"""Bijlage 1: which data belong to which phase, and the records of the handling itself."""

from __future__ import annotations

from shared.protocol.composing import ITEMS, along
from shared.protocol.conditions import orders
from shared.protocol.conditions import research as c
from shared.protocol.conditions.approach import CHILD, POINTS_AT_REPORTER
from shared.protocol.conditions.dates import not_in_the_future, possible
from shared.protocol.conditions.rectifying import about_a_person
from shared.protocol.kinds import Choice, Date, Text, WebAddress
from shared.protocol.kinds_of_signal import Items, OnAgendaOf, OtherSignal, Persons, Subjects
from shared.protocol.model import Category, Field, State
from shared.protocol.municipality import Municipality, Source
from shared.protocol.phase_4_orders import ORDER, departments

_PERSONS = Field(
    "persons",
    "Wie is hierdoor aan het licht gekomen, die nog niet bekend was?",
    "art. 26 lid 1",
    Persons(),
    required=False,
)
"""Data about them are processed from now on: their duty to inform begins (R-26.3)."""
_EARLIER = Field(
    "takenFrom",
    "Is dit overgenomen uit een eerder dossier? Dan het nummer daarvan.",
    "art. 9 lid 2",
    OtherSignal(),
    required=False,
)
"""It is a fact of this signal from then on, in its phase and with its term; of the other one only the number (R-9.13)."""
_REPRESENTATIVE = Field(
    "representative",
    "Wie vertegenwoordigt dit kind, en krijgt dus de kennisgeving?",
    "art. 5 UAVG",
    Persons(most=1),
    required=False,
)
_HIT = Field("hit", "Bij welke hit hoort dit (de vraag die is beantwoord)?", "art. 18 lid 2", Text(most=40))

_ONLINE = (
    Field("url", "Op welk internetadres staat het?", "Bijlage 1", WebAddress()),
    Field("seenOn", "Op welke datum is het gezien?", "Bijlage 1", Date()),
    Field("foundBy", "Hoe is het gevonden (zoekterm, bron, account)?", "Bijlage 1", Text()),
)
"""What stands on the internet changes: where, when and how it was found is kept with it."""
SEEN = not_in_the_future("seenOn", "de datum waarop het is gezien", "Bijlage 1")

FROM_THE_REPORT = (
    Category("report", "De melding, met naam, adres en beroep zoals daarin genoemd", 1),
    Category("indication", "Aanwijzingen van ondermijning uit het signaal", 1, fields=(_EARLIER, _PERSONS)),
    Category(
        CHILD,
        "Dat een betrokkene een kind is, en wie het vertegenwoordigt",
        1,
        fields=(_REPRESENTATIVE,),
        needs=(about_a_person,),
    ),
    Category(
        POINTS_AT_REPORTER,
        "Woorden uit de melding of uit een gegeven die naar de melder verwijzen, letterlijk; in alles wat wordt gedeeld"
        " zijn zij weggelaten",
        1,
    ),
)


def bijlage_1(chosen: Municipality) -> tuple[Category, ...]:
    """What may be recorded: the report itself, the sources that the municipality names, and the handling."""
    sources = (_source(one) for one in chosen.sources)
    return (*FROM_THE_REPORT, *sources, *_found_by_departments(chosen), *_handling(chosen))


def _source(source: Source) -> Category:
    """An open source from its phase; a closed one from phase 3, and only what a relevant hit brought (R-F3.4)."""
    persons = (_PERSONS,) if source.persons else ()
    if source.closed:
        relevant = (c.relevant_hit(source.key),)
        return Category(
            source.key,
            source.name,
            3,
            closed=True,
            states=(State.WEGING_4,),
            fields=(_HIT, _EARLIER, *persons),
            needs=relevant,
        )
    only = source.verification_only
    # Of what only verifies nothing is found, and so nothing taken over.
    found = (*(_ONLINE if source.online else ()), *(() if only else (_EARLIER,)))
    needs = (SEEN,) if source.online else ()
    return Category(
        source.key, source.name, source.from_phase, verification_only=only, fields=(*found, *persons), needs=needs
    )


def _found_by_departments(chosen: Municipality) -> tuple[Category, ...]:
    """What a department found while it carried out its order: in quarantine, and what became an item of it (R-T.18)."""
    order = Field("order", "Bij welke opdracht?", ORDER, Text(most=40))
    seen = possible("foundOn", "de datum van de bevinding", ORDER, orders.given_on, "de opdracht is gegeven")
    return (
        Category(
            orders.IN_QUARANTINE,
            "Wat een onderdeel bij zijn opdracht heeft bevonden, in quarantaine tot het is beoordeeld",
            4,
            states=(State.EXECUTION,),
            by=departments(chosen),
            fields=(
                order,
                Field("foundOn", "Op welke datum is dat gezien?", ORDER, Date()),
                # Not `persons`: who is named here is nobody in the signal until it is judged.
                Field("named", "Wie is hierdoor aan het licht gekomen?", "art. 26 lid 1", Persons(), required=False),
            ),
            needs=(orders.order_runs, *seen),
        ),
        Category(
            orders.FOUND,
            "Bevinding van een onderdeel bij zijn opdracht, na beoordeling overgenomen",
            4,
            by=(),
            fields=(order, Field("department", "Welk onderdeel?", ORDER, Choice(chosen.departments)), _PERSONS),
        ),
    )


def _handling(chosen: Municipality) -> tuple[Category, ...]:
    """Records of the handling: no new data about anybody (reading of Bijlage 1 for phases 4 and 5)."""
    return (
        Category(
            "paper",
            "Een stuk voor een overleg, samengesteld uit gegevens van het dossier",
            2,
            process=True,
            composed=True,
            states=(State.PHASE_2, State.APPROACH, State.REWEIGHING),
            fields=(
                Field("meeting", "Voor welk overleg?", "art. 15 lid 1", OnAgendaOf()),
                Field(ITEMS, "Welke gegevens lezen de leden?", "art. 6 lid 1", Items()),
                along("Wie en wat van deze gegevens staat er met naam en adres in? Niets genoemd: niemand."),
            ),
        ),
        Category(
            "question",
            "Een vraag aan een bron",
            3,
            process=True,
            states=(State.HIT_CHECK,),
            fields=(
                Field("source", "Aan welke bron?", "art. 18 lid 2", Choice(chosen.closed_sources)),
                Field("answerBy", "Op welke datum is er uiterlijk een antwoord?", "art. 18 lid 2", Date()),
            ),
            needs=(c.source_approved, c.about_somebody, c.answer_can_still_come),
        ),
        Category(
            "intervention",
            "Een interventie van het Plan van Aanpak",
            4,
            process=True,
            states=(State.PLAN, State.EXECUTION),
            fields=(
                Field("instrument", "Met welke bevoegdheid?", "art. 1 onder j", Choice(chosen.named_powers)),
                Field("department", "Welk onderdeel voert haar uit?", "art. 22", Choice(chosen.departments)),
                Field("plannedOn", "Op welke datum is zij gepland?", "art. 22", Date()),
                Field("subjects", "Welke personen gaat zij aan?", "art. 22", Subjects()),
            ),
        ),
        Category(
            orders.ASKED_BY,
            "Een vraag van een onderdeel over zijn opdracht",
            4,
            process=True,
            states=(State.EXECUTION,),
            by=departments(chosen),
            fields=(Field("order", "Bij welke opdracht?", ORDER, Text(most=40)),),
            needs=(orders.order_runs,),
        ),
        Category(
            "monitoring",
            "Hoe een interventie verloopt",
            4,
            process=True,
            states=(State.EXECUTION,),
            fields=(Field("intervention", "Welke interventie?", "art. 24", Text(most=40)),),
        ),
    )
