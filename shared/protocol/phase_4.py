"""Phase 4: who may know what, and the plan (art. 19, 20 and 22 to 24)."""

from __future__ import annotations

from shared.protocol.composing import ALONG, along
from shared.protocol.conditions import approach as c
from shared.protocol.conditions.dates import possible
from shared.protocol.kinds import Choices, Date
from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import Municipality


def check_2a(chosen: Municipality) -> Decision:
    """Privacycheck 2A: may this recipient have this item?"""
    return Decision(
        key="check-2a",
        article="art. 20",
        question="Mag deze ontvanger dit gegeven hebben?",
        # Later too: what a plan needs and was not judged yet is judged then.
        # What is new gets its cell before a paper or a plan carries it (R-T.16).
        states=(
            *(State.CHECK_2A, State.APPROACH, State.RIEC_INTAKE, State.PLAN, State.CHECK_2B),
            State.REWEIGHING,
        ),
        who=chosen.who["check-2a"],
        outcomes=(Outcome("may", "ja", None, "art. 20"), Outcome("may-not", "nee", None, "art. 20")),
        fields=(
            Field("task", "Voor welke wettelijke taak van de ontvanger is het nodig (of waarom niet)?", "art. 6 lid 1"),
        ),
        about=("item", "recipient"),
        together=True,
    )


def check_2a_done(chosen: Municipality) -> Decision:
    """Only a complete check opens the papers of the LOT (R-20.3)."""
    return Decision(
        key="check-2a-done",
        article="art. 20",
        question="Is privacycheck 2A compleet?",
        states=(State.CHECK_2A,),
        who=chosen.who["check-2a-done"],
        outcomes=(Outcome("complete", "ja", State.APPROACH, "art. 20"),),
        fields=(Field("informing", "Kunnen de betrokkenen nu worden geïnformeerd; zo niet, waarom niet?", "art. 20"),),
        needs=(c.matrix_is_full, c.informing_decided),
    )


def adopt_plan(chosen: Municipality) -> Decision:
    """Article 22: the participants adopt the plan, or a new version of it."""
    participants = Choices({**chosen.departments, **chosen.partners})
    return Decision(
        key="adopt-plan",
        article="art. 22",
        question="Is deze versie van het Plan van Aanpak vastgesteld?",
        states=(State.PLAN, State.EXECUTION),
        who=chosen.who["adopt-plan"],
        outcomes=(Outcome("adopted", "ja", State.CHECK_2B, "art. 22", discloses=True),),
        fields=(
            Field("participants", "Wie stelden het vast?", "art. 22", participants),
            Field("adoptedOn", "Op welke datum?", "art. 22", Date()),
            along(ALONG),
        ),
        about=("intervention",),
        about_many=True,
        needs=(
            c.adopts_what_is_new,
            c.subjects_have_a_record,
            *possible(
                "adoptedOn",
                "de datum van vaststellen",
                "art. 22",
                c.plan_was_there_on,
                "de aanpak was gekozen en elke interventie beschreven",
            ),
        ),
    )


def check_2b(chosen: Municipality) -> Decision:
    """Privacycheck 2B: may the executing department have this item for this intervention?"""
    return Decision(
        key="check-2b",
        article="art. 23",
        question="Mag het uitvoerende onderdeel dit gegeven hebben voor deze interventie?",
        states=(State.CHECK_2B,),
        who=chosen.who["check-2b"],
        outcomes=(
            Outcome("may", "ja", None, "art. 23", needs=(c.allowed_in_2a,)),
            Outcome("may-not", "nee", None, "art. 23"),
        ),
        fields=(Field("necessity", "Waarom mag het en is het noodzakelijk (of niet)?", "art. 23"),),
        about=("intervention", "item"),
        together=True,
        needs=(c.was_adopted,),
    )


def check_2b_done(chosen: Municipality) -> Decision:
    """Before the first step of execution the check is complete (R-23.1)."""
    return Decision(
        key="check-2b-done",
        article="art. 23",
        question="Is privacycheck 2B compleet?",
        states=(State.CHECK_2B,),
        who=chosen.who["check-2b-done"],
        outcomes=(Outcome("complete", "ja", State.EXECUTION, "art. 23"),),
        fields=(Field("conclusion", "Wat volgt uit de check?", "art. 23"),),
        needs=(c.every_intervention_checked,),
    )


def execution(chosen: Municipality) -> Decision:
    """Article 24: the department carries it out; who is concerned knows by then, or a ground says why not."""
    done = ("executed",)
    return Decision(
        key="execution",
        article="art. 24",
        question="Is deze interventie uitgevoerd?",
        states=(State.EXECUTION,),
        who=chosen.who["execution"].also(*(f"department-{one}" for one in chosen.departments)),
        outcomes=(
            Outcome(
                "executed",
                "ja",
                None,
                "art. 24",
                needs=(
                    c.informed_at_execution,
                    c.deferral_weighed_anew,
                    *possible(
                        "executedOn",
                        "de datum van uitvoering",
                        "art. 24",
                        c.checked_2b_on,
                        "privacycheck 2B voor deze interventie compleet was",
                    ),
                ),
            ),
            Outcome("dropped", "nee, zij is vervallen", None, "art. 24"),
        ),
        fields=(
            Field("executedOn", "Op welke datum?", "art. 24", Date(), done),
            Field("result", "Met welk resultaat?", "art. 24", outcomes=done),
            Field("whyDropped", "Waarom is zij vervallen?", "art. 24", outcomes=("dropped",)),
        ),
        about=("intervention",),
        needs=(c.checked_2b, c.not_executed),
    )
