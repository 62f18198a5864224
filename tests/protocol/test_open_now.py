"""What can be decided and recorded now, and beside what cannot be yet what is missing; from the law alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.engine.given import Open
from shared.http.open_now import described
from shared.http.taking import RECORDED, ItemIn, given_record
from shared.protocol.facts import Taken
from shared.protocol.judge import Allowed, judge
from shared.protocol.model import State
from shared.protocol.open_now import Offered, open_decisions, open_records
from shared.protocol.records import content_faults
from tests.protocol.laws import LAWS, MIDDEN_DELFLAND
from tests.protocol.signals import APPROVED, KNOWN, SOURCE_LIST, complete, facts_for, state_of


def opened(state: State, **otherwise: Any) -> dict[str, Offered]:
    facts = replace(KNOWN, **otherwise)
    return {one.rule.key: one for one in open_decisions(MIDDEN_DELFLAND, state, facts)}


@pytest.mark.parametrize("version", LAWS.versions)
def test_nothing_is_said_to_be_missing_of_what_is_allowed(version: str) -> None:
    """For every decision and answer of the law, with what it asks for in place."""
    law = LAWS.of(version)
    for decision in law.decisions:
        for outcome in decision.outcomes:
            state, facts, role = state_of(decision, outcome), facts_for(decision, outcome), decision.who.roles[0]
            if decision.taken_in:
                continue
            attempt = complete(law, decision, outcome, role)
            assert isinstance(judge(law, state, attempt, frozenset({role}), facts), Allowed)
            (found,) = [one for one in open_decisions(law, state, facts) if one.rule is decision]
            assert found.missing == (), decision.key
            assert found.by_outcome[outcome.key] == (), (decision.key, outcome.key)
            assert found.can_be_taken


def test_what_is_missing_stands_beside_what_cannot_be_decided_yet() -> None:
    found = opened(State.CHECK_1, decisions=(SOURCE_LIST,))
    assert found["check-1"].can_be_taken
    assert found["check-1"].about == (("benefits",),)
    done = found["check-1-done"]
    assert not done.can_be_taken
    assert "nog niet besloten over" in done.missing[0]
    checked = opened(State.CHECK_1, decisions=(SOURCE_LIST, APPROVED))["check-1-done"]
    assert checked.can_be_taken
    assert checked.by_outcome["some"] == ()
    assert "mag wel worden geraadpleegd" in checked.by_outcome["all-refused"][0]


def test_where_there_is_nothing_to_decide_about_that_is_what_is_missing() -> None:
    found = opened(State.HIT_CHECK, items=KNOWN.items[:1], decisions=(SOURCE_LIST, APPROVED))
    assert found["answer"].missing == ("er is nog niets waarover dit gaat: een vraag aan een bron",)
    assert "nog niet bevraagd" in found["hit-check-done"].missing[0]
    assert not found["hit-check-done"].can_be_taken


def test_what_can_be_recorded_says_how() -> None:
    plan = {one.category.key: one for one in open_records(MIDDEN_DELFLAND, State.PLAN, KNOWN)}
    assert {"intervention", "indication", "child"} <= set(plan)
    assert {"question", "paper", "report"}.isdisjoint(plan)
    assert plan["intervention"].about == ("report", "S1", "O1")
    assert open_records(MIDDEN_DELFLAND, State.CLOSED, KNOWN) == ()


def test_the_answer_names_recipients_items_and_how_things_are_recorded() -> None:
    facts = replace(KNOWN, decisions=(Taken("check-2a", "may", ("report", "wonen")),))
    state = State.CHECK_2A
    shown = described(
        Open(
            3,
            state,
            MIDDEN_DELFLAND,
            open_decisions(MIDDEN_DELFLAND, state, facts),
            open_records(MIDDEN_DELFLAND, state, facts),
            shareable=("report", "item-2"),
        )
    )
    check = next(one for one in shown.decisions if one.key == "check-2a")
    assert check.about == ("item", "recipient")
    assert set(check.choices[0]) == {"report", "item-2"}
    assert check.choices[1]["politie"] == "politie"
    assert "wonen" in shown.recipients["department"]
    indication = next(one for one in shown.records if one.category == "indication")
    persons = indication.fields["properties"]["persons"]
    assert persons["items"]["required"] == ["name"], "how a person is recorded"
    rectify = next(one for one in shown.decisions if one.key == "rectify")
    assert [one.corrects for one in rectify.outcomes] == [True, False]


@pytest.mark.parametrize("name", RECORDED)
def test_the_description_of_the_interface_shows_how_each_is_recorded(name: str) -> None:
    """Every example is one that the law takes in."""
    body = ItemIn.model_validate(RECORDED[name]["value"])
    category = MIDDEN_DELFLAND.category(body.category)
    assert category is not None
    assert content_faults(category, given_record(body, 9).record, "oov", KNOWN) == []
    assert category.key in ("indication", name)
