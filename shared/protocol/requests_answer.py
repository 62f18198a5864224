"""Deciding on what was found, and answering (art. 10 lid 5 and 7; art. 12 AVG; art. 41 UAVG); and a bezwaar against it (Awb)."""

from __future__ import annotations

from shared.protocol.conditions import requests as c
from shared.protocol.conditions import requests_again as again
from shared.protocol.conditions.dates import not_in_the_future, withheld_within
from shared.protocol.kinds import Choice, Choices, Date, Text
from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import Municipality
from shared.protocol.request_kinds import (
    ADJOURN,
    ANSWER_SENT,
    GROUNDS_10_7,
    NEUTRAL,
    ON_BEZWAAR,
    ON_ITEM,
    OTHERS,
    REFUSED_ON,
    WEIGHED,
    WITHHOLD,
)
from shared.protocol.requests import of_the_file


def _set_aside(outcome: str) -> tuple[Field, ...]:
    """What setting a right aside rests on (art. 10 lid 7, art. 41 UAVG)."""
    only = (outcome,)
    return (
        Field(
            "grounds",
            "In het belang van welke van de punten a tot en met e?",
            "art. 10 lid 7",
            Choices(GROUNDS_10_7),
            only,
        ),
        Field("necessity", "Waarom is het noodzakelijk?", "art. 10 lid 7", outcomes=only),
        Field("proportionality", "Waarom is het evenredig?", "art. 41 lid 1 UAVG", outcomes=only),
        Field("reviewOn", "Wanneer wordt er opnieuw naar gekeken?", "art. 41 lid 2 UAVG", Date(), only),
    )


def item(chosen: Municipality) -> Decision:
    """Whether he gets what was found, or whether it is changed as he asks; per item, so that the rest is given (R-10.12)."""
    changes = (c.change_is_asked,)
    return Decision(
        key=ON_ITEM,
        article="art. 10 lid 1",
        question="Wordt dit gegeven verstrekt, of wordt gedaan wat is gevraagd?",
        states=(State.REQUEST_WEIGHING,),
        who=of_the_file(chosen),
        outcomes=(
            Outcome("given", "het wordt verstrekt", None, "art. 10 lid 1", needs=(c.access_is_asked,)),
            Outcome("done", "het wordt gedaan", None, "art. 10 lid 2", needs=changes),
            Outcome("partly", "het wordt voor een deel gedaan", None, "art. 10 lid 2", needs=changes),
            Outcome("refused", "het wordt niet gedaan", None, "art. 10 lid 5", needs=changes),
            Outcome("not-his", "het gaat niet over de betrokkene", None, "art. 10 lid 1"),
        ),
        fields=(
            Field(
                "ofOthers",
                "Is nagegaan of er iets van anderen of van wie meldde in staat?",
                "art. 10 lid 7",
                Choice(OTHERS),
            ),
            Field("done", "Wat wordt er gedaan?", "art. 10 lid 2", outcomes=("done", "partly")),
            Field("refusedOn", "Op welke grond niet?", "art. 10 lid 5", Choice(REFUSED_ON), ("partly", "refused")),
            Field("toAsker", "Wat staat daarover in de brief?", "art. 10 lid 5", outcomes=("partly", "refused")),
        ),
        about=("found",),
        needs=(again.is_not_told,),
    )


def withhold(chosen: Municipality) -> Decision:
    """A right is set aside for one item, on a ground, together with the privacy officer (R-10.12); so it is when it was looked at
    again and still cannot be given (art. 41 lid 2 UAVG)."""
    within = withheld_within(chosen.terms.review_months)
    return Decision(
        key=WITHHOLD,
        article="art. 10 lid 7",
        question="Blijft dit gegeven buiten het antwoord?",
        states=(State.REQUEST_WEIGHING, State.REQUEST_AGAIN),
        who=of_the_file(chosen).together_with("privacy-officer"),
        outcomes=(
            Outcome(
                "withheld",
                "ja, op een grond",
                None,
                "art. 10 lid 7",
                only_in=(State.REQUEST_WEIGHING,),
                needs=(again.is_not_told, within),
            ),
            Outcome(
                "withheld",
                "ja, nog steeds, op een grond",
                None,
                "art. 41 lid 2 UAVG",
                only_in=(State.REQUEST_AGAIN,),
                needs=(again.item_is_withheld, within),
            ),
        ),
        fields=_set_aside("withheld"),
        about=("found",),
    )


def weighed(chosen: Municipality) -> Decision:
    """What the answer as a whole is: it follows from what was decided on each item."""
    answer = State.REQUEST_ANSWER
    return Decision(
        key=WEIGHED,
        article="art. 10 lid 4",
        question="Wat is het antwoord op het verzoek?",
        states=(State.REQUEST_WEIGHING,),
        who=of_the_file(chosen),
        outcomes=(
            Outcome("granted", "het wordt toegewezen", answer, "art. 10 lid 4", needs=(c.all_granted,)),
            Outcome("partly", "het wordt voor een deel toegewezen", answer, "art. 10 lid 5", needs=(c.partly_granted,)),
            Outcome("refused", "het wordt afgewezen", answer, "art. 10 lid 5", needs=(c.nothing_granted,)),
            Outcome("nothing", "er is niets over de betrokkene", answer, "art. 10 lid 4", needs=(c.nothing_found,)),
        ),
        fields=(Field("toAsker", "Wat staat ter toelichting in de brief?", "art. 10 lid 5"),),
        needs=(c.every_item_decided,),
    )


