"""No sequence of calls reaches a state that the protocol does not have, or data before its phase (invariant 3).

Hypothesis makes the sequences; they go over the real HTTP interfaces. The model is spelled out by hand in
`tests/protocol/test_table.py`.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from shared.protocol.profiles import MIDDEN_DELFLAND_2025
from tests.house import NOBODY, TestHouse
from tests.protocol.graph import ARROWS

PHASE = {"received": 1, "weging-1": 1, "weging-2a": 1, "weging-2b": 1, "phase-2": 2}
USERS = ("anna", "bram", "beheerder", "fg", "petra", "collega")
KEYS = [(one.key, outcome.key) for one in MIDDEN_DELFLAND_2025.decisions for outcome in one.outcomes]
CATEGORIES = [one.key for one in MIDDEN_DELFLAND_2025.categories] + ["bsn", "police"]


def fields_for(key: str, outcome: str) -> dict[str, Any]:
    decision = MIDDEN_DELFLAND_2025.decision(key)
    assert decision is not None
    found: dict[str, Any] = {}
    for one in decision.fields:
        if not one.outcomes or outcome in one.outcomes:
            by_kind: dict[str, Any] = {
                "choices": list(one.choices[:1]),
                "flag": False,
                "choice": (one.choices or ("",))[0],
            }
            found[one.name] = by_kind.get(one.kind, "O1")
    return found


def machine(house: TestHouse) -> type[RuleBasedStateMachine]:
    class Protocol(RuleBasedStateMachine):
        signals = Bundle("signals")

        def __init__(self) -> None:
            super().__init__()
            self.model: dict[str, str] = {}
            self.versions: dict[str, int] = {}
            self.taken: dict[str, list[str]] = {}

        @initialize(target=signals)
        def first(self) -> str:
            return self.new()

        @rule(target=signals)
        def report(self) -> str:
            return self.new()

        def new(self) -> str:
            number = house.arrived(house.report())
            self.model[number], self.versions[number], self.taken[number] = "received", 1, []
            return number

        @rule(
            number=signals,
            choice=st.sampled_from(KEYS),
            user=st.sampled_from(USERS),
            complete=st.sampled_from([True, True, True, False]),
            stale=st.sampled_from([False, False, False, True]),
        )
        def decide(self, number: str, choice: tuple[str, str], user: str, complete: bool, stale: bool) -> None:
            key, outcome = choice
            version = self.versions[number] - (1 if stale else 0)
            body: dict[str, Any] = {"key": key, "outcome": outcome, "reason": "een reden", "expectedVersion": version}
            body["fields"] = fields_for(key, outcome) if complete else {}
            decision = MIDDEN_DELFLAND_2025.decision(key)
            ending = decision.outcome(outcome) if decision else None
            if ending and ending.forward_to:
                body["forwarding"] = NOBODY
            answer = house.client.request("POST", "assessment", f"/v1/signals/{number}/decisions", user, body)
            leads_to = ARROWS.get((self.model[number], key, outcome))
            may = user in ("anna", "bram") and not stale and complete and leads_to is not None
            if may and key != "approve-destruction":
                assert answer.status_code == 201, answer.text
                self.model[number] = leads_to or ""
                self.versions[number] += 1
                self.taken[number].append(key)
            else:
                assert answer.status_code in (400, 403, 404, 409), answer.text
                if user not in ("anna", "bram"):
                    assert answer.status_code == 403

        @rule(number=signals, category=st.sampled_from(CATEGORIES), user=st.sampled_from(USERS))
        def record(self, number: str, category: str, user: str) -> None:
            body: dict[str, Any] = {"category": category, "about": "O1", "expectedVersion": self.versions[number]}
            body |= {"matches": {"address": True}} if category == "brp-verification" else {"finding": "iets"}
            answer = house.client.request("POST", "assessment", f"/v1/signals/{number}/items", user, body)
            found = MIDDEN_DELFLAND_2025.category(category)
            phase = PHASE.get(self.model[number], 0)
            if user in ("anna", "bram") and found and category != "report" and found.from_phase <= phase:
                assert answer.status_code == 201, answer.text
                self.versions[number] += 1
            else:
                assert answer.status_code in (400, 403, 404, 409), answer.text

        @rule(number=consumes(signals))
        def leave_alone(self, number: str) -> None:
            """A signal that nobody looks at again stays where it is."""

        @invariant()
        def everything_is_where_the_model_says(self) -> None:
            for number, state in self.model.items():
                if state == "ended":
                    continue
                seen = house.client.get("assessment", f"/v1/signals/{number}/open-decisions", "anna")
                assert seen["state"] == state
                assert seen["version"] == self.versions[number]
                open_now = {
                    (state, one["key"], outcome["key"]) for one in seen["decisions"] for outcome in one["outcomes"]
                }
                assert open_now == {arrow for arrow in ARROWS if arrow[0] == state}

        def teardown(self) -> None:
            for number, state in self.model.items():
                if state == "ended":
                    assert house.sealed(number)["state"] == "sealed"
                    continue
                taken = house.client.get("assessment", f"/v1/signals/{number}/decisions", "anna", purpose="weging")[
                    "decisions"
                ]
                assert [one["key"] for one in taken] == self.taken[number]
                assert all(one["recorder"] and one["role"] and one["reason"] for one in taken)

    return Protocol


@pytest.fixture
def protocol(house: TestHouse) -> type[RuleBasedStateMachine]:
    return machine(house)


@pytest.mark.allowed("R-2.1", "R-5.7", "R-11.4")
@pytest.mark.refused("R-2.1", "R-2.2", "R-5.7", "R-11.4", "R-B1.1")
def test_no_sequence_of_calls_leaves_the_protocol(protocol: type[RuleBasedStateMachine]) -> None:
    quick = settings(
        max_examples=12,
        stateful_step_count=14,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(protocol, settings=quick)
