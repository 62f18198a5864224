"""Whoever outside the file comes to know something stands in the disclosure register, by whatever road (R-6.4, R-T.14).

Walks the law: every outcome that passes a signal on or shares something, every record that asks somebody.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.assessment.policy import AssessmentPolicy
from services.casework.policy import CaseworkPolicy
from services.sources.policy import SourcesPolicy
from shared.contracts.intake import Subject
from shared.engine import roads
from shared.engine.common import following
from shared.engine.documents import Content, Finding, Report, Words
from shared.engine.effects import Ask, Disclose, OpenTasks
from shared.engine.loaded import Loaded
from shared.engine.policy import Policy
from shared.engine.tables import DecisionRow, Dossier
from shared.protocol.laws import Laws
from shared.protocol.model import HOLDER_OF, Category, Decision, Outcome, State
from shared.protocol.municipality import TABLE_OF_THE_RIEC

LAW = Laws.read("midden-delfland-2025").configured
NOW = datetime(2026, 1, 2, tzinfo=UTC)
POLICIES: dict[str, Policy] = {
    "assessment": AssessmentPolicy(),
    "sources": SourcesPolicy(),
    "casework": CaseworkPolicy(),
}
DEPARTMENT = next(iter(LAW.organisations["department"]))
SUBJECTS = (Subject(name="Jan Wilgenroos"),)
INTERVENTION = Finding(
    category="intervention",
    about="S1",
    finding="Een bestuurlijke rapportage.",
    fields={"department": DEPARTMENT, "plannedOn": "2026-03-01", "subjects": ["S1"]},
    recorded_by="anna",
    recorded_at=NOW.isoformat(),
)
RECORDS: dict[str, dict[str, Any]] = {
    "paper": {"meeting": "M-1", "items": ["report"]},
    "question": {"source": "horeca-permits"},
    "intervention": INTERVENTION.fields,
    "monitoring": {"intervention": "item-2"},
}


def taken(key: str, outcome: str, state: State, **more: Any) -> DecisionRow:
    facts: dict[str, Any] = {
        "id": uuid4(),
        "number": "S-00000-00000",
        "version": 9,
        "key": key,
        "outcome": outcome,
        "article": "art. 1",
        "status": "taken",
        "state_before": state,
        "state_after": state,
        "ends": False,
        "deciders": ["anna"],
        "dissenters": [],
        "co_signers": [],
        "recorder": "anna",
        "role": "oov",
        "about": [],
        "forwarding": None,
        "taken_at": NOW,
        "effective_at": NOW,
        "protocol": LAW.version,
        "sends": [],
        "next_at": NOW,
    }
    return DecisionRow(**facts | more)


def loaded(state: State, decisions: list[DecisionRow], words: dict[str, Words] | None = None) -> Loaded:
    number = "S-00000-00000"
    dossier = Dossier(
        number=number,
        signal=number,
        version=9,
        state=state,
        protocol=LAW.version,
        received_on=date(2026, 1, 1),
        last_act_on=date(2026, 1, 1),
        earlier=[],
        closed_to=[],
    )
    content = Content(Report(text="x", subjects=SUBJECTS), {"item-2": INTERVENTION}, words or {}, {"report": b""})
    return Loaded(dossier, LAW, NOW.date(), decisions=tuple(decisions), content=content)


def shared_by(policy: Policy, rule: Decision, outcome: Outcome, state: State, **more: Any) -> list[Disclose]:
    fields = more.pop("fields", {})
    leads_to = outcome.leads_to or state
    decision = taken(rule.key, outcome.key, state, state_after=leads_to, ends=outcome.ends, **more)
    cell = taken("check-2a", "may", State.CHECK_2A, about=["report", DEPARTMENT], version=1)
    known = loaded(state, [cell, decision], {str(decision.id): Words(reason="x", fields=fields)})
    return [one for one in following(policy, known, decision) if isinstance(one, Disclose)]


def outcomes() -> Iterator[tuple[Decision, Outcome, State]]:
    for rule in LAW.decisions:
        for state in rule.states:
            if HOLDER_OF[state] in POLICIES:
                yield from ((rule, one, state) for one in rule.outcomes_in(state))


PASSED_ON = [found for found in outcomes() if found[1].forward_to]
SHARED = [found for found in outcomes() if found[1].discloses]


@pytest.mark.parametrize(("rule", "outcome", "state"), PASSED_ON, ids=lambda one: getattr(one, "key", str(one)))
def test_what_is_passed_on_is_one_line_and_what_goes_to_nobody_is_none(
    rule: Decision, outcome: Outcome, state: State
) -> None:
    policy = POLICIES[HOLDER_OF[state]]
    for kind in outcome.forward_to:
        given = {"recipientKind": kind, "recipient": "ontvanger", "items": ["report"]}
        (line,) = shared_by(policy, rule, outcome, state, forwarding=given)
        assert (line.road, line.recipient, line.items) == (roads.FORWARDING, "ontvanger", ("report",))
        assert line.passes_duty
        assert line.outside == (kind != "department")
        assert bool(line.subjects) == line.outside, "who is concerned has to know by then"
    nobody: dict[str, Any] = {"recipientKind": None, "recipient": None, "items": []}
    assert shared_by(policy, rule, outcome, state, forwarding=nobody) == []


@pytest.mark.parametrize(("rule", "outcome", "state"), SHARED, ids=lambda one: getattr(one, "key", str(one)))
def test_who_takes_part_gets_a_line_with_what_check_2a_allows_him(
    rule: Decision, outcome: Outcome, state: State
) -> None:
    named = [one.name for one in rule.asked(outcome) if one.name in ("partners", "participants")]
    fields = {name: [DEPARTMENT, "politie"] for name in named}
    lines = shared_by(POLICIES[HOLDER_OF[state]], rule, outcome, state, fields=fields, about=["item-2"])
    assert [one.recipient for one in lines] == ([DEPARTMENT, "politie"] if named else [TABLE_OF_THE_RIEC])
    assert {one.items for one in lines if one.recipient == DEPARTMENT} <= {("report",)}
    assert any(one.outside and one.subjects for one in lines)


PROCESSES = [one for one in LAW.categories if one.process]


@pytest.mark.parametrize("category", PROCESSES, ids=lambda one: str(one.key))
def test_who_is_asked_something_gets_a_line_when_he_can_read_it(category: Category) -> None:
    finding = INTERVENTION.model_copy(update={"category": category.key, "fields": RECORDS[category.key]})
    for state in category.states:
        effects = POLICIES[HOLDER_OF[state]].recorded(loaded(state, []), "item-3", finding)
        asked = [one for one in effects if isinstance(one, Ask)]
        lines = [one for one in effects if isinstance(one, Disclose)]
        assert [one.item for one in asked if not one.later] == [one.items[0] for one in lines]


def test_a_department_gets_its_line_when_it_is_asked_and_no_second_one() -> None:
    adopted = taken("adopt-plan", "adopted", State.PLAN, version=2, about=["item-2"])
    cell = taken("check-2b", "may", State.CHECK_2B, version=3, about=["item-2", "report"])
    done = taken("check-2b-done", "complete", State.CHECK_2B, version=4, state_after=State.EXECUTION)
    known = loaded(State.CHECK_2B, [adopted, cell, done])
    effects = following(POLICIES["casework"], known, done)
    (opened,) = [one for one in effects if isinstance(one, OpenTasks)]
    (line,) = [one for one in effects if isinstance(one, Disclose)]
    assert opened.items == ("item-2",)
    assert (line.road, line.recipient, line.items) == (roads.INTERVENTION, DEPARTMENT, ("item-2", "report"))
    again = taken("check-2b-done", "complete", State.CHECK_2B, version=8, state_after=State.EXECUTION)
    known = loaded(State.CHECK_2B, [adopted, cell, done, again])
    assert not [one for one in following(POLICIES["casework"], known, again) if isinstance(one, Disclose)]
