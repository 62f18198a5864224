"""Phase 1: is it undermining, is it a municipal task, is it here? (art. 1, 11, 12)

Top to bottom this is the protocol's own order. Each function gives one decision; what it takes from `chosen` is the
municipality's choice (its file in `municipalities/`), the rest is the same everywhere.
"""

from __future__ import annotations

from shared.protocol.conditions.research import NO_SOURCE, recorded_as_consulted
from shared.protocol.kinds import Choice, Choices, Explained, Flag, Text
from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import POLICE, Municipality

PURPOSES = {
    "signaleren-en-analyseren": "signaleren en analyseren van ondermijnende criminaliteit (onder a)",
    "niet-faciliteren": "voorkomen dat de overheid onbewust ondermijnende criminaliteit faciliteert (onder b)",
    "vroegtijdig-interveniëren": "vroegtijdig signaleren en bestuurlijk interveniëren (onder c)",
    "onrechtmatigheden-voorkomen": (
        "voorkomen van onrechtmatigheden en maatschappelijke bedreigingen door criminele activiteiten (onder d)"
    ),
}

ELEMENTS = (
    "personen of organisaties werken samen",
    "voor gezamenlijk gewin",
    "de samenleving wordt erdoor ondermijnd",
    "onder- en bovenwereld raken verweven",
    "gelegenheidsstructuren worden benut: bestuurlijk, maatschappelijk of economisch",
)
"""The elements of the definition of undermining (art. 1 onder f and g): guidance, not boxes to tick (R-D.6)."""


def purpose(chosen: Municipality) -> Decision:
    """Article 1: for which of the four purposes is this signal handled?"""
    return Decision(
        key="purpose",
        article="art. 1",
        question="Voor welk doel van artikel 1 wordt dit signaal behandeld?",
        states=(State.RECEIVED,),
        who=chosen.who["purpose"],
        outcomes=(Outcome("set", "vastgelegd", State.WEGING_1, "art. 1"),),
        fields=(Field("purposes", "Welke doelen?", "art. 1", Choices(PURPOSES)),),
    )


def no_signal(chosen: Municipality) -> Decision:
    """Article 1 onder m, read the other way round: spam, a test or an exact double is no signal at all."""

    def ending(key: str, answer: str) -> Outcome:
        return Outcome(key, answer, State.ENDED, "art. 9 lid 1 onder a", ends=True)

    return Decision(
        key="no-signal",
        article="art. 1 onder m",
        question="Is dit wel een signaal?",
        states=(State.RECEIVED, State.WEGING_1),
        who=chosen.who["no-signal"],
        outcomes=(
            ending("spam", "nee: spam"),
            ending("test", "nee: een test"),
            ending("double", "nee: precies dezelfde melding als een andere"),
        ),
        fields=(Field("shownBy", "Waaruit blijkt dat dit geen signaal is?", "art. 1 onder m"),),
    )


def weging_1(chosen: Municipality) -> Decision:
    """Article 12 lid 1 and 2: is there a suspicion of undermining or criminal activity?"""
    sources = {NO_SOURCE: "geen bron"} | {one.key: one.name for one in chosen.sources if one.from_phase == 1}
    consulted = recorded_as_consulted([one for one in sources if one != NO_SOURCE])
    named = {code: name for group in chosen.indicators for code, name in group.named.items()}
    needed = {one.name: frozenset(one.named) for one in chosen.indicators if one.needed}
    indicators = Explained(named, needed, {one.name: tuple(one.named) for one in chosen.indicators})
    yes, no = ("suspicion",), ("no-suspicion",)
    return Decision(
        key="weging-1",
        article="art. 12 lid 1",
        question="Is er een vermoeden van ondermijnende of criminele activiteiten?",
        states=(State.WEGING_1,),
        who=chosen.who["weging-1"],
        outcomes=(
            Outcome("suspicion", "ja", State.WEGING_2A, "art. 12 lid 1"),
            Outcome("no-suspicion", "nee", State.ENDED, "art. 12 lid 2", ends=True, forward_to=("department",)),
        ),
        fields=(
            Field(
                "sources",
                "Welke bronnen van fase 1 zijn geraadpleegd?",
                "art. 11 lid 2",
                Choices(sources, alone=NO_SOURCE),
            ),
            Field("indicators", "Welke aanwijzingen zijn er, en waaruit blijkt elk?", "art. 12 lid 1", indicators, yes),
            Field(
                "against", "Wat spreekt ertegen; welke onschuldige verklaringen zijn er?", "art. 12 lid 1", outcomes=yes
            ),
            Field("otherBreach", "Kan er een andere wettelijke norm zijn overtreden?", "art. 12 lid 2", Flag(), no),
        ),
        needs=(consulted,),
        guidance=(
            *ELEMENTS,
            *(f"{one.name}: {'; '.join(one.named.values())}" for one in chosen.indicators if one.named),
        ),
    )


def weging_2a(chosen: Municipality) -> Decision:
    """Article 12 lid 3 and 4: is there a municipal task or power?"""
    yes, no = ("task",), ("no-task",)
    return Decision(
        key="weging-2a",
        article="art. 12 lid 3",
        question="Heeft de gemeente hier een taak of bevoegdheid?",
        states=(State.WEGING_2A,),
        who=chosen.who["weging-2a"],
        outcomes=(
            Outcome("task", "ja", State.WEGING_2B, "art. 12 lid 3"),
            Outcome(
                "no-task",
                "nee",
                State.ENDED,
                "art. 12 lid 4",
                ends=True,
                forward_to=("partner",),
                urgent_to=(POLICE,),
            ),
        ),
        fields=(
            Field("powers", "Welke taak of bevoegdheid is het?", "art. 12 lid 3", Choices(chosen.named_powers), yes),
            Field("considered", "Welke taken en bevoegdheden zijn overwogen?", "art. 12 lid 4", outcomes=no),
        ),
    )


def weging_2b(chosen: Municipality) -> Decision:
    """Article 12 lid 5 to 7: is it about our territory?"""
    elsewhere = Choice(chosen.municipalities)
    return Decision(
        key="weging-2b",
        article="art. 12 lid 5",
        question="Gaat het signaal over het grondgebied van de gemeente?",
        states=(State.WEGING_2B,),
        who=chosen.who["weging-2b"],
        outcomes=(
            Outcome("inside", "ja", State.PHASE_2, "art. 12 lid 7"),
            Outcome("outside", "nee", State.ENDED, "art. 12 lid 6", ends=True, forward_to=("municipality",)),
        ),
        fields=(
            Field(
                "area", "Om welk adres of gebied gaat het (als O1, O2 … van het signaal)?", "art. 12 lid 5", Text(200)
            ),
            Field("municipality", "Welke gemeente gaat het aan?", "art. 12 lid 6", elsewhere, ("outside",)),
        ),
    )
