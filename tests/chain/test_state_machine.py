"""No sequence of calls reaches a state that the protocol does not have, or data before its phase (invariant 3).

Hypothesis makes the sequences; they go over the real HTTP interfaces of every service that holds signals.
What is accepted is held against the graph that is spelled out by hand in `tests/protocol/graph.py`.
"""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from deploy.embedded.played import Played
from tests.house import NOBODY, TestHouse
from tests.journeys import WAY, brought, further, player_of
from tests.protocol.graph import ARROWS, HOLDER, PHASE, PUTTING_RIGHT, WHO
from tests.protocol.laws import MIDDEN_DELFLAND
from tests.protocol.signals import fields_for

FILE = {"anna": "oov", "bram": "vervanger"}
USERS = (*FILE, "anna", "bram", "beheerder", "fg", "petra", "esra", "dirk", "farid", "collega")
KEYS = sorted({(key, outcome) for state, key, outcome in ARROWS if state in PHASE})
CATEGORIES = [one.key for one in MIDDEN_DELFLAND.categories] + ["bsn", "police"]
STATES = [state for state, _ in WAY]


def path_of(decisions: list[dict[str, Any]]) -> str:
    """The state that the decisions lead to; every one of them is an arrow of the graph from where the last led."""
    state = "received"
    for one in decisions:
        if one["status"] != "taken" or one["key"] == "withdrawal":
            continue
        arrow = (state, one["key"], one["outcome"])
        assert ARROWS.get(arrow) == one["state"], arrow
        assert one["deciders"], "somebody decided it"
        assert one["recorder"], "somebody wrote it down"
        assert one["role"]
        state = one["state"]
    return state


