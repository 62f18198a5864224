"""Phase 4: who may know what, and what is carried out (art. 20, 23 and 24)."""

from __future__ import annotations

from shared.protocol.composing import ALONG, along
from shared.protocol.conditions import approach as c
from shared.protocol.conditions import entitled
from shared.protocol.conditions.dates import possible
from shared.protocol.entitling import NO_TASK
from shared.protocol.kinds import Choice, Date
from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import Municipality


def check_2a(chosen: Municipality) -> Decision:
    """Privacycheck 2A: may this recipient have this item, for which task of his?"""
    tasks, bases = {NO_TASK: "geen wettelijke taak", **chosen.named_tasks}, Choice(chosen.named_bases)
    return Decision(
        key="check-2a",
        article="art. 20",
        question="Mag deze ontvanger dit gegeven hebben?",
        # Later too: what a paper or a plan needs, or the RIEC asks for, and was not judged yet is judged then (R-20.1, R-T.16).
        states=(
            State.CHECK_2A,
            State.APPROACH,
            State.RIEC_INTAKE,
            State.RIEC_ANSWER,
            State.RIEC_MONITORING,
            State.PLAN,
            State.CHECK_2B,
            State.REWEIGHING,
        ),
        who=chosen.who["check-2a"],
        outcomes=(
            Outcome("may", "ja", None, "art. 20", needs=(entitled.names_a_task(chosen),)),
            Outcome("may-not", "nee", None, "art. 20"),
        ),
        fields=(
            Field("task", "Voor welke wettelijke taak van de ontvanger is het nodig?", "art. 6 lid 1", Choice(tasks)),
            Field(
                "basis", "Op welke grondslag geeft de gemeente het?", "art. 6 lid 1", bases, ("may",), required=False
            ),
        ),
        needs=(entitled.task_is_theirs(chosen), entitled.basis_is_possible(chosen)),
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
        fields=(
            Field("necessity", "Waarom mag het en is het noodzakelijk (of niet)?", "art. 23"),
            along(ALONG, "may"),
        ),
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
