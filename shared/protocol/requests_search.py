"""Looking for what there is of who asks: what each service has, and that none was forgotten (art. 10 lid 1; art. 15 AVG).

It is a step of its own, with a record per service, and no handling of any file (R-10.2).
"""

from __future__ import annotations

from shared.protocol.conditions import requests as c
from shared.protocol.conditions.dates import not_in_the_future
from shared.protocol.kinds import Choices, Date, Text
from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import Municipality
from shared.protocol.request_kinds import HOLDER, LOOKED_HOW, LOOKED_IN, RECORD_FOUND, SEARCH_DONE
from shared.protocol.requests import of_the_file


def record_found(chosen: Municipality) -> Decision:
    """One thing that a service has of this person, as he will read it: without others, and without who reported (art. 15 AVG)."""
    return Decision(
        key=RECORD_FOUND,
        article="art. 15 lid 1 AVG",
        question="Wat heeft deze dienst over de betrokkene?",
        states=(State.REQUEST_SEARCH,),
        who=of_the_file(chosen),
        outcomes=(Outcome("found", "dit gegeven", None, "art. 15 lid 1 AVG"),),
        fields=(
            Field("what", "Wat staat er, zonder gegevens van anderen en zonder wie meldde?", "art. 15 lid 1 AVG"),
            Field("source", "Waar komt het vandaan, zonder wie meldde?", "art. 15 lid 1 AVG", Text(most=200)),
            Field("use", "Waarvoor is het gebruikt?", "art. 15 lid 1 AVG", Text(most=500)),
            Field("recipients", "Wie heeft het gekregen?", "art. 15 lid 1 AVG", Text(most=500)),
            Field("keptFor", "Hoe lang wordt het bewaard?", "art. 15 lid 1 AVG", Text(most=200)),
        ),
        about=("holder",),
    )


def holder(chosen: Municipality) -> Decision:
    """What one service answers: the proof of completeness has a line for each (R-10.2).

    How it was looked is recorded here. The look-up of keyed hashes has its place in `lookedHow` (`lookup`); free text is gone through
    by a person, who says so.
    """
    return Decision(
        key=HOLDER,
        article="art. 15 AVG",
        question="Wat antwoordt deze dienst?",
        states=(State.REQUEST_SEARCH,),
        who=of_the_file(chosen),
        outcomes=(
            Outcome("found", "er is iets over de betrokkene", None, "art. 15 lid 1 AVG", needs=(c.something_of_it,)),
            Outcome("nothing", "er is niets over de betrokkene", None, "art. 15 lid 1 AVG", needs=(c.nothing_of_it,)),
        ),
        fields=(
            Field("by", "Wie keek er (naam of functie)?", "art. 15 AVG", Text(most=200)),
            Field("lookedOn", "Op welke dag?", "art. 15 AVG", Date()),
            Field("lookedIn", "Waarin is gekeken?", "art. 15 AVG", Choices(LOOKED_IN)),
            Field("lookedHow", "Hoe is gekeken?", "art. 15 AVG", Choices(LOOKED_HOW)),
        ),
        about=("holder",),
        needs=(not_in_the_future("lookedOn", "de dag waarop is gekeken", "art. 15 AVG"), c.text_was_gone_through),
    )


def search_done(chosen: Municipality) -> Decision:
    """Nothing is decided before every service has answered; one that is silent stands by its name in what is missing."""
    return Decision(
        key=SEARCH_DONE,
        article="art. 15 AVG",
        question="Heeft elke dienst geantwoord?",
        states=(State.REQUEST_SEARCH,),
        who=of_the_file(chosen),
        outcomes=(Outcome("complete", "ja", State.REQUEST_WEIGHING, "art. 15 AVG", needs=(c.every_holder_answered,)),),
        fields=(Field("completeness", "Waaruit blijkt dat niets is overgeslagen?", "art. 15 AVG"),),
    )