class Protocol(RuleBasedStateMachine):
    """What people try over HTTP, in any order. `house` is given by a subclass, since hypothesis makes the machines."""

    house: ClassVar[TestHouse]
    signals = Bundle("signals")

    def __init__(self) -> None:
        super().__init__()
        self.played: dict[str, Played] = {}
        self.usual: dict[str, bool] = {}

    @initialize(target=signals, to=st.sampled_from([None, *STATES]))
    def first(self, to: str | None) -> str:
        return self.new(to)

    @rule(target=signals)
    def report(self) -> str:
        return self.new(None)

    def new(self, to: str | None) -> str:
        played = brought(self.house, to or "received")
        self.played[played.number], self.usual[played.number] = played, True
        return played.number

    # --- what people do ----------------------------------------------------------------------

    @rule(number=signals)
    def go_on_as_usual(self, number: str) -> None:
        """The next part of the way that the protocol describes is always possible."""
        state = self.state(number)
        if not self.usual[number] or state not in ("received", *STATES[:-1]):
            return
        place = 0 if state == "received" else STATES.index(state) + 1
        further(self.house, self.played[number], *WAY[place][1])
        assert self.state(number) == WAY[place][0]

    @rule(
        number=signals,
        choice=st.sampled_from(KEYS),
        near=st.booleans(),
        user=st.sampled_from(USERS),
        complete=st.sampled_from([True, True, True, False]),
        stale=st.sampled_from([False, False, False, True]),
        pick=st.integers(0, 50),
    )
    def decide(
        self, number: str, choice: tuple[str, str], near: bool, user: str, complete: bool, stale: bool, pick: int
    ) -> None:
        state, version = self.standing(number)
        if state == "ended":
            return
        if near:
            # Half of the attempts are at what could be decided now.
            here = sorted((key, outcome) for at, key, outcome in ARROWS if at == state) or [choice]
            choice = here[pick % len(here)]
        key, outcome = choice
        body = self.body(number, state, key, outcome, complete) | {"expectedVersion": version - stale}
        path = f"/v1/signals/{number}/decisions"
        answer = self.house.client.request("POST", HOLDER[state], path, user, body)
        arrow = ARROWS.get((state, key, outcome))
        may = FILE.get(user) in WHO["midden-delfland-2025"][key] and arrow is not None and not stale
        if answer.status_code == 201:
            assert may, (user, state, key, outcome)
            assert complete
            assert answer.json()["state"] == arrow
            self.usual[number] = False
            player_follow(self.house, self.played[number], arrow or "")
        else:
            assert answer.status_code in (400, 403, 404, 409), answer.text
            assert self.standing(number) == (state, version), "a refusal changes nothing"
            assert not (may and complete and PHASE[state] == 1 and key not in PUTTING_RIGHT), answer.text
            if user not in FILE:
                assert answer.status_code == 403

    def body(self, number: str, state: str, key: str, outcome: str, complete: bool) -> dict[str, Any]:
        decision = MIDDEN_DELFLAND.decision(key)
        assert decision is not None
        found = decision.outcome(outcome)
        assert found is not None
        made = self.played[number].made
        named = {
            "source": "horeca-permits",
            "question": made.get("vraag", "item-1"),
            "item": "report",
            "recipient": "wonen",
            "intervention": made.get("ingreep", "item-1"),
            "fact": made.get("vergunning", "item-1"),
            "person": "S1",
            "rectified": "S1",
            "granted": "V-7K3MQ-9XD4T",
            "interventions": made.get("ingreep", "item-1"),
            "partner": "wonen",
            "receiver": "wonen",
            "asked": made.get("onderdeelvraag", "item-1"),
            "finding": made.get("vondst", "item-1"),
        }
        body: dict[str, Any] = {"key": key, "outcome": outcome, "reason": "een reden"}
        body["fields"] = fields_for(decision, found, "oov") if complete else {}
        body["about"] = [named[kind] for kind in decision.about]
        if found.forward_to:
            body["forwarding"] = NOBODY
        if found.corrects:
            body["correction"] = {"finding": "zo is het"}
        if decision.who.meeting:
            body["meeting"] = self.played[number].meeting
        return body

    @rule(number=signals, category=st.sampled_from(CATEGORIES), user=st.sampled_from(USERS))
    def record(self, number: str, category: str, user: str) -> None:
        state, version = self.standing(number)
        if state == "ended":
            return
        body: dict[str, Any] = {"category": category, "about": "O1", "expectedVersion": version}
        body |= {"matches": {"address": True}} if category == "brp-verification" else {"finding": "iets"}
        answer = self.house.client.request("POST", HOLDER[state], f"/v1/signals/{number}/items", user, body)
        found = MIDDEN_DELFLAND.category(category)
        if answer.status_code == 201:
            assert user in FILE
            assert found is not None
            assert found.from_phase <= PHASE[state] < 5
            assert not found.closed, "data of a closed source need a relevant hit"
            # It has to be decided about too, from here on: whether it is shared, for one.
            self.usual[number] = False
        else:
            assert answer.status_code in (400, 403, 404, 409), answer.text
            assert self.standing(number) == (state, version)

    @rule(number=signals, user=st.sampled_from(USERS))
    def look(self, number: str, user: str) -> None:
        """What is shown to a person is preceded by a line in the audit trail, on disk before it leaves."""
        state = self.state(number)
        if state == "ended":
            return
        holder, headers = HOLDER[state], {"X-Purpose": "weging"}
        count = "SELECT count(*) AS n FROM audit WHERE entry->>'record'=$1 AND entry->>'action'='signal opened'"
        before = self.house.sql(holder, count, number)[0]["n"]
        answer = self.house.client.request("GET", holder, f"/v1/signals/{number}", user, headers=headers)
        if answer.status_code == 200:
            assert user in FILE
            assert self.house.sql(holder, count, number)[0]["n"] == before + 1
        else:
            assert answer.status_code == 403
            assert "Wilgenroos" not in answer.text

    # --- what holds at every moment ----------------------------------------------------------

    def standing(self, number: str) -> tuple[str, int]:
        played = self.played[number]
        path = f"/v1/signals/{number}/open-decisions"
        answer = self.house.client.request("GET", played.holder, path, "anna")
        if answer.status_code == 404:
            return "ended", 0
        seen = answer.json()
        if not seen["decisions"] and seen["state"] == "ended":
            return "ended", 0
        return seen["state"], seen["version"]

    def state(self, number: str) -> str:
        return self.standing(number)[0]

    @invariant()
    def every_state_is_where_its_decisions_lead(self) -> None:
        for number, played in self.played.items():
            state = self.state(number)
            if state == "ended":
                continue
            path = f"/v1/signals/{number}/decisions"
            taken = self.house.client.get(played.holder, path, "anna", purpose="weging")["decisions"]
            assert path_of(taken) == state
            assert HOLDER[state] == played.holder

    def teardown(self) -> None:
        for number in self.played:
            if self.state(number) == "ended":
                assert self.house.sealed(number)["state"] == "sealed"


def player_follow(house: TestHouse, played: Played, state: str) -> None:
    """Wait until the next holder has it."""
    if state in HOLDER:
        player_of(house).follow(played, state)


@pytest.fixture
def protocol(house: TestHouse) -> type[RuleBasedStateMachine]:
    return type("ProtocolOfThisHouse", (Protocol,), {"house": house})


@pytest.mark.allowed("R-2.1", "R-5.7", "R-11.4")
@pytest.mark.refused("R-2.1", "R-2.2", "R-5.7", "R-11.4", "R-B1.1")
def test_no_sequence_of_calls_leaves_the_protocol(protocol: type[RuleBasedStateMachine]) -> None:
    walk(protocol, examples=5, steps=14)


@pytest.mark.drill
@pytest.mark.timeout(3600)
def test_no_long_sequence_of_calls_leaves_the_protocol(protocol: type[RuleBasedStateMachine]) -> None:
    walk(protocol, examples=40, steps=25)


def walk(protocol: type[RuleBasedStateMachine], examples: int, steps: int) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(protocol, settings=chosen)