def neutral(chosen: Municipality) -> Decision:
    """An answer that neither confirms nor denies that there is a file, chosen by a human being (R-10.13; art. 41 UAVG); and that it
    stays so, when that was looked at again."""
    within = withheld_within(chosen.terms.review_months)
    return Decision(
        key=NEUTRAL,
        article="art. 41 lid 2 UAVG",
        question="Wordt geantwoord zonder te zeggen of er iets is?",
        states=(State.REQUEST_WEIGHING, State.REQUEST_AGAIN),
        who=of_the_file(chosen).together_with("privacy-officer"),
        outcomes=(
            Outcome(
                "neutral",
                "ja",
                State.REQUEST_ANSWER,
                "art. 41 lid 2 UAVG",
                only_in=(State.REQUEST_WEIGHING,),
                needs=(c.access_is_asked, again.nothing_was_told, within),
            ),
            Outcome(
                "neutral",
                "ja, dat blijft zo",
                None,
                "art. 41 lid 2 UAVG",
                only_in=(State.REQUEST_AGAIN,),
                needs=(again.whole_is_withheld, within),
            ),
        ),
        fields=_set_aside("neutral"),
    )


def answer_sent(chosen: Municipality) -> Decision:
    """The answer is made known by its letter; the term for a bezwaar begins on the day after (art. 6:8 Awb)."""
    return Decision(
        key=ANSWER_SENT,
        article="art. 10 lid 4",
        question="Is het antwoord verstuurd?",
        states=(State.REQUEST_ANSWER,),
        who=of_the_file(chosen),
        outcomes=(
            Outcome("sent", "ja", State.REQUEST_DONE, "art. 10 lid 4", needs=(again.nothing_is_withheld,)),
            Outcome(
                "sent-again-later",
                "ja, en later wordt opnieuw bekeken of het zo blijft",
                State.REQUEST_AGAIN,
                "art. 41 lid 2 UAVG",
                needs=(again.something_is_withheld,),
            ),
        ),
        fields=(
            Field("letter", "Welke brief?", "art. 10 lid 4", Text(most=80)),
            Field("answerSentOn", "Op welke dag is zij verstuurd of uitgereikt?", "art. 3:41 Awb", Date()),
        ),
        needs=(
            c.told_of_rights,
            again.answer_letter_was_made,
            not_in_the_future("answerSentOn", "de dag van versturen", "art. 3:41 Awb"),
        ),
    )


def on_bezwaar(chosen: Municipality) -> Decision:
    """What was decided is weighed anew (art. 7:11 Awb)."""
    heard = {
        "heard": "de indiener is gehoord",
        "not-wanted": "hij heeft verklaard dat hij dat niet wil",
        "not-needed": "het bezwaar is kennelijk niet-ontvankelijk of kennelijk ongegrond",
        "met-wholly": "aan het bezwaar wordt helemaal tegemoetgekomen",
    }
    answer = State.REQUEST_ANSWER
    return Decision(
        key=ON_BEZWAAR,
        article="art. 7:11 Awb",
        question="Wat is de beslissing op het bezwaar?",
        states=(State.REQUEST_BEZWAAR,),
        who=of_the_file(chosen),
        outcomes=(
            Outcome("founded", "gegrond: er wordt opnieuw beslist", answer, "art. 7:11 Awb"),
            Outcome("unfounded", "ongegrond", answer, "art. 7:11 Awb"),
            Outcome("late", "niet-ontvankelijk: te laat", answer, "art. 6:7 Awb", needs=(c.lodged_too_late,)),
            Outcome("inadmissible", "niet-ontvankelijk, om een andere reden", answer, "art. 6:6 Awb"),
        ),
        fields=(
            Field("heard", "Is de indiener gehoord?", "art. 7:2 Awb", Choice(heard)),
            Field("toAsker", "Wat staat als motivering in de brief?", "art. 7:12 Awb"),
        ),
    )


def adjourn(chosen: Municipality) -> Decision:
    """Once, by six weeks, told to who lodged it (art. 7:10 lid 3 Awb)."""
    return Decision(
        key=ADJOURN,
        article="art. 7:10 lid 3 Awb",
        question="Wordt de beslissing op bezwaar verdaagd?",
        states=(State.REQUEST_BEZWAAR,),
        who=of_the_file(chosen),
        outcomes=(Outcome("adjourned", "ja, met zes weken", None, "art. 7:10 lid 3 Awb", needs=(c.is_not_adjourned,)),),
        fields=(Field("adjournedOn", "Op welke dag is dat schriftelijk meegedeeld?", "art. 7:10 lid 3 Awb", Date()),),
        needs=(not_in_the_future("adjournedOn", "de dag van de mededeling", "art. 7:10 lid 3 Awb"),),
    )
