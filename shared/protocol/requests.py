"""A request of the person concerned (art. 10; art. 15 to 21 AVG): who asks, and until when.

What is registered stands in the request itself; each step is a decision of a person with a reason. Looking for what there is
stands in `requests_search.py`, deciding on it and answering in `requests_answer.py`.
"""

from __future__ import annotations

from shared.protocol.conditions import requests as c
from shared.protocol.conditions import requests_again as again
from shared.protocol.conditions.dates import not_in_the_future
from shared.protocol.conditions.requests import within_the_days
from shared.protocol.kinds import Choice, Date, Text
from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import Municipality, Who
from shared.protocol.request_kinds import (
    EXTEND,
    EXTENSION_SENT,
    IDENTITY,
    IDENTITY_METHODS,
    INFORMED,
    MANDATES,
    NOT_HANDLED,
    REQUEST_CHANNELS,
    REQUEST_WITHDRAWN,
)

OPEN = (State.REQUEST_RECEIVED, State.REQUEST_SEARCH, State.REQUEST_WEIGHING)
"""A request that has no answer yet; a bezwaar has states of its own."""
EVERY = (*OPEN, State.REQUEST_BEZWAAR, State.REQUEST_ANSWER)
AFTER_THE_ANSWER = (State.REQUEST_DONE, State.REQUEST_AGAIN)
"""The answer has gone; in the second, something was withheld that is looked at again."""


def of_the_file(chosen: Municipality) -> Who:
    """Who has the file answers in the name of the beheerder (art. 7 lid 2, 10 lid 4): an answer is made of the file, which the
    beheerder does not see."""
    return Who(tuple(chosen.file_roles))


def information(chosen: Municipality) -> Decision:
    """Article 10 lid 6: who asks for the first time hears which rights he has and how he uses them."""
    return Decision(
        key=INFORMED,
        article="art. 10 lid 6",
        question="Is de ontvangst bevestigd, met informatie over de rechten?",
        states=EVERY,
        who=of_the_file(chosen),
        outcomes=(Outcome("sent", "ja", None, "art. 10 lid 6"),),
        fields=(
            Field("letter", "Welke brief?", "art. 10 lid 6", Text(most=80)),
            Field("informedOn", "Op welke dag is zij verstuurd?", "art. 10 lid 6", Date()),
        ),
        needs=(
            c.not_told_of_rights,
            c.letter_of("receipt", "ontvangstbevestiging", "art. 10 lid 6"),
            not_in_the_future("informedOn", "de dag van versturen", "art. 10 lid 6"),
        ),
    )


def identity(chosen: Municipality) -> Decision:
    """Before anything is looked for it is established who asks, and whether he may (art. 12 lid 2 and 6 AVG)."""
    established = ("established", "established-objector")
    seen = (
        c.is_about_the_living,
        c.mandate_was_seen,
        c.known_when_complete,
        not_in_the_future("checkedOn", "de dag van de controle", "art. 12 lid 6 AVG"),
    )
    asked = not_in_the_future("moreAskedOn", "de dag van de vraag", "art. 12 lid 6 AVG")
    return Decision(
        key=IDENTITY,
        article="art. 12 lid 6 AVG",
        question="Is vastgesteld wie de verzoeker is?",
        states=(State.REQUEST_RECEIVED,),
        who=of_the_file(chosen),
        outcomes=(
            Outcome("established", "ja", State.REQUEST_SEARCH, "art. 10 lid 1", needs=(c.is_no_bezwaar, *seen)),
            Outcome(
                "established-objector",
                "ja, en de heroverweging begint",
                State.REQUEST_BEZWAAR,
                "art. 7:11 Awb",
                needs=(c.is_bezwaar, *seen),
            ),
            Outcome(
                "asked-more",
                "nee, er is twijfel: hij is gevraagd meer te laten zien",
                None,
                "art. 12 lid 6 AVG",
                needs=(c.more_was_not_asked, c.asked_after_receipt, asked),
            ),
        ),
        fields=(
            Field("method", "Hoe is dat vastgesteld?", "art. 12 lid 6 AVG", Choice(IDENTITY_METHODS), established),
            Field("checkedOn", "Op welke dag?", "art. 12 lid 6 AVG", Date(), established),
            Field(
                "mandate",
                "Waaruit blijkt dat hij voor de betrokkene mag vragen?",
                "art. 12 lid 2 AVG",
                Choice(MANDATES),
                established,
                required=False,
            ),
            Field(
                "completeOn",
                "Op welke dag kwam waar om was gevraagd?",
                "art. 12 lid 6 AVG",
                Date(),
                established,
                required=False,
            ),
            Field("what", "Wat is gevraagd?", "art. 12 lid 6 AVG", outcomes=("asked-more",)),
            Field("moreAskedOn", "Op welke dag is het gevraagd?", "art. 12 lid 6 AVG", Date(), ("asked-more",)),
        ),
    )


