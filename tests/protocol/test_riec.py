"""What the Ondermijningstafel is given: something that may go, said why, and sent off by two (R-T.20)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.protocol.facts import Taken
from shared.protocol.judge import Allowed, Refused, judge
from shared.protocol.model import State
from shared.protocol.phase_4_approach import BESIDE, OF_THE_RIEC, RIEC_CRITERIA
from tests.protocol.laws import MIDDEN_DELFLAND
from tests.protocol.signals import ELSEWHERE, HANDED_IN, KNOWN, MATRIX, RIEC, RIEC_MAY, TODAY, complete, facts_for

UNANSWERED = {"unanswered": "Dat is niet bekend."}


def judged(criteria: dict[str, Any], *taken: Any) -> Allowed | Refused:
    decision = MIDDEN_DELFLAND.decision("riec-intake")
    assert decision is not None
    outcome = decision.outcomes[0]
    attempt = complete(MIDDEN_DELFLAND, decision, outcome, "oov")
    attempt = replace(attempt, fields={**attempt.fields, "criteria": criteria})
    facts = replace(facts_for(decision, outcome), decisions=(*MATRIX, *taken, RIEC))
    return judge(MIDDEN_DELFLAND, State.RIEC_INTAKE, attempt, frozenset({"oov"}), facts)


@pytest.mark.allowed("R-T.20", "R-21.5")
def test_one_criterion_that_is_answered_carries_an_intake() -> None:
    for one in RIEC_CRITERIA:
        given = dict.fromkeys(RIEC_CRITERIA, UNANSWERED) | {one: "Uit eigen waarneming."}
        assert isinstance(judged(given, RIEC_MAY), Allowed)


@pytest.mark.refused("R-T.20", "R-21.5")
def test_none_answered_carries_nothing_and_neither_does_nothing_that_may_go() -> None:
    nothing = judged(dict.fromkeys(RIEC_CRITERIA, UNANSWERED), RIEC_MAY)
    assert isinstance(nothing, Refused)
    assert [one.code for one in nothing.faults] == ["riec-criteria-answered"]
    full = dict.fromkeys(RIEC_CRITERIA, "Uit eigen waarneming.")
    for taken in ((), (replace(RIEC_MAY, outcome="may-not"),)):
        refused = judged(full, *taken)
        assert isinstance(refused, Refused)
        assert [one.code for one in refused.faults] == ["riec-gets-something"]


@pytest.mark.refused("R-T.20", "R-21.5")
def test_nobody_sends_it_off_alone() -> None:
    decision = MIDDEN_DELFLAND.decision("riec-intake")
    assert decision is not None
    assert set(decision.who.co_signers) == {"oov", "vervanger"}


def supplemented(outcome: str, about: tuple[str, ...], *taken: Any) -> Allowed | Refused:
    decision = MIDDEN_DELFLAND.decision("riec-supplement")
    assert decision is not None
    chosen = decision.outcome(outcome)
    assert chosen is not None
    attempt = replace(complete(MIDDEN_DELFLAND, decision, chosen, "oov"), about=about)
    facts = replace(facts_for(decision, chosen), decisions=(*MATRIX, *taken))
    return judge(MIDDEN_DELFLAND, State.RIEC_ANSWER, attempt, frozenset({"oov"}), facts)


@pytest.mark.allowed("R-T.20", "R-20.1")
def test_a_question_of_the_riec_is_answered_with_what_2a_allows_it_or_with_nothing() -> None:
    assert isinstance(supplemented("given", ("report",), RIEC_MAY, RIEC, HANDED_IN), Allowed)
    assert isinstance(supplemented("nothing", (), RIEC, HANDED_IN), Allowed)
    decision = MIDDEN_DELFLAND.decision("riec-supplement")
    assert decision is not None
    assert set(decision.who.co_signers) == {"oov", "vervanger"}


@pytest.mark.refused("R-T.20", "R-20.1")
def test_it_gets_nothing_that_2a_does_not_allow_it_and_nothing_unasked() -> None:
    for outcome, about, taken, code in (
        ("given", ("report", "item-2"), (RIEC_MAY, RIEC, HANDED_IN), "riec-may-have-these"),
        ("given", ("report",), (replace(RIEC_MAY, outcome="may-not"), RIEC, HANDED_IN), "riec-may-have-these"),
        ("given", (), (RIEC_MAY, RIEC, HANDED_IN), "riec-may-have-these"),
        ("nothing", ("report",), (RIEC_MAY, RIEC, HANDED_IN), "riec-is-given-nothing"),
        ("given", ("report",), (RIEC_MAY, RIEC), "riec-has-a-question"),
    ):
        refused = supplemented(outcome, about, *taken)
        assert isinstance(refused, Refused)
        assert [one.code for one in refused.faults] == [code]


DECIDED_BEFORE = replace(
    ELSEWHERE, on=TODAY, fields={**ELSEWHERE.fields, "decidedOn": (TODAY - timedelta(days=2)).isoformat()}
)
"""Decided two days before somebody recorded it."""
ENTERED = Taken("riec-answer", "not-accepted")
AFTER = (*MATRIX, RIEC_MAY, RIEC, HANDED_IN, ENTERED)


def answered(state: State, outcome: str, heard: tuple[str, ...] = (), key: str = "riec-answer", **other: Any) -> Any:
    """What the law says of it when another answer was entered by hand, and `heard` was signed since."""
    decision = MIDDEN_DELFLAND.decision(key)
    assert decision is not None
    chosen = decision.outcome(outcome, state)
    assert chosen is not None
    attempt = complete(MIDDEN_DELFLAND, decision, chosen, "oov")
    attempt = replace(attempt, fields={**attempt.fields, **other.pop("fields", {})})
    facts = replace(facts_for(decision, chosen), **{"decisions": AFTER, "heard": frozenset(heard), **other})
    return judge(MIDDEN_DELFLAND, state, attempt, frozenset({"oov"}), facts)


@pytest.mark.allowed("R-T.20", "R-21.4")
def test_what_is_signed_after_something_was_entered_is_taken_over_wherever_the_case_stands() -> None:
    for state in (*OF_THE_RIEC, *BESIDE):
        for outcome in ("accepted", "accepted-with-local-part", "not-accepted"):
            assert isinstance(answered(state, outcome, ("answered",)), Allowed)
        # Its question is asked as a task in all of these, and so it can be answered there.
        assert isinstance(answered(state, "given", ("asked",), "riec-supplement"), Allowed)


@pytest.mark.refused("R-T.20", "R-21.6")
def test_what_was_entered_is_not_entered_once_more_and_nothing_ends_while_something_signed_waits() -> None:
    for nothing_signed in ((), ("asked",)):
        assert codes(answered(State.REWEIGHING, "accepted", nothing_signed)) == ["riec-asked"]
    assert codes(answered(State.REWEIGHING, "nothing", (), "riec-supplement")) == ["riec-has-a-question"]
    for heard in ("answered", "asked"):
        for state, key, outcome in (
            (State.EXECUTION, "close", "closed"),
            (State.RIEC_MONITORING, "close", "closed"),
            (State.REWEIGHING, "reweighing", "nobody"),
        ):
            left = {"items": facts_of_nothing_to_do()}
            refused = answered(state, outcome, (heard,), key, **left)
            assert "riec-heard-out" in codes(refused)


@pytest.mark.allowed("R-T.20", "R-24.2")
def test_what_is_taken_up_elsewhere_is_monitored_here_and_ends_by_a_decision() -> None:
    accepted = answered(State.RIEC_ANSWER, "accepted-elsewhere", decisions=AFTER[:-1], items=facts_of_nothing_to_do())
    assert isinstance(accepted, Allowed)
    assert accepted.outcome.leads_to == State.RIEC_MONITORING
    taken = {"decisions": (*AFTER[:-1], ELSEWHERE), "items": facts_of_nothing_to_do()}
    for key, outcome in (("riec-review", "goes-on"), ("riec-review", "local-part"), ("close", "closed")):
        assert isinstance(answered(State.RIEC_MONITORING, outcome, (), key, **taken), Allowed)


@pytest.mark.refused("R-T.20", "R-24.2")
def test_it_is_looked_at_again_in_time_and_of_what_was_told_by_today() -> None:
    taken = {"decisions": (*AFTER[:-1], DECIDED_BEFORE), "items": facts_of_nothing_to_do()}
    for on in (TODAY, TODAY + timedelta(days=400)):
        fields = {"reviewOn": on.isoformat()}
        late = answered(
            State.RIEC_ANSWER, "accepted-elsewhere", decisions=AFTER[:-1], items=taken["items"], fields=fields
        )
        assert codes(late) == ["monitoring-date"]
        again = answered(State.RIEC_MONITORING, "goes-on", (), "riec-review", **taken, fields=fields)
        assert codes(again) == ["monitoring-date"]
    for days, code in ((-3, "heardOn-not-before"), (1, "heardOn-not-ahead")):
        fields = {"heardOn": (TODAY + timedelta(days=days)).isoformat()}
        assert codes(answered(State.RIEC_MONITORING, "goes-on", (), "riec-review", **taken, fields=fields)) == [code]
    # From the day on which it decided, also when that was recorded later.
    for days in (-2, -1, 0):
        fields = {"heardOn": (TODAY + timedelta(days=days)).isoformat()}
        assert isinstance(
            answered(State.RIEC_MONITORING, "goes-on", (), "riec-review", **taken, fields=fields), Allowed
        )
    # Who is concerned is informed before it ends, here as anywhere.
    assert codes(answered(State.RIEC_MONITORING, "closed", (), "close", **taken, notices={})) == [
        "everybody-informed-or-deferred"
    ]


@pytest.mark.allowed("R-T.20", "R-21.5")
@pytest.mark.refused("R-T.20", "R-21.6")
def test_no_other_intake_goes_out_while_a_signed_answer_waits() -> None:
    """With another one handed in, the answer to the first could not be taken over any more."""
    again = replace(RIEC, key="reweighing")
    for state in (State.RIEC_INTAKE, *BESIDE):
        chosen = {"decisions": (*AFTER, again)}
        assert codes(answered(state, "handed-in", ("answered",), "riec-intake", **chosen)) == ["riec-answer-taken-over"]
        for heard in ((), ("asked",)):
            assert isinstance(answered(state, "handed-in", heard, "riec-intake", **chosen), Allowed)


def codes(judged: Any) -> list[str]:
    assert isinstance(judged, Refused)
    return [one.code for one in judged.faults]


def facts_of_nothing_to_do() -> tuple[Any, ...]:
    """What is known when no intervention was planned."""
    return KNOWN.items[:3]
