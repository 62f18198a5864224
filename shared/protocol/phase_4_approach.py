"""Phase 4: which approach, and the Ondermijningstafel (article 21)."""

from __future__ import annotations

from shared.protocol.conditions import approach as c
from shared.protocol.conditions.dates import not_in_the_future
from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import Municipality

RIEC_CRITERIA = {
    "indications": "Which clear and objective indications of organised crime follow from own concrete observations?",
    "form": "Which form of organised crime is it?",
    "necessity": "Why is joint processing necessary?",
    "participants": "Why are several participants needed?",
    "region": "What is the relation to the region?",
}
"""The five criteria of article 2.16 of the Besluit gegevensverwerking door samenwerkingsverbanden, (a) to (e)."""


_TABLE = "art. 21 lid 2b"
TOGETHER = ("integral", "riec-and-local")
"""Approaches in which partners outside the municipality get what check 2A allows them."""

OUTCOMES = (
    Outcome(
        "mono-police",
        "the police take it up alone",
        State.ENDED,
        "art. 21 lid 3",
        ends=True,
        forward_to=("partner",),
        forward_only_to=c.POLICE,
        needs=(c.POLICE_MAY_HAVE_SOMETHING, c.NOTHING_ADOPTED),
    ),
    Outcome(
        "mono-municipality",
        "one department takes it up alone",
        State.PLAN,
        "art. 21 lid 3",
        needs=(c.DEPARTMENT_MAY_HAVE_SOMETHING,),
    ),
    Outcome(
        "integral",
        "the municipality and partners together",
        State.PLAN,
        "art. 21 lid 2a",
        needs=(c.DEPARTMENT_MAY_HAVE_SOMETHING,),
        discloses=True,
    ),
    Outcome("riec-intake", "an intake for the Ondermijningstafel", State.RIEC_INTAKE, _TABLE),
    Outcome(
        "riec-and-local",
        "both: an intake for the Ondermijningstafel, and together locally",
        State.PLAN,
        "art. 21 lid 2",
        needs=(c.DEPARTMENT_MAY_HAVE_SOMETHING,),
        discloses=True,
    ),
    Outcome(
        "nobody",
        "nobody can take it up",
        State.ENDED,
        "art. 21 lid 3",
        ends=True,
        forward_to=("department",),
        needs=(c.NOTHING_ADOPTED,),
    ),
)


def _fields(chosen: Municipality) -> tuple[Field, ...]:
    departments = tuple(chosen.departments)
    everybody = (*departments, *chosen.partners)
    one, two = "art. 21 lid 3", "art. 21 lid 2a"
    alone, drawn_up = ("mono-municipality",), ("riec-intake", "riec-and-local")
    return (
        Field("considered", "Which approaches were weighed, and why this one?", "art. 21"),
        Field("department", "Which department?", one, kind="choice", choices=departments, outcomes=alone),
        Field(
            "partners",
            "Which two or more partners?",
            two,
            kind="choices",
            choices=everybody,
            outcomes=TOGETHER,
            at_least=2,
        ),
        Field("basis", "On which basis may each of them take part?", two, outcomes=TOGETHER),
        Field(
            "drawnUpBy",
            "Which partners draw up the intake?",
            _TABLE,
            kind="choices",
            choices=everybody,
            outcomes=drawn_up,
        ),
    )


def approach(chosen: Municipality) -> Decision:
    """Article 21: the LOT chooses the approach; several at once are possible."""
    return Decision(
        key="approach",
        article="art. 21 lid 1",
        question="Which approach fits this signal?",
        states=(State.APPROACH,),
        who=chosen.who["approach"],
        outcomes=OUTCOMES,
        fields=_fields(chosen),
    )


def reweighing(chosen: Municipality) -> Decision:
    """Article 21 lid 2b: not accepted by the Ondermijningstafel, so the LOT weighs again."""
    return Decision(
        key="reweighing",
        article=_TABLE,
        question="The Ondermijningstafel did not accept it: which approach now?",
        states=(State.REWEIGHING,),
        who=chosen.who["reweighing"],
        outcomes=OUTCOMES,
        fields=_fields(chosen),
    )


def riec_intake(chosen: Municipality) -> Decision:
    """That the intake was handed in, with how far the five criteria are met."""
    beside = (State.PLAN, State.CHECK_2B, State.EXECUTION)
    return Decision(
        key="riec-intake",
        article=_TABLE,
        question="Has the intake been handed in to the Ondermijningstafel?",
        states=(State.RIEC_INTAKE, *beside),
        who=chosen.who["riec-intake"],
        outcomes=(
            Outcome("handed-in", "yes", State.RIEC_ANSWER, _TABLE, only_in=(State.RIEC_INTAKE,), discloses=True),
            Outcome("handed-in", "yes", None, _TABLE, only_in=beside, discloses=True),
        ),
        fields=(
            Field(
                "criteria",
                "How far is each of the five criteria met?",
                "BGS art. 2.16",
                kind="answers",
                choices=tuple(RIEC_CRITERIA),
            ),
            Field("handedInOn", "On which date?", _TABLE, kind="date"),
        ),
        needs=(c.RIEC_INCLUDED, c.RIEC_NOT_ASKED, not_in_the_future("handedInOn", _TABLE)),
        guidance=tuple(RIEC_CRITERIA.values()),
    )


def riec_answer(chosen: Municipality) -> Decision:
    """What the Ondermijningstafel decided. Not accepted: back to the LOT, and nowhere else."""
    beside = (State.PLAN, State.CHECK_2B, State.EXECUTION)
    return Decision(
        key="riec-answer",
        article=_TABLE,
        question="What did the Ondermijningstafel decide?",
        states=(State.RIEC_ANSWER, *beside),
        who=chosen.who["riec-answer"],
        outcomes=(
            Outcome(
                "accepted",
                "accepted; administrative interventions follow",
                State.PLAN,
                _TABLE,
                only_in=(State.RIEC_ANSWER,),
            ),
            Outcome(
                "accepted-elsewhere",
                "accepted, without an intervention of the municipality",
                State.CLOSED,
                _TABLE,
                only_in=(State.RIEC_ANSWER,),
                needs=(c.EVERYBODY_INFORMED_OR_DEFERRED, c.EVERY_INTERVENTION_DONE),
            ),
            Outcome("accepted", "accepted", None, _TABLE, only_in=beside),
            Outcome("not-accepted", "not accepted", State.REWEIGHING, _TABLE),
        ),
        fields=(
            Field("decidedOn", "On which date did it decide?", "art. 1 sub q", kind="date"),
            Field("explanation", "What did it say?", _TABLE),
        ),
        needs=(c.RIEC_ASKED, not_in_the_future("decidedOn", "art. 1 sub q")),
    )
