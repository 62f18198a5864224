"""Before an answer is given it says what it sets going: nobody ends a case by not knowing what "nee" does."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.protocol.consequences import sets_going
from shared.protocol.model import Law
from shared.protocol.states import State
from tests.protocol.laws import MIDDEN_DELFLAND as LAW

TODAY = date(2026, 11, 28)
WITHDRAWAL = timedelta(minutes=5)


def said(law: Law, key: str, outcome: str, state: State) -> str:
    decision = law.decision(key)
    assert decision is not None
    answer = decision.outcome(outcome, state)
    assert answer is not None
    return " ".join(sets_going(law, decision, answer, state, TODAY, WITHDRAWAL))


@pytest.mark.allowed("R-9.1")
def test_an_ending_says_until_when_it_is_kept() -> None:
    words = said(LAW, "weging-1", "no-suspicion", State.WEGING_1)
    assert "een jaar bewaard, tot en met 28 november 2027, en daarna vernietigd" in words
    assert "Niemand neemt nog contact op met de melder." in words
    assert "5 minuten lang ongedaan maken" in words
    assert "geïnformeerd" not in words


@pytest.mark.allowed("R-26.10")
def test_an_ending_after_the_sources_says_that_informing_goes_on() -> None:
    assert "houdt daar recht op" in said(LAW, "weging-4", "insufficient", State.WEGING_4)


def test_a_closed_case_says_both_of_its_terms() -> None:
    words = said(LAW, "close", "closed", State.EXECUTION)
    active = TODAY.year + LAW.terms.case_active_years
    assert f"tot en met 28 november {active} beschikbaar" in words
    assert f"na 28 november {active + LAW.terms.case_kept_years} wordt hij vernietigd" in words


def test_what_goes_to_another_phase_says_so_and_what_stays_says_nothing_of_it() -> None:
    assert "gaat naar fase 2" in said(LAW, "weging-2b", "inside", State.WEGING_2B)
    assert "niet meer te zien" not in said(LAW, "weging-2b", "inside", State.WEGING_2B)
    assert "gaat naar fase 4" in said(LAW, "weging-4", "confirmed", State.WEGING_4)
    assert "niet meer te zien" in said(LAW, "weging-4", "confirmed", State.WEGING_4)
    assert said(LAW, "weging-1", "suspicion", State.WEGING_1).startswith("Hierna: weging 2A.")
    assert "gaat naar" not in said(LAW, "weging-3", "held-over", State.PHASE_2)


def test_every_answer_of_the_protocol_can_be_told() -> None:
    for decision in LAW.decisions:
        for state in decision.states:
            for answer in decision.outcomes_in(state):
                words = sets_going(LAW, decision, answer, state, TODAY, WITHDRAWAL)
                assert all(one.endswith((".", ").")) for one in words)
                assert bool(decision.who.co_signers) == any("medeondertekent" in one for one in words)
