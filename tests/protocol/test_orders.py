"""What a department does with its order, from the law alone: how far it is, what it asks, what it found (art. 23, 24)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.protocol.conditions.approach import shareable
from shared.protocol.conditions.orders import unanswered
from shared.protocol.conditions.rectifying import rectifiable
from shared.protocol.facts import Facts, Taken
from shared.protocol.judge import Allowed, Attempt, Refused, judge
from shared.protocol.model import State
from shared.protocol.open_now import open_decisions, open_records
from shared.protocol.records import Record, judge_record
from tests.protocol.laws import MIDDEN_DELFLAND
from tests.protocol.signals import ASKED, BASE, EXECUTED, GIVEN_OUT, IN_QUARANTINE, KNOWN, TODAY

YESTERDAY = TODAY - timedelta(days=1)
RUNS = replace(KNOWN, decisions=(*BASE, replace(GIVEN_OUT, on=YESTERDAY)))
"""The order was given yesterday, and is not carried out."""
DIRK = "department-wonen"


def reported(outcome: str, facts: Facts = RUNS, role: str = DIRK, reason: str = "", **fields: Any) -> list[str]:
    """What is wrong with saying how far it is, by code; nothing when it is right."""
    attempt = Attempt("progress", outcome, reason, fields, about=("i1",))
    judged = judge(MIDDEN_DELFLAND, State.EXECUTION, attempt, frozenset({role}), facts)
    return [one.code for one in judged.faults] if isinstance(judged, Refused) else []


def recorded(
    category: str, facts: Facts = RUNS, role: str = DIRK, state: State = State.EXECUTION, **fields: Any
) -> list[str]:
    record = Record(category, "O1", "Er staat een tweede auto.", fields={"order": "i1"} | fields)
    return [one.code for one in judge_record(MIDDEN_DELFLAND, state, record, role, facts)]


@pytest.mark.allowed("R-T.18", "R-24.1")
def test_a_department_says_in_codes_how_far_it_is() -> None:
    for outcome in ("not-started", "under-way", "done"):
        for on in (YESTERDAY, TODAY):
            assert reported(outcome, since=on.isoformat()) == []
    assert reported("cannot", since=TODAY.isoformat(), whyCannot="no-access") == []


@pytest.mark.refused("R-T.18", "R-24.1")
def test_progress_is_the_departments_in_codes_and_of_a_day_that_can_be_true() -> None:
    today = TODAY.isoformat()
    assert reported("done", role="oov", since=today) == ["not-you"]
    assert reported("under-way", reason="We zijn bezig.", since=today) == ["no-words"]
    assert reported("cannot", since=today) == ["missing"]
    assert reported("cannot", since=today, whyCannot="Niemand deed open.") == ["does-not-fit"]
    assert reported("under-way", since=(YESTERDAY - timedelta(days=1)).isoformat()) == ["since-not-before"]
    assert reported("under-way", since=(TODAY + timedelta(days=1)).isoformat()) == ["since-not-ahead"]
    said = Taken("progress", "under-way", ("i1",), {"since": today}, TODAY)
    later = replace(RUNS, decisions=(*RUNS.decisions, said))
    assert reported("done", later, since=YESTERDAY.isoformat()) == ["since-not-before"], "it was under way by then"
    over = replace(RUNS, decisions=(*RUNS.decisions, EXECUTED))
    assert reported("under-way", over, since=today) == ["not-executed"]
    assert reported("done", replace(RUNS, notices={}), since=today) == ["informed-at-execution"]


@pytest.mark.allowed("R-T.18")
def test_a_department_asks_and_reports_while_its_order_runs() -> None:
    assert recorded("department-question") == []
    assert recorded("department-report", foundOn=TODAY.isoformat()) == []
    named = [{"name": "Karel Zevenster", "address": "Dorpsstraat 3"}]
    assert recorded("department-report", foundOn=YESTERDAY.isoformat(), named=named) == []


@pytest.mark.refused("R-T.18")
def test_nobody_else_asks_or_reports_and_nobody_when_it_is_over() -> None:
    seen: dict[str, Any] = {"foundOn": TODAY.isoformat()}
    for role in ("oov", "vervanger", "bronhouder-benefits", "lot-member"):
        assert recorded("department-question", role=role) == ["not-yours"]
        assert recorded("department-report", role=role, **seen) == ["not-yours"]
    for role in ("oov", DIRK):
        assert recorded("department-finding", role=role) == ["not-yours"], "it comes of a decision alone"
    assert recorded("monitoring", intervention="i1") == ["not-yours"], "a department records nothing else"
    for over in (
        replace(RUNS, decisions=(*RUNS.decisions, EXECUTED)),
        replace(RUNS, decisions=(*RUNS.decisions, Taken("execution", "dropped", ("i1",)))),
        replace(RUNS, decisions=BASE),
    ):
        assert recorded("department-question", over) == ["order-runs"]
        assert "order-runs" in recorded("department-report", over, **seen)
    assert recorded("department-question", order="i9") == ["order-runs"]
    assert recorded("department-report", foundOn="2026-01-08") == ["foundOn-not-before"]
    assert recorded("department-report", foundOn="2026-01-11") == ["foundOn-not-ahead"]
    for state in (State.PLAN, State.CHECK_2B, State.CLOSED):
        assert recorded("department-question", state=state)


@pytest.mark.allowed("R-T.18")
def test_who_has_the_file_judges_what_is_in_quarantine() -> None:
    facts = replace(RUNS, quarantined=(IN_QUARANTINE,))
    for outcome, fields in (("accepted", {"concerns": "S1"}), ("refused", {"whyRefused": "not-relevant"})):
        attempt = Attempt("judge-finding", outcome, "Zo is het gewogen.", fields, about=("found-1",))
        assert isinstance(judge(MIDDEN_DELFLAND, State.EXECUTION, attempt, frozenset({"oov"}), facts), Allowed)
        judged = judge(MIDDEN_DELFLAND, State.EXECUTION, attempt, frozenset({DIRK}), facts)
        assert isinstance(judged, Refused), "no department judges what it found"
        again = judge(MIDDEN_DELFLAND, State.EXECUTION, attempt, frozenset({"oov"}), RUNS)
        assert isinstance(again, Refused), "nor is it judged twice"
    offered = {one.rule.key: one for one in open_decisions(MIDDEN_DELFLAND, State.EXECUTION, facts)}
    assert offered["judge-finding"].about == (("found-1",),)
    assert "found-1" in offered["close"].missing[-1]


@pytest.mark.refused("R-T.18")
def test_what_is_in_quarantine_counts_for_nothing() -> None:
    """It stands beside the items, so that what looks at those cannot see it: no cell of 2A or 2B, no correction."""
    facts = replace(RUNS, quarantined=(IN_QUARANTINE,))
    assert IN_QUARANTINE.name not in {*shareable(facts), *rectifiable(facts), *facts.things}
    for key, about in (("check-2a", ("found-1", "wonen")), ("check-2b", ("i1", "found-1")), ("rectify", ("found-1",))):
        decision = MIDDEN_DELFLAND.decision(key)
        assert decision is not None
        attempt = Attempt(key, decision.outcomes[-1].key, "Nee.", {}, about=about)
        judged = judge(MIDDEN_DELFLAND, decision.states[-1], attempt, frozenset({"oov"}), facts)
        assert isinstance(judged, Refused)
        assert "about-unknown" in [one.code for one in judged.faults]
    by_holder = {one.category.key for one in open_records(MIDDEN_DELFLAND, State.EXECUTION, facts)}
    assert by_holder.isdisjoint({"department-report", "department-finding", "department-question"})


@pytest.mark.allowed("R-T.18")
def test_when_an_order_is_over_nobody_waits_for_an_answer() -> None:
    asked = replace(RUNS, items=(*RUNS.items, ASKED))
    assert unanswered(asked) == ("asked-1",)
    assert unanswered(replace(asked, decisions=(*asked.decisions, EXECUTED))) == ()
