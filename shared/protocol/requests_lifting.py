"""What is restricted for a request, from when until when (art. 18 AVG; art. 10 lid 2 and 3), and the decisions that end it.

While a correction or an objection is examined, what it is about is only kept; what was granted is, until it is lifted. The person hears
that before (art. 18 lid 3 AVG): of what ends with the answer by that, of what was granted by a letter of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.protocol.conditions import requests_lifting as c
from shared.protocol.conditions.dates import not_in_the_future
from shared.protocol.conditions.requests import letter_of
from shared.protocol.facts import Taken
from shared.protocol.kinds import Date, Text
from shared.protocol.model import Decision, Field, Outcome
from shared.protocol.municipality import Municipality
from shared.protocol.request_kinds import (
    ANSWER_SENT,
    BEZWAAR,
    CARRIED_OUT_THERE,
    LIFT,
    LIFT_TOLD,
    REQUEST_WITHDRAWN,
    RESTRICTED_WHILE_EXAMINED,
)
from shared.protocol.requests import AFTER_THE_ANSWER, of_the_file

TOLD_BEFORE = "art. 18 lid 3 AVG"
OBJECTION = "objection"
HOLDING_UP = (OBJECTION, BEZWAAR)
"""While these run, nothing is destroyed of what they are about."""


@dataclass(frozen=True)
class InForce:
    """What is restricted: everything about him, or only the things that were `found` and granted."""

    everything: bool
    found: frozenset[str] = frozenset()


def in_force(kind: str, taken: Iterable[Taken]) -> InForce | None:
    """What is restricted for a request of `kind`, of what is about him; None: nothing. `taken`: the decisions that count."""
    decisions = tuple(taken)
    keys = {one.key for one in decisions}
    if REQUEST_WITHDRAWN in keys:
        return None
    if kind in RESTRICTED_WHILE_EXAMINED and ANSWER_SENT not in keys:
        return InForce(everything=True)
    granted = c.granted(kind, decisions)
    return InForce(everything=False, found=frozenset(granted)) if granted else None


def is_granted(kind: str, taken: Iterable[Taken]) -> str:
    """As what that which is restricted is to be carried out by who has the file, once the answer has gone; empty: nothing is."""
    decisions = tuple(taken)
    answered = any(one.key == ANSWER_SENT for one in decisions)
    return kind if answered and kind in CARRIED_OUT_THERE and c.granted(kind, decisions) else ""


def holds_up(kind: str, taken: Iterable[Taken]) -> bool:
    """Whether the request runs as a procedure for which what it is about is kept."""
    keys = {one.key for one in taken}
    return kind in HOLDING_UP and keys.isdisjoint((ANSWER_SENT, REQUEST_WITHDRAWN))


def lift(chosen: Municipality) -> Decision:
    """What was granted is not restricted for ever: it was put right or erased, or its ground has gone."""
    return Decision(
        key=LIFT,
        article=TOLD_BEFORE,
        question="Wordt de afscherming opgeheven?",
        states=AFTER_THE_ANSWER,
        who=of_the_file(chosen),
        outcomes=(Outcome("lifted", "ja, nadat het is verteld", None, TOLD_BEFORE),),
        fields=(Field("toAsker", "Wat staat daarover in de brief aan de verzoeker?", TOLD_BEFORE),),
        needs=(c.something_is_restricted, c.lifting_is_not_decided),
    )


def lift_told(chosen: Municipality) -> Decision:
    """The person concerned is told before it is lifted; with this it is."""
    return Decision(
        key=LIFT_TOLD,
        article=TOLD_BEFORE,
        question="Is de brief over het opheffen van de afscherming verstuurd?",
        states=AFTER_THE_ANSWER,
        who=of_the_file(chosen),
        outcomes=(Outcome("sent", "ja, en de afscherming eindigt", None, TOLD_BEFORE),),
        fields=(
            Field("letter", "Welke brief?", TOLD_BEFORE, Text(most=80)),
            Field("liftToldOn", "Op welke dag is zij verstuurd?", TOLD_BEFORE, Date()),
        ),
        needs=(
            c.lifting_waits,
            letter_of("lifting", "brief over het opheffen van de afscherming", TOLD_BEFORE),
            not_in_the_future("liftToldOn", "de dag van versturen", TOLD_BEFORE),
        ),
    )
