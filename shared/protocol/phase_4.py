"""Phase 4: who may know what, and the plan (articles 19, 20 and 22 to 24)."""

from __future__ import annotations

from shared.protocol.conditions import approach as c
from shared.protocol.conditions.dates import not_in_the_future
from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import Municipality


def check_2a(chosen: Municipality) -> Decision:
    """Privacy check 2A: may this recipient have this item?"""
    return Decision(
        key="check-2a",
        article="art. 20",
        question="May this recipient have this item?",
        # Later too: what a plan needs and was not judged yet is judged then.
        states=(State.CHECK_2A, State.PLAN, State.CHECK_2B),
        who=chosen.who["check-2a"],
        outcomes=(
            Outcome("may", "yes", None, "art. 20"),
            Outcome("may-not", "no", None, "art. 20"),
        ),
        fields=(Field("task", "For which statutory task of the recipient is it needed (or not)?", "art. 6 lid 1"),),
        about=("item", "recipient"),
        needs=(c.RECIPIENTS_KNOWN,),
    )


def check_2a_done(chosen: Municipality) -> Decision:
    """Only a complete check opens the papers of the LOT (R-20.3)."""
    return Decision(
        key="check-2a-done",
        article="art. 20",
        question="Is privacy check 2A complete?",
        states=(State.CHECK_2A,),
        who=chosen.who["check-2a-done"],
        outcomes=(Outcome("complete", "yes", State.APPROACH, "art. 20"),),
        fields=(Field("informing", "Can the persons concerned be informed now; if not, why?", "art. 20"),),
        needs=(c.MATRIX_IS_FULL, c.INFORMING_DECIDED),
    )


def adopt_plan(chosen: Municipality) -> Decision:
    """Article 22: the participants adopt the plan, or a new version of it."""
    return Decision(
        key="adopt-plan",
        article="art. 22",
        question="Is this version of the Plan van Aanpak adopted?",
        states=(State.PLAN, State.EXECUTION),
        who=chosen.who["adopt-plan"],
        outcomes=(Outcome("adopted", "yes", State.CHECK_2B, "art. 22", discloses=True),),
        fields=(
            Field(
                "participants",
                "Who adopted it?",
                "art. 22",
                kind="choices",
                choices=(*chosen.departments, *chosen.partners),
            ),
            Field("adoptedOn", "On which date?", "art. 22", kind="date"),
        ),
        about=("interventions",),
        needs=(c.ADOPTS_WHAT_IS_NEW, c.SUBJECTS_HAVE_A_RECORD, not_in_the_future("adoptedOn", "art. 22")),
    )


def check_2b(chosen: Municipality) -> Decision:
    """Privacy check 2B: may the executing department have this item for this intervention?"""
    return Decision(
        key="check-2b",
        article="art. 23",
        question="May the executing department have this item for this intervention?",
        states=(State.CHECK_2B,),
        who=chosen.who["check-2b"],
        outcomes=(
            Outcome("may", "yes", None, "art. 23", needs=(c.ALLOWED_IN_2A,)),
            Outcome("may-not", "no", None, "art. 23"),
        ),
        fields=(Field("necessity", "Why is it allowed and necessary (or not)?", "art. 23"),),
        about=("intervention", "item"),
        needs=(c.WAS_ADOPTED,),
    )


def check_2b_done(chosen: Municipality) -> Decision:
    return Decision(
        key="check-2b-done",
        article="art. 23",
        question="Is privacy check 2B complete?",
        states=(State.CHECK_2B,),
        who=chosen.who["check-2b-done"],
        outcomes=(Outcome("complete", "yes", State.EXECUTION, "art. 23"),),
        fields=(Field("conclusion", "What follows from the check?", "art. 23"),),
        needs=(c.EVERY_INTERVENTION_CHECKED,),
    )


def execution(chosen: Municipality) -> Decision:
    """Article 24: the department carries it out; who is concerned knows by then, or a ground says why not."""
    return Decision(
        key="execution",
        article="art. 24",
        question="Has this intervention been carried out?",
        states=(State.EXECUTION,),
        who=chosen.who["execution"].also(*(f"department-{one}" for one in chosen.departments)),
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
