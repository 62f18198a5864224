"""Phase 3: hit or no hit in the municipality's closed sources (art. 17 and 18)."""

from __future__ import annotations

from shared.protocol.conditions import research as c
from shared.protocol.conditions.dates import possible
from shared.protocol.kinds import Choice, Choices, Date, Kind, Text
from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import Municipality

FOUR = {
    "compatibility": "verenigbaarheid",
    "necessity": "noodzaak",
    "proportionality": "proportionaliteit",
    "subsidiarity": "subsidiariteit",
}


RELEVANCE = {
    "same": "het gaat om dezelfde persoon of hetzelfde object",
    "use-differs": "het gebruik wijkt af van wat bekend of toegestaan is",
    "has-a-part": "die heeft een rol in wat is gemeld",
    "pattern": "het past in een reeks aanvragen, wijzigingen of overtredingen",
    "contradicts": "het spreekt de melding tegen",
}
WHY_NOT = {
    "no-answer": "er kwam geen antwoord op of vóór de uiterste datum",
    "not-reachable": "de bron was niet te raadplegen",
    "question-unclear": "met deze vraag valt niet te zoeken",
    "may-not": "de bronhouder mag hierover niet antwoorden",
    "not-needed": "het is niet meer nodig",
}
TELLS_APART = {
    "birth-date": "de geboortedatum",
    "first-names": "de voornamen",
    "address": "het adres",
    "period": "de periode",
    "company-number": "het KvK-nummer",
    "parcel": "het perceel",
    "kind-of-decision": "het soort besluit",
}
"""What who keeps a source chooses from: codes, so that nothing of a source is in an answer (R-T.23)."""


def source_list(chosen: Municipality) -> Decision:
    """Step 1: which closed sources could tell something about this signal?"""
    return Decision(
        key="source-list",
        article="fase 3, stap 1",
        question="Welke gesloten bronnen worden geraadpleegd?",
        states=(State.SOURCE_LIST,),
        who=chosen.who["source-list"],
        outcomes=(Outcome("listed", "deze", State.CHECK_1, "fase 3, stap 1"),),
        fields=(Field("sources", "Welke bronnen?", "fase 3, stap 1", Choices(chosen.closed_sources)),),
    )


def check_1(chosen: Municipality) -> Decision:
    """Step 2: privacycheck 1, four questions per source; any "no" closes that source."""

    def asked(name: str, question: str) -> Field:
        return Field(name, question, "art. 18 lid 1")

    return Decision(
        key="check-1",
        article="art. 18 lid 1",
        question="Mag deze bron voor dit signaal worden geraadpleegd?",
        states=(State.CHECK_1,),
        who=chosen.who["check-1"],
        outcomes=(
            Outcome("approved", "ja, op alle vier", None, "art. 18 lid 1"),
            Outcome("refused", "nee", None, "art. 18 lid 1"),
        ),
        fields=(
            asked("compatibility", "Waarvoor zijn de gegevens verzameld, en is dit gebruik daarmee verenigbaar?"),
            asked("necessity", "Waarom is het noodzakelijk?"),
            asked("proportionality", "Waarom staat het in verhouding tot het doel?"),
            asked("subsidiarity", "Waarom volstaat een minder ingrijpende bron niet?"),
            Field("officerAdvice", "Wat adviseerde de privacy officer?", "art. 18 lid 1", required=False),
            Field("fails", "Op welke van de vier stuit het?", "art. 18 lid 1", Choices(FOUR), ("refused",)),
        ),
        about=("source",),
        together=True,
    )


def check_1_done(chosen: Municipality) -> Decision:
    """Step 2 is complete when every listed source has a decision."""
    return Decision(
        key="check-1-done",
        article="art. 18 lid 1",
        question="Is privacycheck 1 compleet?",
        states=(State.CHECK_1,),
        who=chosen.who["check-1-done"],
        outcomes=(
            Outcome(
                "some",
                "ja, en er mag een bron worden geraadpleegd",
                State.HIT_CHECK,
                "art. 18 lid 1",
                needs=(c.some_source_approved,),
            ),
            Outcome(
                "all-refused",
                "ja, en er mag geen enkele bron worden geraadpleegd",
                State.ENDED,
                "art. 9 lid 1 onder a",
                ends=True,
                needs=(c.no_source_approved,),
            ),
        ),
        fields=(Field("conclusion", "Wat volgt uit de check?", "art. 18 lid 1"),),
        needs=(c.every_source_checked,),
    )


