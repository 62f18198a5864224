"""Phase 1: is it undermining, is it a municipal task, is it here? (articles 1, 11, 12)

Top to bottom this is the protocol's own order. Each function gives one decision; who takes it is the
municipality's choice (its file in `municipalities/`), the rest is the same everywhere.
"""

from __future__ import annotations

from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import Municipality

PURPOSES = {
    "signaleren-en-analyseren": "signalling and analysing undermining crime (art. 1 a)",
    "niet-faciliteren": "preventing that government facilitates undermining crime unknowingly (art. 1 b)",
    "vroegtijdig-interveniëren": "signalling early and intervening by administrative means (art. 1 c)",
    "onrechtmatigheden-voorkomen": "preventing unlawfulness and social threats by criminal activity (art. 1 d)",
}

ELEMENTS = (
    "people or organisations work together",
    "for joint gain",
    "society is undermined by it",
    "the underworld and the upper world become interwoven",
    "opportunity structures are used: administrative, social or economic",
)
"""The elements of the definition of undermining (art. 1 sub f, g): guidance, not boxes to tick (R-D.6)."""


def purpose(chosen: Municipality) -> Decision:
    """Article 1: for which of the four purposes is this signal handled?"""
    return Decision(
        key="purpose",
        article="art. 1",
        question="For which purpose of article 1 is this signal handled?",
        states=(State.RECEIVED,),
        who=chosen.who["purpose"],
        outcomes=(Outcome("set", "the purpose is recorded", State.WEGING_1, "art. 1"),),
        fields=(Field("purposes", "Which purposes?", "art. 1", kind="choices", choices=tuple(PURPOSES)),),
    )


def no_signal(chosen: Municipality) -> Decision:
    """Article 1 sub m, read the other way round: spam, a test or an exact double is no signal at all."""

    def ending(key: str, answer: str) -> Outcome:
        return Outcome(key, answer, State.ENDED, "art. 9 lid 1a", ends=True)

    return Decision(
        key="no-signal",
        article="art. 1 sub m",
        question="Is this a signal at all?",
        states=(State.RECEIVED, State.WEGING_1),
        who=chosen.who["no-signal"],
        outcomes=(
            ending("spam", "no: it is spam"),
            ending("test", "no: it is a test"),
            ending("double", "no: it is an exact double of another report"),
        ),
        fields=(Field("shownBy", "What shows that this is not a signal?", "art. 1 sub m"),),
    )


def weging_1(chosen: Municipality) -> Decision:
    """Article 12 lid 1 and 2: is there a suspicion of undermining or criminal activity?"""
    return Decision(
        key="weging-1",
        article="art. 12 lid 1",
        question="Is there a suspicion of undermining or criminal activities?",
        states=(State.WEGING_1,),
        who=chosen.who["weging-1"],
        outcomes=(
            Outcome("suspicion", "yes", State.WEGING_2A, "art. 12 lid 1"),
            Outcome("no-suspicion", "no", State.ENDED, "art. 12 lid 2", ends=True, forward_to=("department",)),
        ),
        fields=(
            Field(
                "sources",
                "Which sources of phase 1 were consulted? (`none` when none was)",
                "art. 11 lid 2",
                kind="choices",
                choices=("none", *(one.key for one in chosen.sources if one.from_phase == 1)),
            ),
            Field(
                "otherBreach",
                "Is another breach of law possible?",
                "art. 12 lid 2",
                kind="flag",
                outcomes=("no-suspicion",),
            ),
        ),
        guidance=ELEMENTS,
    )


def weging_2a(chosen: Municipality) -> Decision:
    """Article 12 lid 3 and 4: is there a municipal task or power?"""
    return Decision(
        key="weging-2a",
        article="art. 12 lid 3",
        question="Does the municipality have a task or power here?",
        states=(State.WEGING_2A,),
        who=chosen.who["weging-2a"],
        outcomes=(
            Outcome("task", "yes", State.WEGING_2B, "art. 12 lid 3"),
            Outcome("no-task", "no", State.ENDED, "art. 12 lid 4", ends=True, forward_to=("partner",)),
        ),
        fields=(
            Field("law", "Which law?", "art. 12 lid 3", outcomes=("task",), most=200),
            Field("lawArticle", "Which article of it?", "art. 12 lid 3", outcomes=("task",), most=100),
            Field(
                "organ",
                "Whose power is it?",
                "art. 12 lid 3",
                kind="choice",
                choices=("burgemeester", "college", "raad"),
                outcomes=("task",),
            ),
            Field("considered", "Which tasks and powers were considered?", "art. 12 lid 4", outcomes=("no-task",)),
        ),
    )


def weging_2b(chosen: Municipality) -> Decision:
    """Article 12 lid 5 to 7: is it about our territory?"""
    return Decision(
        key="weging-2b",
        article="art. 12 lid 5",
        question="Does the signal concern the territory of the municipality?",
        states=(State.WEGING_2B,),
        who=chosen.who["weging-2b"],
        outcomes=(
            Outcome("inside", "yes", State.PHASE_2, "art. 12 lid 7"),
            Outcome("outside", "no", State.ENDED, "art. 12 lid 6", ends=True, forward_to=("municipality",)),
        ),
        fields=(
            Field("area", "Which address or area (as O1, O2 … of the signal)?", "art. 12 lid 5", most=200),
            Field(
                "municipality",
                "Which municipality is concerned?",
                "art. 12 lid 6",
                kind="choice",
                choices=tuple(chosen.municipalities),
                outcomes=("outside",),
            ),
        ),
    )
