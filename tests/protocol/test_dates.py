"""Dates and what follows from them: deferrals, holds, lists, the day of the protocol itself, and article 16 lid 2."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.protocol.facts import Facts, Item, Taken
from shared.protocol.informing import is_told
from shared.protocol.judge import Allowed, Attempt, Refused, judge
from shared.protocol.law import law_of
from shared.protocol.model import Decision, State
from shared.protocol.phase_2 import outcome_of_informing
from shared.protocol.show import document
from tests.protocol.laws import MIDDEN_DELFLAND
from tests.protocol.signals import (
    CHECKED_2B,
    KNOWN,
    MATRIX,
    PROPOSED,
    RIEC_MAY,
    TODAY,
    complete,
    facts_for,
    state_of,
    without,
)


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


BEGUN = TODAY - timedelta(days=5)
"""The day on which something became possible."""
QUESTION = Item("q1", "question", "S1", {"source": "benefits"}, on=BEGUN)
PLANNED = Item("i1", "intervention", "O1", {"department": "wonen", "subjects": ["S1"]}, on=BEGUN)
LONG_AGO = TODAY - timedelta(days=30)
CHOSEN = Taken("approach", "riec-and-local", on=BEGUN)
HANDED_IN = Taken("riec-intake", "handed-in", (), {"handedInOn": BEGUN.isoformat()}, TODAY)
# Decision, outcome, date, what made it possible on `BEGUN`.
POSSIBLE: list[tuple[str, str, str, dict[str, Any]]] = [
    ("notice-sent", "sent", "sentOn", {"decisions": (Taken("duty", "inform", on=BEGUN),)}),
    (
        "notice-sent",
        "sent",
        "sentOn",
        {"decisions": (Taken("duty", "defer", on=LONG_AGO), Taken("review", "inform", on=BEGUN))},
    ),
    ("answer", "no-hit", "consultedOn", {"items": (QUESTION,)}),
    ("answer", "not-consulted", "answeredOn", {"items": (QUESTION,)}),
    ("adopt-plan", "adopted", "adoptedOn", {"items": (PLANNED,)}),
    ("answer-plan", "adopts", "repliedOn", {"decisions": (*MATRIX, CHOSEN, replace(PROPOSED, on=BEGUN))}),
    (
        "adopt-plan",
        "adopted",
        "adoptedOn",
        {
            "items": (replace(PLANNED, on=LONG_AGO),),
            "decisions": (*MATRIX, replace(CHOSEN, outcome="mono-municipality")),
        },
    ),
    # A version that came later has a check of its own; it does not make what was done before impossible.
    (
        "execution",
        "executed",
        "executedOn",
        {
            "decisions": (
                *without(CHECKED_2B),
                Taken("check-2b-done", "complete", on=LONG_AGO),
                replace(CHECKED_2B, on=BEGUN),
                Taken("check-2b-done", "complete", on=BEGUN),
                Taken("check-2b-done", "complete", on=TODAY),
            )
        },
    ),
    ("riec-intake", "handed-in", "handedInOn", {"decisions": (*MATRIX, RIEC_MAY, CHOSEN)}),
    ("riec-answer", "not-accepted", "decidedOn", {"decisions": (*MATRIX, CHOSEN, HANDED_IN)}),
]


@pytest.mark.allowed("R-T.7")
@pytest.mark.refused("R-T.7")
@pytest.mark.parametrize(("key", "outcome", "name", "otherwise"), POSSIBLE)
def test_a_date_lies_between_what_made_it_possible_and_today(
    key: str, outcome: str, name: str, otherwise: dict[str, Any]
) -> None:
    decision = MIDDEN_DELFLAND.decision(key)
    assert decision is not None
    answer = decision.outcome(outcome)
    assert answer is not None
    good, facts = complete(MIDDEN_DELFLAND, decision, answer, "oov"), replace(facts_for(decision, answer), **otherwise)
    for days, may in ((-6, False), (-5, True), (0, True), (1, False)):
        on = (TODAY + timedelta(days=days)).isoformat()
        # Whoever answers outside the system does so after he looked.
        fields = {"answeredOn": TODAY.isoformat(), **good.fields} if key == "answer" else good.fields
        attempt = replace(good, fields={**fields, name: on})
        judged = judge(MIDDEN_DELFLAND, state_of(decision, answer), attempt, frozenset({"oov"}), facts)
        assert isinstance(judged, Allowed) == may, (on, judged)
        if isinstance(judged, Refused):
            assert f"fields.{name}" in [one.field for one in judged.faults]


@pytest.mark.refused("R-T.7")
def test_nobody_answers_before_he_has_looked() -> None:
    decision = MIDDEN_DELFLAND.decision("answer")
    assert decision is not None
    answer = decision.outcome("no-hit")
    assert answer is not None
    good, facts = complete(MIDDEN_DELFLAND, decision, answer, "oov"), facts_for(decision, answer)
    early = replace(good, fields={**good.fields, "answeredOn": BEGUN.isoformat()})
    refused = judge(MIDDEN_DELFLAND, State.HIT_CHECK, early, frozenset({"oov"}), facts)
    assert isinstance(refused, Refused)
    assert [one.code for one in refused.faults] == ["answered-after-consulting"]