def answer(chosen: Municipality) -> Decision:
    """Step 3: the bronhouder answers one question, in codes. A hit says why it is relevant, never what the source holds.

    What came too late is an answer all the same, until weging 4 has been decided.
    """

    def outside(name: str, question: str, kind: Kind) -> Field:
        return Field(name, question, "art. 18 lid 2", kind, roles=tuple(chosen.file_roles))

    asked = (c.asked_on, "de vraag is gesteld")
    bronhouders = tuple(f"bronhouder-{one}" for one in chosen.closed_sources)
    consulted = ("hit", "no-hit", "more-than-one")
    return Decision(
        key="answer",
        article="art. 18 lid 2",
        question="Bevat de bron iets over deze persoon of dit object?",
        states=(State.HIT_CHECK, State.WEGING_4),
        who=chosen.who["answer"].also(*bronhouders),
        in_codes=bronhouders,
        outcomes=(
            Outcome("hit", "hit", None, "art. 1 onder h"),
            Outcome("no-hit", "geen hit", None, "art. 1 onder h"),
            Outcome("more-than-one", "meer dan één; de vraag zegt niet wie of wat", None, "art. 18 lid 2"),
            Outcome("not-consulted", "niet geraadpleegd", None, "art. 1 onder h"),
        ),
        fields=(
            Field(
                "relevance",
                "Waarom is de hit relevant voor dit signaal?",
                "art. 1 onder h",
                Choices(RELEVANCE),
                ("hit",),
            ),
            Field(
                "apart",
                "Waarmee zijn zij uit elkaar te houden?",
                "art. 18 lid 2",
                Choices(TELLS_APART),
                ("more-than-one",),
            ),
            Field("consultedOn", "Op welke datum is de bron geraadpleegd?", "art. 1 onder h", Date(), consulted),
            Field(
                "whyNot", "Waarom is de bron niet geraadpleegd?", "art. 18 lid 2", Choice(WHY_NOT), ("not-consulted",)
            ),
            # An answer that was given outside the system is entered with who gave it and when.
            outside("answeredBy", "Wie antwoordde, van welk onderdeel?", Text()),
            outside("answeredOn", "Op welke datum is geantwoord?", Date()),
        ),
        about=("question",),
        together=True,
        needs=(
            c.question_open,
            *possible("consultedOn", "de datum van raadplegen", "art. 18 lid 2", *asked),
            *possible("answeredOn", "de datum van het antwoord", "art. 18 lid 2", *asked),
            c.answered_after_consulting,
        ),
    )


def hit_check_done(chosen: Municipality) -> Decision:
    """Step 3 is complete when every approved source has answered. No hit at all: no further action."""
    return Decision(
        key="hit-check-done",
        article="art. 18 lid 2",
        question="Is de hitcontrole compleet?",
        states=(State.HIT_CHECK,),
        who=chosen.who["hit-check-done"],
        outcomes=(
            Outcome("hits", "ja, met een hit", State.WEGING_4, "art. 18 lid 2", needs=(c.some_hit,)),
            Outcome("no-hit", "ja, geen hit", State.ENDED, "art. 9 lid 1 onder a", ends=True, needs=(c.no_hit,)),
        ),
        fields=(Field("conclusion", "Wat volgt uit de antwoorden?", "art. 18 lid 2"),),
        needs=(c.every_source_answered,),
    )


def check_1b(chosen: Municipality) -> Decision:
    """Step 4: which data of a hit are relevant? Only those may be recorded."""
    return Decision(
        key="check-1b",
        article="art. 18 lid 2",
        question="Zijn gegevens van deze hit relevant voor het signaal?",
        states=(State.WEGING_4,),
        who=chosen.who["check-1b"],
        outcomes=(
            Outcome("relevant", "ja, deze", None, "art. 18 lid 2"),
            Outcome("not-relevant", "nee", None, "art. 18 lid 2"),
        ),
        fields=(Field("which", "Welke gegevens, en waarom (of waarom geen)?", "art. 18 lid 2"),),
        about=("question",),
        together=True,
        needs=(c.is_a_hit,),
    )


def weging_4(chosen: Municipality) -> Decision:
    """Step 5: is the signal confirmed? If not it may go on to another part of the own municipality (lid 2 onder a)."""
    onward = ("department",)
    return Decision(
        key="weging-4",
        article="art. 18 lid 2",
        question="Is het signaal voldoende bevestigd?",
        states=(State.WEGING_4,),
        who=chosen.who["weging-4"],
        outcomes=(
            Outcome("confirmed", "ja", State.CHECK_2A, "art. 18 lid 2"),
            Outcome(
                "insufficient", "nee, onvoldoende", State.ENDED, "art. 9 lid 1 onder a", ends=True, forward_to=onward
            ),
        ),
        fields=(Field("weighed", "Welke bevindingen dragen de conclusie?", "art. 18 lid 2"),),
        needs=(c.every_hit_judged,),
    )
