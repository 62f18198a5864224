"""What the Ondermijningstafel is given: something that may go, said why, and sent off by two (R-T.20)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.protocol.judge import Allowed, Refused, judge
from shared.protocol.model import State
from shared.protocol.phase_4_approach import RIEC_CRITERIA
from tests.protocol.laws import MIDDEN_DELFLAND
from tests.protocol.signals import MATRIX, RIEC, RIEC_MAY, complete, facts_for

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
