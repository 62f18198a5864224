"""Where a signal can stand, in which phase that is, and which service then holds it."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """The Dutch words are in the glossary."""

    RECEIVED = "received"
    WEGING_1 = "weging-1"
    WEGING_2A = "weging-2a"
    WEGING_2B = "weging-2b"
    PHASE_2 = "phase-2"
    INFORMING = "informing"
    SOURCE_LIST = "source-list"
    CHECK_1 = "check-1"
    HIT_CHECK = "hit-check"
    WEGING_4 = "weging-4"
    CHECK_2A = "check-2a"
    APPROACH = "approach"
    RIEC_INTAKE = "riec-intake"
    RIEC_ANSWER = "riec-answer"
    REWEIGHING = "reweighing"
    PLAN = "plan"
    CHECK_2B = "check-2b"
    EXECUTION = "execution"
    CLOSED = "closed"
    ENDED = "ended"
    SEALED = "sealed"
    LISTED = "listed"
    APPROVED = "approved"
    DESTROYED = "destroyed"
    # Of a duty to inform, which is not a signal and outlives it (art. 26).
    DUTY_OPEN = "duty-open"
    DUTY_TO_SEND = "duty-to-send"
    DUTY_DEFERRED = "duty-deferred"
    DUTY_DONE = "duty-done"


_PHASES: dict[int, tuple[State, ...]] = {
    1: (State.RECEIVED, State.WEGING_1, State.WEGING_2A, State.WEGING_2B),
    2: (State.PHASE_2, State.INFORMING),
    3: (State.SOURCE_LIST, State.CHECK_1, State.HIT_CHECK, State.WEGING_4),
    4: (
        State.CHECK_2A,
        State.APPROACH,
        State.RIEC_INTAKE,
        State.RIEC_ANSWER,
        State.REWEIGHING,
        State.PLAN,
        State.CHECK_2B,
        State.EXECUTION,
    ),
    5: (State.CLOSED,),
}
PHASE_OF: dict[State, int] = {state: phase for phase, states in _PHASES.items() for state in states}
"""The phase that a state belongs to; states after the ending belong to none."""

PURPOSE_OF_PHASE = {
    1: "is it undermining, is it a municipal task, is it here (art. 11)",
    2: "further analysis by weighing the weight (art. 14)",
    3: "establishing by hit or no hit whether municipal sources confirm the signal, for this signal only (art. 17)",
    4: "choosing, planning and carrying out an approach (art. 19)",
    5: "keeping a closed case for its term (art. 25)",
}
_HOLDERS = {1: "assessment", 2: "assessment", 3: "sources", 4: "casework", 5: "casework"}
HOLDER_OF: dict[State, str] = {state: _HOLDERS[phase] for state, phase in PHASE_OF.items()}
HOLDER_OF |= dict.fromkeys((State.SEALED, State.LISTED, State.APPROVED), "retention")
HOLDER_OF |= dict.fromkeys((State.DUTY_OPEN, State.DUTY_TO_SEND, State.DUTY_DEFERRED, State.DUTY_DONE), "rights")
"""Which service holds what is in this state; the room of every other service is closed to it."""
