"""Phase 4: who may know what, which approach, and the plan (articles 19 to 24)."""

from __future__ import annotations

from shared.protocol.conditions import approach as c
from shared.protocol.conditions.dates import not_in_the_future
from shared.protocol.model import Decision, Field, Outcome, State, Who

RIEC_CRITERIA = {
    "indications": "Which clear and objective indications of organised crime follow from own concrete observations?",
    "form": "Which form of organised crime is it?",
    "necessity": "Why is joint processing necessary?",
    "participants": "Why are several participants needed?",
    "region": "What is the relation to the region?",
}
"""The five criteria of article 2.16 of the Besluit gegevensverwerking door samenwerkingsverbanden, (a) to (e)."""


def check_2a(who: Who) -> Decision:
    """Privacy check 2A: may this recipient have this item?"""
    return Decision(
        key="check-2a",
        article="art. 20",
        question="May this recipient have this item?",
        # Later too: what a plan needs and was not judged yet is judged then.
        states=(State.CHECK_2A, State.PLAN, State.CHECK_2B),
        who=who,
        outcomes=(
            Outcome("may", "yes", None, "art. 20"),
            Outcome("may-not", "no", None, "art. 20"),
        ),
        fields=(Field("task", "For which statutory task of the recipient is it needed (or not)?", "art. 6 lid 1"),),
        about=("item", "recipient"),
        needs=(c.RECIPIENTS_KNOWN,),
    )


def check_2a_done(who: Who) -> Decision:
    """Only a complete check opens the papers of the LOT (R-20.3)."""
    return Decision(
        key="check-2a-done",
        article="art. 20",
        question="Is privacy check 2A complete?",
        states=(State.CHECK_2A,),
        who=who,
        outcomes=(Outcome("complete", "yes", State.APPROACH, "art. 20"),),
        fields=(Field("informing", "Can the persons concerned be informed now; if not, why?", "art. 20"),),
        needs=(c.MATRIX_IS_FULL, c.INFORMING_DECIDED),
    )


