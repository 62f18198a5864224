"""Every state, every decision, every role: exactly these arrows exist, and no others."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from shared.protocol.judge import Allowed, Attempt, Forwarding, Refused, judge, judge_item
from shared.protocol.model import PHASE_OF, Decision, Field, Outcome, Protocol, State, Who
from shared.protocol.profiles import MIDDEN_DELFLAND_2025, PROTOCOLS
from shared.protocol.schema import schema_of

ROLES = ("oov", "vervanger", "beoordelaar", "regisseur", "beheerder", "fg", "privacy-officer", "colleague")

# The graph, spelled out by hand from the protocol: state, decision, outcome -> next state.
ARROWS = {
    ("received", "purpose", "set"): "weging-1",
    ("received", "no-signal", "spam"): "ended",
    ("received", "no-signal", "test"): "ended",
    ("received", "no-signal", "double"): "ended",
    ("weging-1", "no-signal", "spam"): "ended",
    ("weging-1", "no-signal", "test"): "ended",
    ("weging-1", "no-signal", "double"): "ended",
    ("weging-1", "weging-1", "suspicion"): "weging-2a",
    ("weging-1", "weging-1", "no-suspicion"): "ended",
    ("weging-2a", "weging-2a", "task"): "weging-2b",
    ("weging-2a", "weging-2a", "no-task"): "ended",
    ("weging-2b", "weging-2b", "inside"): "phase-2",
    ("weging-2b", "weging-2b", "outside"): "ended",
    ("listed", "approve-destruction", "approved"): "approved",
}
WHO = {
    "midden-delfland-2025": {
        "purpose": {"oov", "vervanger"},
        "no-signal": {"oov", "vervanger"},
        "weging-1": {"oov", "vervanger"},
        "weging-2a": {"oov", "vervanger"},
        "weging-2b": {"oov", "vervanger"},
        "approve-destruction": {"beheerder"},
    },
    "large-municipality-2025": {
        "purpose": {"beoordelaar"},
        "no-signal": {"beoordelaar"},
        "weging-1": {"beoordelaar"},
        "weging-2a": {"regisseur"},
        "weging-2b": {"regisseur"},
        "approve-destruction": {"beheerder"},
    },
}


def complete(protocol: Protocol, decision: Decision, outcome: Outcome) -> Attempt:
    """An attempt with everything that this outcome asks."""
    fields: dict[str, Any] = {}
    for one in decision.fields:
        if one.outcomes and outcome.key not in one.outcomes:
            continue
        fields[one.name] = {"choices": list(one.choices[:1]), "flag": False}.get(
            one.kind, one.choices[0] if one.choices else "ingevuld"
        )
    forwarding = Forwarding(none_because="geen ontvanger") if outcome.forward_to else None
    return Attempt(decision.key, outcome.key, "een reden", fields, forwarding)


CASES = [
    (version, state, decision, outcome, role)
    for version, protocol in PROTOCOLS.items()
    for state, decision, role in product(State, protocol.decisions, ROLES)
    for outcome in decision.outcomes
]


@pytest.mark.allowed("R-2.1", "R-11.1", "R-12.7", "R-5.7")
@pytest.mark.refused("R-2.1", "R-2.2", "R-11.1", "R-11.4", "R-12.7", "R-5.7")
@pytest.mark.parametrize("version", PROTOCOLS)
def test_every_state_decision_and_role(version: str) -> None:
    tried = 0
    for found, state, decision, outcome, role in CASES:
        if found != version:
            continue
        protocol = PROTOCOLS[version]
        judged = judge(protocol, state, complete(protocol, decision, outcome), frozenset({role}))
        arrow = ARROWS.get((state.value, decision.key, outcome.key))
        may = role in WHO[version][decision.key]
        if arrow and may:
            assert isinstance(judged, Allowed), (state, decision.key, outcome.key, role)
            assert judged.outcome.leads_to == arrow
        else:
            assert isinstance(judged, Refused), (state, decision.key, outcome.key, role)
            assert judged.kind == ("state" if may else "role")
            assert judged.faults[0].article
        tried += 1
    assert tried == len(State) * sum(len(one.outcomes) for one in PROTOCOLS[version].decisions) * len(ROLES)


@pytest.mark.parametrize("version", PROTOCOLS)
def test_every_decision_has_a_field_whose_absence_is_refused_with_its_article(version: str) -> None:
    protocol = PROTOCOLS[version]
    for decision in protocol.decisions:
        state = decision.states[0]
        for outcome in decision.outcomes:
            good = complete(protocol, decision, outcome)
            assert good.fields, f"{decision.key} asks nothing"
            for name in good.fields:
                without = {key: value for key, value in good.fields.items() if key != name}
                attempt = Attempt(good.key, good.outcome, good.reason, without, good.forwarding)
                judged = judge(protocol, state, attempt, frozenset(decision.who.roles))
                assert isinstance(judged, Refused)
                assert [one.field for one in judged.faults] == [f"fields.{name}"]
                assert judged.faults[0].article.startswith(("art.", "Bijlage"))


def test_everything_that_is_missing_is_listed_at_once() -> None:
    attempt = Attempt("weging-1", "no-suspicion", "  ", {"sources": ["unheard-of"], "extra": 1})
    judged = judge(MIDDEN_DELFLAND_2025, State.WEGING_1, attempt, frozenset({"oov"}))
    assert isinstance(judged, Refused)
    assert {one.field for one in judged.faults} == {
        "reason",
        "fields",
        "fields.sources",
        "fields.otherBreach",
        "forwarding",
    }


@pytest.mark.allowed("R-1.1")
@pytest.mark.refused("R-1.1")
def test_weging_1_waits_for_a_purpose() -> None:
    protocol = MIDDEN_DELFLAND_2025
    decision = protocol.decision("weging-1")
    assert decision is not None
    attempt = complete(protocol, decision, decision.outcomes[0])
    refused = judge(protocol, State.RECEIVED, attempt, frozenset({"oov"}))
    assert isinstance(refused, Refused)
    assert "purpose" in refused.faults[0].reason
    assert refused.faults[0].article == "art. 1"
    assert isinstance(judge(protocol, State.WEGING_1, attempt, frozenset({"oov"})), Allowed)


FORWARDING = [
    ("weging-1", "no-suspicion", "department", "vergunningen"),
    ("weging-2a", "no-task", "partner", "politie"),
    ("weging-2b", "outside", "municipality", "delft"),
]


@pytest.mark.allowed("R-12.2", "R-12.4", "R-12.6", "R-11.3")
@pytest.mark.refused("R-12.2", "R-12.4", "R-12.6", "R-11.3")
@pytest.mark.parametrize(("key", "outcome", "kind", "recipient"), FORWARDING)
def test_a_negative_outcome_goes_to_the_one_kind_of_recipient_or_to_nobody(
    key: str, outcome: str, kind: str, recipient: str
) -> None:
    protocol = MIDDEN_DELFLAND_2025
    decision = protocol.decision(key)
    assert decision is not None
    ending = decision.outcome(outcome)
    assert ending is not None
    good = complete(protocol, decision, ending)
    fields = dict(good.fields) | ({"municipality": "delft"} if key == "weging-2b" else {})

    def attempt(forwarding: Forwarding | None) -> Allowed | Refused:
        made = Attempt(key, outcome, "reden", fields, forwarding)
        return judge(protocol, State(key), made, frozenset({"oov"}), ["report", "item-2"])

    assert isinstance(attempt(Forwarding(kind, recipient, ("report",))), Allowed)
    assert isinstance(attempt(Forwarding(none_because="nergens")), Allowed)
    for wrong in (
        None,
        Forwarding(),
        Forwarding(kind, recipient, ()),
        Forwarding(kind, recipient, ("item-9",)),
        Forwarding(kind, "iemand", ("report",)),
        *(Forwarding(other, to, ("report",)) for _, _, other, to in FORWARDING if other != kind),
    ):
        assert isinstance(attempt(wrong), Refused), wrong


@pytest.mark.refused("R-12.6")
def test_outside_goes_only_to_the_municipality_concerned() -> None:
    fields = {"area": "O1", "municipality": "delft"}
    made = Attempt("weging-2b", "outside", "reden", fields, Forwarding("municipality", "westland", ("report",)))
    judged = judge(MIDDEN_DELFLAND_2025, State.WEGING_2B, made, frozenset({"oov"}), ["report"])
    assert isinstance(judged, Refused)
    assert "concerned" in judged.faults[0].reason


@pytest.mark.allowed("R-B1.1", "R-11.2", "R-2.1")
@pytest.mark.refused("R-B1.1", "R-11.2", "R-2.1")
def test_a_category_opens_with_its_phase() -> None:
    for state, category in product(State, MIDDEN_DELFLAND_2025.categories):
        phase = PHASE_OF.get(state)
        refused = judge_item(MIDDEN_DELFLAND_2025, state, category.key)
        open_now = phase is not None and category.from_phase <= phase and category.key != "report"
        assert (refused is None) == open_now, (state, category.key)
    for unheard in ("bsn", "police", "vehicle", "nationality", ""):
        assert judge_item(MIDDEN_DELFLAND_2025, State.PHASE_2, unheard) is not None


def test_a_meeting_decides_only_as_a_meeting_with_its_quorum() -> None:
    """The model of a meeting's decision; the LOT itself comes with phase 2."""
    from dataclasses import replace

    lot = Decision(
        key="heavy-enough",
        article="art. 15 lid 1",
        question="Is the signal heavy enough?",
        states=(State.PHASE_2,),
        who=Who(("oov",), meeting="LOT", quorum=3),
        outcomes=(Outcome("yes", "yes", State.PHASE_2, "art. 15 lid 3"),),
        fields=(Field("criteria", "Which criteria?", "F2"),),
    )
    protocol = replace(MIDDEN_DELFLAND_2025, decisions=(lot,))

    def attempt(meeting: str | None, *members: str) -> Allowed | Refused:
        made = Attempt("heavy-enough", "yes", "reden", {"criteria": "alle"}, meeting=meeting, members=members)
        return judge(protocol, State.PHASE_2, made, frozenset({"oov"}))

    assert isinstance(attempt("LOT-12", "a", "b", "c"), Allowed)
    assert isinstance(attempt(None), Refused)
    assert isinstance(attempt("LOT-12", "a", "a", "a"), Refused)
    person = complete(
        MIDDEN_DELFLAND_2025, MIDDEN_DELFLAND_2025.decisions[0], MIDDEN_DELFLAND_2025.decisions[0].outcomes[0]
    )
    made = Attempt(person.key, person.outcome, "reden", person.fields, meeting="LOT-12")
    assert isinstance(judge(MIDDEN_DELFLAND_2025, State.RECEIVED, made, frozenset({"oov"})), Refused)


def test_the_schema_of_a_decision_asks_what_the_judge_asks() -> None:
    for protocol in PROTOCOLS.values():
        for decision in protocol.decisions:
            for outcome in decision.outcomes:
                good = complete(protocol, decision, outcome)
                schema = schema_of(decision, outcome)
                assert set(schema["required"]) == set(good.fields)
                assert schema["additionalProperties"] is False
