"""What the Ondermijningstafel is given: something that may go, said why, and sent off by two (R-T.20)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.protocol.judge import Allowed, Refused, judge
from shared.protocol.model import State
from shared.protocol.phase_4_approach import RIEC_CRITERIA
from tests.protocol.laws import MIDDEN_DELFLAND
from tests.protocol.signals import HANDED_IN, MATRIX, RIEC, RIEC_MAY, complete, facts_for

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
        ("given", ("report",), (RIEC_MAY, RIEC), "riec-asked"),
    ):
        refused = supplemented(outcome, about, *taken)
        assert isinstance(refused, Refused)
        assert [one.code for one in refused.faults] == [code]
