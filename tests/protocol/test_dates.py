"""Dates and what follows from them: deferrals, holds, lists, the day of the protocol itself, and article 16 lid 2."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.protocol.facts import Facts
from shared.protocol.informing import is_told
from shared.protocol.judge import Allowed, Attempt, Refused, judge
from shared.protocol.law import law_of
from shared.protocol.model import Decision, State
from shared.protocol.phase_2 import outcome_of_informing
from shared.protocol.show import document
from tests.protocol.laws import MIDDEN_DELFLAND
from tests.protocol.signals import KNOWN, TODAY, complete


@pytest.mark.allowed("R-26.8")
@pytest.mark.refused("R-26.8")
def test_the_longest_deferral_is_the_municipalitys() -> None:
    """With six months in its file the document says six, and the judge takes six and no more."""
    terms = replace(MIDDEN_DELFLAND.terms, review_months=6)
    law = law_of(replace(MIDDEN_DELFLAND.choices, terms=terms))
    assert "binnen 6 maanden" in document(law)
    for key, outcome in (("duty", "defer"), ("review", "continue")):
        decision = law.decision(key)
        assert decision is not None
        answer = decision.outcome(outcome)
        assert answer is not None
        good = complete(law, decision, answer)

        def judged(on: str, decision: Decision = decision, good: Attempt = good) -> Allowed | Refused:
            attempt = replace(good, fields=dict(good.fields) | {"reviewOn": on})
            return judge(law, decision.states[0], attempt, frozenset({"oov"}), KNOWN)

        assert isinstance(judged("2026-07-10"), Allowed)
        refused = judged("2026-07-11")
        assert isinstance(refused, Refused)
        assert refused.faults[0].reason.endswith("uiterlijk op 2026-07-10")


@pytest.mark.allowed("R-9.15")
@pytest.mark.refused("R-9.15")
@given(
    st.dates(date(2026, 1, 1), date(2027, 1, 1)), st.lists(st.sampled_from(["report", "item-2", "item-9"]), max_size=2)
)
def test_a_hold_names_what_is_needed_until_a_day_to_come(ends_on: date, about: list[str]) -> None:
    decision = MIDDEN_DELFLAND.decision("hold")
    assert decision is not None
    fields = {"ground": "bezwaar", "endsOn": ends_on.isoformat(), "needed": "Daar gaat het over."}
    attempt = Attempt("hold", "held", "Er loopt bezwaar.", fields, about=tuple(about))
    facts = Facts(TODAY, "S-1", others=("report", "item-2"))
    for state in (State.SEALED, State.LISTED):
        judged = judge(MIDDEN_DELFLAND, state, attempt, frozenset({"oov"}), facts)
        may = ends_on > TODAY and bool(about) and "item-9" not in about
        assert isinstance(judged, Allowed) == may
        assert isinstance(judged, Refused) or judged.needs_co_signer == ("beheerder",)


@pytest.mark.allowed("R-9.14")
@pytest.mark.refused("R-9.14")
def test_a_list_is_approved_by_its_own_number() -> None:
    decision = MIDDEN_DELFLAND.decision("approve-destruction")
    assert decision is not None
    good = complete(MIDDEN_DELFLAND, decision, decision.outcomes[0])
    assert isinstance(judge(MIDDEN_DELFLAND, State.LISTED, good, frozenset({"beheerder"}), KNOWN), Allowed)
    refused = judge(
        MIDDEN_DELFLAND, State.LISTED, good, frozenset({"beheerder"}), replace(KNOWN, number="another list")
    )
    assert isinstance(refused, Refused)
    assert [one.field for one in refused.faults] == ["fields.confirmList"]


@pytest.mark.allowed("R-27.1")
@pytest.mark.refused("R-27.1")
def test_nothing_is_decided_under_a_protocol_before_its_day() -> None:
    decision = MIDDEN_DELFLAND.decision("purpose")
    assert decision is not None
    good = complete(MIDDEN_DELFLAND, decision, decision.outcomes[0])
    for today, may in ((date(2025, 2, 27), False), (date(2025, 2, 28), True)):
        judged = judge(MIDDEN_DELFLAND, State.RECEIVED, good, frozenset({"oov"}), replace(KNOWN, today=today))
        assert isinstance(judged, Allowed) == may
        assert isinstance(judged, Allowed) or judged.kind == "state"


@pytest.mark.allowed("R-16.2")
@pytest.mark.refused("R-16.2")
@given(
    st.lists(
        st.sampled_from(
            [(State.DUTY_TO_SEND, "inform"), (State.DUTY_DEFERRED, "defer"), (State.DUTY_TO_SEND, "lapsed")]
            + [(State.DUTY_DONE, one) for one in ("inform", "sent", "not-due", "nobody")]
        )
    )
)
def test_the_signal_says_inform_when_anybody_is_told(decided: list[tuple[State, str]]) -> None:
    """Article 16 lid 2, from what was decided per person."""
    told = [is_told(state, outcome) for state, outcome in decided]
    silent = {"defer", "not-due", "nobody"}
    assert told == [outcome not in silent for _, outcome in decided]
    outcome = outcome_of_informing(told)
    assert outcome == ("inform" if any(told) else "not-now")
    decision = MIDDEN_DELFLAND.decision("informing")
    assert decision is not None
    assert decision.outcome(outcome) is not None
