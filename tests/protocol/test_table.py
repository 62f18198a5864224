"""Every state, every decision, every role: exactly these arrows exist, and no others."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from shared.protocol.facts import Facts
from shared.protocol.fields import schema
from shared.protocol.judge import Allowed, Attempt, Refused, judge
from shared.protocol.model import HOLDER_OF, PHASE_OF, State
from shared.protocol.passing_on import Forwarding
from shared.protocol.records import Record, judge_item, judge_record
from tests.protocol.graph import ARROWS, CO_SIGNED, HOLDER, MOVES, PHASE, WHO
from tests.protocol.laws import LAWS, MIDDEN_DELFLAND
from tests.protocol.signals import ADOPTED, KNOWN, complete, facts_for, state_of, without

ROLES = (
    *("oov", "vervanger", "beoordelaar", "regisseur", "beheerder", "fg", "privacy-officer", "colleague"),
    *("lot-member", "bronhouder-benefits", "department-wonen"),
)


@pytest.mark.allowed("R-2.1", "R-11.1", "R-12.7", "R-5.7", "R-F4.1", "R-F4.2", "R-19.1")
@pytest.mark.refused("R-2.1", "R-2.2", "R-11.1", "R-11.4", "R-12.7", "R-5.7", "R-F4.1", "R-F4.2", "R-19.1")
@pytest.mark.parametrize("version", LAWS.versions)
def test_every_state_decision_and_role(version: str) -> None:
    protocol, tried, seen = LAWS.of(version), 0, set()
    for state, decision, role in product(State, protocol.decisions, ROLES):
        for outcome in decision.outcomes_in(state) or decision.outcomes:
            attempt = complete(protocol, decision, outcome, role)
            judged = judge(protocol, state, attempt, frozenset({role}), facts_for(decision, outcome))
            arrow = ARROWS.get((state.value, decision.key, outcome.key))
            may = role in WHO[version][decision.key]
            tried += 1
            if arrow and may and not decision.taken_in:
                assert isinstance(judged, Allowed), (state, decision.key, outcome.key, role, judged)
                assert (judged.outcome.leads_to or state) == arrow
                assert judged.needs_co_signer == CO_SIGNED[version].get(decision.key, ())
                seen.add((state.value, decision.key, outcome.key))
            else:
                assert isinstance(judged, Refused), (state, decision.key, outcome.key, role)
                assert judged.kind == ("state" if may else "role")
                assert judged.faults[0].article
    assert seen == {arrow for arrow in ARROWS if arrow[1] != "informing"}
    assert tried >= len(State) * sum(len(one.outcomes) for one in protocol.decisions) * len(ROLES) * 0.8


def test_every_state_has_its_phase_and_its_holder() -> None:
    assert {state.value: phase for state, phase in PHASE_OF.items()} == PHASE
    assert {state.value: HOLDER_OF[state] for state in PHASE_OF} == HOLDER
    began = {"received", "duty-open", "request-received", "incident-proposed"}
    reached = {*ARROWS.values(), *(end for _, end in MOVES), *began}
    assert {state.value for state in State} == reached


@pytest.mark.parametrize("version", LAWS.versions)
def test_every_decision_has_a_field_whose_absence_is_refused_with_its_article(version: str) -> None:
    protocol = LAWS.of(version)
    for decision in protocol.decisions:
        if decision.taken_in:
            continue
        role = decision.who.roles[0]
        for outcome in decision.outcomes:
            good, state, facts = (
                complete(protocol, decision, outcome, role),
                state_of(decision, outcome),
                facts_for(decision, outcome),
            )
            assert good.fields, f"{decision.key} asks nothing"
            for name in good.fields:
                fields = {key: value for key, value in good.fields.items() if key != name}
                judged = judge(protocol, state, replace(good, fields=fields), frozenset({role}), facts)
                assert isinstance(judged, Refused), (decision.key, outcome.key, name)
                assert [one.field for one in judged.faults] == [f"fields.{name}"]
                assert judged.faults[0].article


def test_everything_that_is_missing_is_listed_at_once() -> None:
    attempt = Attempt("weging-1", "no-suspicion", "  ", {"sources": ["unheard-of"], "extra": 1})
    judged = judge(MIDDEN_DELFLAND, State.WEGING_1, attempt, frozenset({"oov"}), KNOWN)
    assert isinstance(judged, Refused)
    assert {one.field for one in judged.faults} == {
        "reason",
        "fields",
        "fields.sources",
        "fields.otherBreach",
        "forwarding",
    }


@pytest.mark.parametrize("version", LAWS.versions)
def test_who_answers_wrongly_is_told_the_answers_in_words(version: str) -> None:
    law = LAWS.of(version)
    for decision in law.decisions:
        for state in decision.states:
            if decision.taken_in:
                continue
            attempt = Attempt(decision.key, "unheard-of", "een reden", {})
            judged = judge(law, state, attempt, frozenset(decision.who.roles), KNOWN)
            assert isinstance(judged, Refused)
            (said,) = [one.reason for one in judged.faults if one.field == "outcome"]
            assert said == "kies één antwoord: " + " of ".join(f"‘{one.answer}’" for one in decision.outcomes_in(state))


@pytest.mark.allowed("R-1.1")
@pytest.mark.refused("R-1.1")
def test_weging_1_waits_for_a_purpose() -> None:
    protocol = MIDDEN_DELFLAND
    decision = protocol.decision("weging-1")
    assert decision is not None
    attempt, facts = complete(protocol, decision, decision.outcomes[0]), facts_for(decision, decision.outcomes[0])
    refused = judge(protocol, State.RECEIVED, attempt, frozenset({"oov"}), facts)
    assert isinstance(refused, Refused)
    assert "Voor welk doel van artikel 1" in refused.faults[0].reason
    assert refused.faults[0].article == "art. 1"
    assert isinstance(judge(protocol, State.WEGING_1, attempt, frozenset({"oov"}), facts), Allowed)


FORWARDING = [
    ("weging-1", "weging-1", "no-suspicion", {"department": "vergunningen"}),
    ("weging-2a", "weging-2a", "no-task", {"partner": "politie"}),
    ("weging-2b", "weging-2b", "outside", {"municipality": "delft"}),
    ("phase-2", "weging-3", "too-light", {"department": "wonen"}),
    ("weging-4", "weging-4", "insufficient", {"department": "wonen"}),
    ("approach", "approach", "nobody", {"department": "wonen"}),
]
SOMEWHERE = {"department": "vergunningen", "partner": "politie", "municipality": "delft"}


@pytest.mark.allowed("R-12.2", "R-12.4", "R-12.6", "R-11.3", "R-18.3", "R-21.8", "R-T.17")
@pytest.mark.refused("R-12.2", "R-12.4", "R-12.6", "R-11.3", "R-18.3", "R-21.8", "R-T.17")
@pytest.mark.parametrize(("state", "key", "outcome", "to"), FORWARDING)
def test_a_negative_outcome_goes_to_its_kind_of_recipient_or_to_nobody(
    state: str, key: str, outcome: str, to: dict[str, str]
) -> None:
    protocol = MIDDEN_DELFLAND
    decision = protocol.decision(key)
    assert decision is not None
    ending = decision.outcome(outcome)
    assert ending is not None
    good = complete(protocol, decision, ending)
    fields = dict(good.fields) | ({"municipality": "delft"} if key == "weging-2b" else {})
    facts = facts_for(decision, ending)

    def attempt(forwarding: Forwarding | None) -> Allowed | Refused:
        made = replace(good, fields=fields, forwarding=forwarding)
        return judge(protocol, State(state), made, frozenset({"oov"}), facts)

    assert isinstance(attempt(Forwarding(none_because="nergens")), Allowed)
    for kind, recipient in to.items():
        assert isinstance(attempt(Forwarding(kind, recipient, ("report",))), Allowed)
        for wrong in (
            None,
            Forwarding(),
            Forwarding(kind, recipient, ()),
            Forwarding(kind, recipient, ("item-9",)),
            Forwarding(kind, recipient, ("q1",)),
            Forwarding(kind, "iemand", ("report",)),
            *(Forwarding(other, somewhere, ("report",)) for other, somewhere in SOMEWHERE.items() if other not in to),
        ):
            assert isinstance(attempt(wrong), Refused), wrong


@pytest.mark.refused("R-12.6")
def test_outside_goes_only_to_the_municipality_concerned() -> None:
    fields = {"area": "O1", "municipality": "delft"}
    made = Attempt("weging-2b", "outside", "reden", fields, Forwarding("municipality", "westland", ("report",)))
    judged = judge(MIDDEN_DELFLAND, State.WEGING_2B, made, frozenset({"oov"}), KNOWN)
    assert isinstance(judged, Refused)
    assert "de gemeente die het aangaat" in judged.faults[0].reason


@pytest.mark.allowed("R-21.9", "R-20.1")
@pytest.mark.refused("R-21.9", "R-20.1")
def test_phase_4_shares_only_what_check_2a_allows() -> None:
    """The police alone: a disclosure of allowed items is part of the ending; nothing else goes anywhere."""
    protocol = MIDDEN_DELFLAND
    decision = protocol.decision("approach")
    assert decision is not None
    police = decision.outcome("mono-police")
    assert police is not None
    good = complete(protocol, decision, police)

    first = replace(KNOWN, decisions=without(ADOPTED))

    def judged(forwarding: Forwarding, facts: Facts = first) -> Allowed | Refused:
        made = replace(good, forwarding=forwarding)
        return judge(protocol, State.APPROACH, made, frozenset({"oov"}), facts)

    assert isinstance(judged(Forwarding("partner", "politie", ("report", "item-2"))), Allowed)
    for wrong in (Forwarding(none_because="niet"), Forwarding("partner", "douane", ("report",))):
        assert isinstance(judged(wrong), Refused)
    fewer = [one for one in first.decisions if one.about != ("item-2", "politie")]
    narrowed = replace(KNOWN, decisions=tuple(fewer))
    assert isinstance(judged(Forwarding("partner", "politie", ("item-2",)), narrowed), Refused)
    assert isinstance(judged(Forwarding("partner", "politie", ("report",)), narrowed), Allowed)
    kept = replace(KNOWN, decisions=tuple(one for one in first.decisions if one.about != ("report", "politie")))
    refused = judged(Forwarding("partner", "politie", ("report",)), kept)
    assert isinstance(refused, Refused)
    assert "staat De melding, met naam" in refused.faults[0].reason, "by its name and not by its code"


@pytest.mark.allowed("R-B1.1", "R-11.2", "R-2.1", "R-F3.4")
@pytest.mark.refused("R-B1.1", "R-11.2", "R-2.1", "R-F3.4", "R-D.8")
def test_a_category_opens_with_its_phase() -> None:
    for state, category in product(State, MIDDEN_DELFLAND.categories):
        phase = PHASE.get(state.value, 0)
        refused = judge_item(MIDDEN_DELFLAND, state, category.key)
        open_now = 0 < phase < 5 and category.from_phase <= phase and category.key != "report"
        if category.states:
            open_now = open_now and state in category.states
        open_now = open_now and state != State.RECEIVED
        assert (refused is None) == open_now, (state, category.key)
    for closed in MIDDEN_DELFLAND.closed_sources():
        assert {state for state in State if judge_item(MIDDEN_DELFLAND, state, closed) is None} == {State.WEGING_4}
    for unheard in ("bsn", "police", "vehicle", "nationality", ""):
        assert judge_item(MIDDEN_DELFLAND, State.PHASE_2, unheard) is not None


@pytest.mark.allowed("R-F3.4", "R-18.4", "R-D.8")
@pytest.mark.refused("R-F3.4", "R-18.4", "R-D.8")
def test_content_of_a_source_is_recorded_only_for_a_relevant_hit() -> None:
    record = Record("benefits", "S1", "een uitkering", fields={"hit": "q1"})
    assert judge_record(MIDDEN_DELFLAND, State.WEGING_4, record, "oov", KNOWN) == []
    without_check = replace(KNOWN, decisions=tuple(one for one in KNOWN.decisions if one.key != "check-1b"))
    faults = judge_record(MIDDEN_DELFLAND, State.WEGING_4, record, "oov", without_check)
    assert [one.article for one in faults] == ["art. 18 lid 2"]
    unlinked = Record("benefits", "S1", "een uitkering", fields={})
    assert judge_record(MIDDEN_DELFLAND, State.WEGING_4, unlinked, "oov", KNOWN)


@pytest.mark.allowed("R-15.1", "R-F2.2", "R-21.1")
@pytest.mark.refused("R-15.1", "R-F2.2", "R-21.1")
@pytest.mark.parametrize("key", ["weging-3", "approach", "reweighing"])
def test_a_meeting_decides_only_as_a_meeting_with_its_quorum(key: str) -> None:
    protocol = MIDDEN_DELFLAND
    decision = protocol.decision(key)
    assert decision is not None
    outcome = decision.outcomes[-1]
    good, state = complete(protocol, decision, outcome, "oov"), state_of(decision, outcome)
    held = KNOWN.meetings["M-1"]

    def judged(meeting: str | None = "M-1", **change: object) -> Allowed | Refused:
        facts = replace(facts_for(decision, outcome), meetings={"M-1": replace(held, **change)})  # type: ignore[arg-type]
        return judge(protocol, state, replace(good, meeting=meeting), frozenset({"oov"}), facts)

    assert isinstance(judged(), Allowed)
    for refused in (
        judged(None),
        judged("M-2"),
        judged(present=("m1", "m1", "m1")),
        judged(present=("m1", "m2")),
        judged(kind="LOT+"),
        judged(agenda=()),
        judged(on=KNOWN.today.replace(year=2027)),
    ):
        assert isinstance(refused, Refused)
        assert refused.faults[0].field == "meeting"
    person = protocol.decisions[0]
    alone = replace(complete(protocol, person, person.outcomes[0]), meeting="M-1")
    assert isinstance(judge(protocol, State.RECEIVED, alone, frozenset({"oov"}), KNOWN), Refused)


@pytest.mark.allowed("R-F2.3", "R-D.6")
@pytest.mark.refused("R-F2.3", "R-D.6")
def test_criteria_are_answered_in_words_and_ticking_is_not_enough() -> None:
    protocol = MIDDEN_DELFLAND
    decision = protocol.decision("weging-3")
    assert decision is not None
    outcome = decision.outcome("heavy-enough")
    assert outcome is not None
    good = complete(protocol, decision, outcome, "oov")

    def judged(criteria: object) -> Allowed | Refused:
        made = replace(good, fields={"criteria": criteria})
        return judge(protocol, State.PHASE_2, made, frozenset({"oov"}), KNOWN)

    words = dict(good.fields["criteria"])
    assert isinstance(judged(words), Allowed)
    assert isinstance(judged(words | {"number": {"unanswered": "niet bekend"}}), Allowed)
    for wrong in (
        words | {"number": ""},
        words | {"number": True},
        words | {"number": {"unanswered": " "}},
        {"number": "een"},
    ):
        assert isinstance(judged(wrong), Refused)
    first = protocol.decision("weging-1")
    assert first is not None
    assert len(first.guidance) >= 5, "the elements of the definition are shown"
    silent = replace(complete(protocol, first, first.outcomes[0]), reason=" ")
    assert isinstance(judge(protocol, State.WEGING_1, silent, frozenset({"oov"}), KNOWN), Refused)


def test_the_schema_of_a_decision_asks_what_the_judge_asks() -> None:
    for protocol in map(LAWS.of, LAWS.versions):
        for decision in protocol.decisions:
            for outcome in decision.outcomes:
                good = complete(protocol, decision, outcome)
                asked = schema(decision.asked(outcome))
                assert set(asked["required"]) == set(good.fields)
                assert asked["additionalProperties"] is False
