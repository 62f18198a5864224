"""Phase 3: hit or no hit in the municipality's closed sources (articles 17 and 18)."""

from __future__ import annotations

from shared.protocol.conditions import research as c
from shared.protocol.conditions.dates import not_in_the_future
from shared.protocol.model import Decision, Field, Outcome, State
from shared.protocol.municipality import Municipality


def source_list(chosen: Municipality) -> Decision:
    """Step 1: which closed sources could tell something about this signal?"""
    return Decision(
        key="source-list",
        article="F3 step 1",
        question="Which closed sources are to be consulted?",
        states=(State.SOURCE_LIST,),
        who=chosen.who["source-list"],
        outcomes=(Outcome("listed", "these", State.CHECK_1, "F3 step 1"),),
        fields=(Field("sources", "Which sources?", "F3 step 1", kind="choices", choices=chosen.closed_sources),),
    )


def check_1(chosen: Municipality) -> Decision:
    """Step 2: privacy check 1, four questions per source; any "no" closes that source."""

    def asked(name: str, question: str) -> Field:
        return Field(name, question, "art. 18 lid 1")

    return Decision(
        key="check-1",
        article="art. 18 lid 1",
        question="May this source be consulted for this signal?",
        states=(State.CHECK_1,),
        who=chosen.who["check-1"],
        outcomes=(
            Outcome("approved", "yes, all four", None, "art. 18 lid 1"),
            Outcome("refused", "no", None, "art. 18 lid 1"),
        ),
        fields=(
            asked("compatibility", "What were the data collected for, and is this use compatible with it?"),
            asked("necessity", "Why is it necessary?"),
            asked("proportionality", "Why is it in proportion?"),
            asked("subsidiarity", "Why would a less intrusive source not do?"),
            Field("officerAdvice", "What did the privacy officer advise?", "art. 18 lid 1", required=False),
            Field(
                "fails",
                "On which of the four does it fail?",
                "art. 18 lid 1",
                kind="choices",
                choices=("compatibility", "necessity", "proportionality", "subsidiarity"),
                outcomes=("refused",),
            ),
        ),
        about=("source",),
    )


def check_1_done(chosen: Municipality) -> Decision:
    """Step 2 is complete when every listed source has a decision."""
    return Decision(
        key="check-1-done",
        article="art. 18 lid 1",
        question="Is privacy check 1 complete?",
        states=(State.CHECK_1,),
        who=chosen.who["check-1-done"],
        outcomes=(
            Outcome(
                "some",
                "yes, and a source may be asked",
                State.HIT_CHECK,
                "art. 18 lid 1",
                needs=(c.SOME_SOURCE_APPROVED,),
            ),
            Outcome(
                "all-refused",
                "yes, and no source may be asked",
                State.ENDED,
                "art. 9 lid 1a",
                ends=True,
                needs=(c.NO_SOURCE_APPROVED,),
            ),
        ),
        fields=(Field("conclusion", "What follows from the check?", "art. 18 lid 1"),),
        needs=(c.EVERY_SOURCE_CHECKED,),
    )


def answer(chosen: Municipality) -> Decision:
    """Step 3: the bronhouder answers one question. A hit says why it is relevant, never what the source holds."""

    def outside(name: str, question: str, kind: str = "text") -> Field:
        return Field(name, question, "art. 18 lid 2", kind=kind, roles=tuple(chosen.file_roles))

    return Decision(
        key="answer",
        article="art. 18 lid 2",
        question="Does the source hold something about this person or object?",
        states=(State.HIT_CHECK,),
        who=chosen.who["answer"].also(*(f"bronhouder-{one}" for one in chosen.closed_sources)),
        outcomes=(
            Outcome("hit", "hit", None, "art. 1 sub h"),
            Outcome("no-hit", "no hit", None, "art. 1 sub h"),
            Outcome("not-consulted", "not consulted", None, "art. 1 sub h"),
        ),
        fields=(
            Field("relevance", "Why is the hit relevant for this signal?", "art. 1 sub h", outcomes=("hit",)),
            Field(
                "consultedOn",
                "On which date was the source consulted?",
                "art. 1 sub h",
                kind="date",
                outcomes=("hit", "no-hit"),
            ),
            Field("whyNot", "Why was it not consulted?", "art. 18 lid 2", outcomes=("not-consulted",)),
            # An answer that was given outside the system is entered with who gave it and when.
            outside("answeredBy", "Who answered, of which department?"),
            outside("answeredOn", "On which date was it answered?", "date"),
        ),
        about=("question",),
        needs=(
            c.ANSWERED_ONCE,
            not_in_the_future("consultedOn", "art. 18 lid 2"),
            not_in_the_future("answeredOn", "art. 18 lid 2"),
        ),
    )


def hit_check_done(chosen: Municipality) -> Decision:
    """Step 3 is complete when every approved source has answered. No hit at all: no further action."""
    return Decision(
        key="hit-check-done",
        article="art. 18 lid 2",
        question="Is the hit check complete?",
        states=(State.HIT_CHECK,),
        who=chosen.who["hit-check-done"],
        outcomes=(
            Outcome("hits", "yes, with a hit", State.WEGING_4, "art. 18 lid 2", needs=(c.SOME_HIT,)),
            Outcome("no-hit", "yes, no hit at all", State.ENDED, "art. 9 lid 1a", ends=True, needs=(c.NO_HIT,)),
        ),
        fields=(Field("conclusion", "What follows from the answers?", "art. 18 lid 2"),),
        needs=(c.EVERY_SOURCE_ANSWERED,),
    )


def check_1b(chosen: Municipality) -> Decision:
    """Step 4: which data of a hit are relevant? Only those may be recorded."""
    return Decision(
        key="check-1b",
        article="art. 18 lid 2",
        question="Are data of this hit relevant for the signal?",
        states=(State.WEGING_4,),
        who=chosen.who["check-1b"],
        outcomes=(
            Outcome("relevant", "yes, these", None, "art. 18 lid 2"),
            Outcome("not-relevant", "no", None, "art. 18 lid 2"),
        ),
        fields=(Field("which", "Which data, and why (or why none)?", "art. 18 lid 2"),),
        about=("question",),
        needs=(c.IS_A_HIT,),
    )


def weging_4(chosen: Municipality) -> Decision:
    """Step 5: is the signal confirmed?"""
    return Decision(
        key="weging-4",
        article="art. 18 lid 2",
        question="Is the signal confirmed sufficiently?",
        states=(State.WEGING_4,),
        who=chosen.who["weging-4"],
        outcomes=(
            Outcome("confirmed", "yes", State.CHECK_2A, "art. 18 lid 2"),
            Outcome(
                "insufficient", "no", State.ENDED, "art. 9 lid 1a", ends=True, forward_to=("department", "partner")
            ),
        ),
        fields=(Field("weighed", "Which findings carry the conclusion?", "art. 18 lid 2"),),
        needs=(c.EVERY_HIT_JUDGED,),
    )