def _approaches(
    departments: tuple[str, ...], partners: tuple[str, ...]
) -> tuple[tuple[Outcome, ...], tuple[Field, ...]]:
    outcomes = (
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
        ),
        Outcome("riec-intake", "an intake for the Ondermijningstafel", State.RIEC_INTAKE, "art. 21 lid 2b"),
        Outcome(
            "riec-and-local",
            "both: an intake for the Ondermijningstafel, and together locally",
            State.PLAN,
            "art. 21 lid 2",
            needs=(c.DEPARTMENT_MAY_HAVE_SOMETHING,),
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
    fields = (
        Field("considered", "Which approaches were weighed, and why this one?", "art. 21"),
        Field(
            "department",
            "Which department?",
            "art. 21 lid 3",
            kind="choice",
            choices=departments,
            outcomes=("mono-municipality",),
        ),
        Field(
            "partners",
            "Which two or more partners?",
            "art. 21 lid 2a",
            kind="choices",
            choices=(*departments, *partners),
            outcomes=("integral", "riec-and-local"),
            at_least=2,
        ),
        Field(
            "basis",
            "On which basis may each of them take part?",
            "art. 21 lid 2a",
            outcomes=("integral", "riec-and-local"),
        ),
        Field(
            "drawnUpBy",
            "Which partners draw up the intake?",
            "art. 21 lid 2b",
            kind="choices",
            choices=(*departments, *partners),
            outcomes=("riec-intake", "riec-and-local"),
        ),
    )
    return outcomes, fields


def approach(who: Who, departments: tuple[str, ...], partners: tuple[str, ...]) -> Decision:
    """Article 21: the LOT chooses the approach; several at once are possible."""
    outcomes, fields = _approaches(departments, partners)
    return Decision(
        key="approach",
        article="art. 21 lid 1",
        question="Which approach fits this signal?",
        states=(State.APPROACH,),
        who=who,
        outcomes=outcomes,
        fields=fields,
    )


def reweighing(who: Who, departments: tuple[str, ...], partners: tuple[str, ...]) -> Decision:
    """Article 21 lid 2b: not accepted by the Ondermijningstafel, so the LOT weighs again."""
    outcomes, fields = _approaches(departments, partners)
    return Decision(
        key="reweighing",
        article="art. 21 lid 2b",
        question="The Ondermijningstafel did not accept it: which approach now?",
        states=(State.REWEIGHING,),
        who=who,
        outcomes=outcomes,
        fields=fields,
    )


def riec_intake(who: Who) -> Decision:
    """That the intake was handed in, with how far the five criteria are met."""
    beside = (State.PLAN, State.CHECK_2B, State.EXECUTION)
    return Decision(
        key="riec-intake",
        article="art. 21 lid 2b",
        question="Has the intake been handed in to the Ondermijningstafel?",
        states=(State.RIEC_INTAKE, *beside),
        who=who,
        outcomes=(
            Outcome("handed-in", "yes", State.RIEC_ANSWER, "art. 21 lid 2b", only_in=(State.RIEC_INTAKE,)),
            Outcome("handed-in", "yes", None, "art. 21 lid 2b", only_in=beside),
        ),
        fields=(
            Field(
                "criteria",
                "How far is each of the five criteria met?",
                "BGS art. 2.16",
                kind="answers",
                choices=tuple(RIEC_CRITERIA),
            ),
            Field("handedInOn", "On which date?", "art. 21 lid 2b", kind="date"),
        ),
        needs=(c.RIEC_INCLUDED, c.RIEC_NOT_ASKED, not_in_the_future("handedInOn", "art. 21 lid 2b")),
        guidance=tuple(RIEC_CRITERIA.values()),
    )


def riec_answer(who: Who) -> Decision:
    """What the Ondermijningstafel decided. Not accepted: back to the LOT, and nowhere else."""
    beside = (State.PLAN, State.CHECK_2B, State.EXECUTION)
    return Decision(
        key="riec-answer",
        article="art. 21 lid 2b",
        question="What did the Ondermijningstafel decide?",
        states=(State.RIEC_ANSWER, *beside),
        who=who,
        outcomes=(
            Outcome(
                "accepted",
                "accepted; administrative interventions follow",
                State.PLAN,
                "art. 21 lid 2b",
                only_in=(State.RIEC_ANSWER,),
            ),
            Outcome(
                "accepted-elsewhere",
                "accepted, without an intervention of the municipality",
                State.CLOSED,
                "art. 21 lid 2b",
                only_in=(State.RIEC_ANSWER,),
                needs=(c.EVERYBODY_INFORMED_OR_DEFERRED, c.EVERY_INTERVENTION_DONE),
            ),
            Outcome("accepted", "accepted", None, "art. 21 lid 2b", only_in=beside),
            Outcome("not-accepted", "not accepted", State.REWEIGHING, "art. 21 lid 2b"),
        ),
        fields=(
            Field("decidedOn", "On which date did it decide?", "art. 1 sub q", kind="date"),
            Field("explanation", "What did it say?", "art. 21 lid 2b"),
        ),
        needs=(c.RIEC_ASKED, not_in_the_future("decidedOn", "art. 1 sub q")),
    )


def adopt_plan(who: Who, participants: tuple[str, ...]) -> Decision:
    """Article 22: the participants adopt the plan, or a new version of it."""
    return Decision(
        key="adopt-plan",
        article="art. 22",
        question="Is this version of the Plan van Aanpak adopted?",
        states=(State.PLAN, State.EXECUTION),
        who=who,
        outcomes=(Outcome("adopted", "yes", State.CHECK_2B, "art. 22"),),
        fields=(
            Field("participants", "Who adopted it?", "art. 22", kind="choices", choices=participants),
            Field("adoptedOn", "On which date?", "art. 22", kind="date"),
        ),
        about=("interventions",),
        needs=(c.ADOPTS_WHAT_IS_NEW, c.SUBJECTS_HAVE_A_RECORD, not_in_the_future("adoptedOn", "art. 22")),
    )


def check_2b(who: Who) -> Decision:
    """Privacy check 2B: may the executing department have this item for this intervention?"""
    return Decision(
        key="check-2b",
        article="art. 23",
        question="May the executing department have this item for this intervention?",
        states=(State.CHECK_2B,),
        who=who,
        outcomes=(
            Outcome("may", "yes", None, "art. 23", needs=(c.ALLOWED_IN_2A,)),
            Outcome("may-not", "no", None, "art. 23"),
        ),
        fields=(Field("necessity", "Why is it allowed and necessary (or not)?", "art. 23"),),
        about=("intervention", "item"),
        needs=(c.WAS_ADOPTED,),
    )


def check_2b_done(who: Who) -> Decision:
    return Decision(
        key="check-2b-done",
        article="art. 23",
        question="Is privacy check 2B complete?",
        states=(State.CHECK_2B,),
        who=who,
        outcomes=(Outcome("complete", "yes", State.EXECUTION, "art. 23"),),
        fields=(Field("conclusion", "What follows from the check?", "art. 23"),),
        needs=(c.EVERY_INTERVENTION_CHECKED,),
    )


def execution(who: Who) -> Decision:
    """Article 24: the department carries it out; who is concerned knows by then, or a ground says why not."""
    return Decision(
        key="execution",
        article="art. 24",
        question="Has this intervention been carried out?",
        states=(State.EXECUTION,),
        who=who,
        outcomes=(
            Outcome(
                "executed",
                "yes",
                None,
                "art. 24",
                needs=(c.INFORMED_AT_EXECUTION, not_in_the_future("executedOn", "art. 24")),
            ),
            Outcome("dropped", "it was dropped", None, "art. 24"),
        ),
        fields=(
            Field("executedOn", "On which date?", "art. 24", kind="date", outcomes=("executed",)),
            Field("result", "With which result?", "art. 24", outcomes=("executed",)),
            Field("whyDropped", "Why was it dropped?", "art. 24", outcomes=("dropped",)),
        ),
        about=("intervention",),
        needs=(c.CHECKED_2B, c.NOT_EXECUTED),
    )
