"""Looking again at what was withheld of a request (R-10.12; art. 41 lid 2 UAVG), on the day that was decided then, or before.

It stays withheld by the decision by which it was, taken anew with its grounds and a next day (requests_answer.py). Here: its ground has
lapsed. Nobody has to agree to that first, as with who is informed later; what it leads to is decided on like everything that was found.
"""

from __future__ import annotations

from shared.protocol.conditions import requests_again as c
from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import Municipality
from shared.protocol.request_kinds import NEUTRAL_LAPSED, WITHHOLD_LAPSED
from shared.protocol.requests import of_the_file

_AGAIN = "art. 41 lid 2 UAVG"
_CHANGED = (Field("what", "Wat is er veranderd?", _AGAIN),)


def withhold_lapsed(chosen: Municipality) -> Decision:
    """The ground for one thing that was found is gone: it is decided on anew, and told."""
    return Decision(
        key=WITHHOLD_LAPSED,
        article=_AGAIN,
        question="Is de grond vervallen waarop dit gegeven buiten het antwoord bleef?",
        states=(State.REQUEST_AGAIN,),
        who=of_the_file(chosen),
        outcomes=(
            Outcome(
                "lapsed",
                "ja, en over dit gegeven wordt opnieuw besloten",
                State.REQUEST_WEIGHING,
                _AGAIN,
                needs=(c.item_is_withheld,),
            ),
        ),
        fields=_CHANGED,
        about=("found",),
    )


def neutral_lapsed(chosen: Municipality) -> Decision:
    """There is no reason any more to say neither: the whole is decided on anew, whether there is something or not."""
    return Decision(
        key=NEUTRAL_LAPSED,
        article=_AGAIN,
        question="Is de grond vervallen waarop is geantwoord zonder te zeggen of er iets is?",
        states=(State.REQUEST_AGAIN,),
        who=of_the_file(chosen),
        outcomes=(
            Outcome(
                "lapsed",
                "ja, en op het verzoek wordt opnieuw besloten",
                State.REQUEST_WEIGHING,
                _AGAIN,
                needs=(c.whole_is_withheld,),
            ),
        ),
        fields=_CHANGED,
    )