def not_handled(chosen: Municipality) -> Decision:
    """A request that is not handled gets its answer too, with the reason (art. 12 lid 4 and 5 AVG)."""
    answer = State.REQUEST_ANSWER
    return Decision(
        key=NOT_HANDLED,
        article="art. 12 lid 5 AVG",
        question="Wordt het verzoek niet in behandeling genomen?",
        states=(State.REQUEST_RECEIVED, State.REQUEST_SEARCH),
        who=of_the_file(chosen),
        outcomes=(
            Outcome(
                "deceased",
                "nee, het gaat over iemand die is overleden",
                answer,
                "art. 4 AVG",
                needs=(c.is_about_the_dead,),
            ),
            Outcome(
                "unfounded",
                "nee, het is kennelijk ongegrond",
                answer,
                "art. 12 lid 5 AVG",
                needs=(c.is_about_the_living,),
            ),
            Outcome(
                "repeated",
                "nee, het is buitensporig, vooral door de herhaling",
                answer,
                "art. 12 lid 5 AVG",
                needs=(c.is_about_the_living,),
            ),
            Outcome(
                "not-identified",
                "nee, de verzoeker heeft niet laten zien wie hij is",
                answer,
                "art. 12 lid 6 AVG",
                needs=(c.is_about_the_living, c.more_was_asked),
                only_in=(State.REQUEST_RECEIVED,),
            ),
        ),
        fields=(Field("toAsker", "Wat staat daarover in de brief aan de verzoeker?", "art. 10 lid 5"),),
    )


def extend(chosen: Municipality) -> Decision:
    """Once, by two months at most, because it is complex or there are many (art. 12 lid 3 AVG)."""
    within = within_the_days(chosen.terms, "extended-in-time", "verlengen")
    why = {"complex": "het verzoek is complex", "many": "er zijn veel verzoeken"}
    return Decision(
        key=EXTEND,
        article="art. 12 lid 3 AVG",
        question="Wordt de termijn verlengd?",
        states=OPEN,
        who=of_the_file(chosen),
        outcomes=(Outcome("extended", "ja", None, "art. 12 lid 3 AVG", needs=(c.is_not_extended, within)),),
        fields=(
            Field(
                "months",
                "Met hoeveel maanden?",
                "art. 12 lid 3 AVG",
                Choice({"1": "één maand", "2": "twee maanden"}),
            ),
            Field("because", "Waarom kan het niet eerder?", "art. 12 lid 3 AVG", Choice(why)),
            Field("toAsker", "Wat staat daarover in de brief aan de verzoeker?", "art. 12 lid 3 AVG"),
        ),
        needs=(c.is_no_bezwaar, again.is_not_answered),
    )


def extension_sent(chosen: Municipality) -> Decision:
    """The term is longer once its letter has gone, within the first one (R-10.6)."""
    within = within_the_days(
        chosen.terms, "extension-sent-in-time", "de brief over de verlenging versturen", "extensionSentOn"
    )
    return Decision(
        key=EXTENSION_SENT,
        article="art. 12 lid 3 AVG",
        question="Is de brief over de verlenging verstuurd?",
        states=OPEN,
        who=of_the_file(chosen),
        outcomes=(Outcome("sent", "ja", None, "art. 12 lid 3 AVG"),),
        fields=(
            Field("letter", "Welke brief?", "art. 12 lid 3 AVG", Text(most=80)),
            Field("extensionSentOn", "Op welke dag is zij verstuurd?", "art. 12 lid 3 AVG", Date()),
        ),
        needs=(
            again.is_not_answered,
            c.extension_waits,
            c.letter_of("extension", "brief over de verlenging", "art. 12 lid 3 AVG"),
            within,
            not_in_the_future("extensionSentOn", "de dag van versturen", "art. 12 lid 3 AVG"),
        ),
    )


def withdrawn(chosen: Municipality) -> Decision:
    """Who asked can take it back, as long as there is no answer."""
    return Decision(
        key=REQUEST_WITHDRAWN,
        article="art. 10 lid 4",
        question="Heeft de verzoeker zijn verzoek of bezwaar ingetrokken?",
        states=EVERY,
        who=of_the_file(chosen),
        outcomes=(Outcome("withdrawn", "ja, het is ingetrokken", State.REQUEST_DONE, "art. 10 lid 4"),),
        fields=(
            Field("withdrawnOn", "Op welke dag?", "art. 10 lid 4", Date()),
            Field("how", "Hoe heeft hij dat laten weten?", "art. 10 lid 4", Choice(REQUEST_CHANNELS)),
        ),
        needs=(again.is_not_answered, not_in_the_future("withdrawnOn", "de dag van intrekken", "art. 10 lid 4")),
    )
