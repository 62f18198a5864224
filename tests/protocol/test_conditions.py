"""Every condition of the protocol: taken away, the decision is refused with the condition's article."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.protocol.conditions.case import Case
from shared.protocol.facts import Facts, Item, Notice, Taken
from shared.protocol.judge import Allowed, Refused, judge, missing
from shared.protocol.model import State
from tests.protocol import of_requests
from tests.protocol.laws import MIDDEN_DELFLAND
from tests.protocol.signals import (
    ADOPTED,
    APPROVED,
    BASE,
    CHECKED_2B,
    CHECKED_ITEM_2,
    EXECUTED,
    GIVEN_OUT,
    GRANTED,
    HANDED_IN,
    IN_QUARANTINE,
    KNOWN,
    MATRIX,
    PROPOSED,
    RELEVANT,
    REQUEST,
    RIEC,
    RIEC_MAY,
    SOURCE_LIST,
    TODAY,
    WRONG,
    complete,
    facts_for,
    state_of,
    without,
)

TWO_SOURCES = Taken("source-list", "listed", (), {"sources": ["benefits", "subsidies"]})
SECOND = Item("i2", "intervention", "O1", {"department": "wonen", "subjects": []})
NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)
ADOPTED_NOW = tuple(replace(one, at=NOON) if one.key == "adopt-plan" else one for one in BASE)
WEIGHED_BEFORE = Notice("deferred", TODAY, NOON)
DEFERRED_LONG_AGO = Notice("deferred", TODAY - timedelta(days=1))

HE_ADOPTS = Taken("answer-plan", "adopts", ("politie",))

# Condition, decision, outcome, and what is otherwise so that it does not hold.
TOLD_ALREADY = (*BASE, CHECKED_ITEM_2, GIVEN_OUT, WRONG, Taken("set-right", "told", ("item-2", "wonen")))
TOLD_TOMORROW = replace(TOLD_ALREADY[-1], fields={"toldOn": (TODAY + timedelta(days=1)).isoformat()})
CONFIRMED = Taken("set-right", "confirmed", ("item-2", "wonen"))
HAD_BY_A_PAPER: dict[str, Any] = {
    "items": (*KNOWN.items, Item("p1", "paper", "report", {"items": ["report", "item-2"]})),
    "right_before": (replace(WRONG, on=TODAY),),
}
BROKEN: list[tuple[str, str, str, dict[str, Any]]] = [
    *of_requests.BROKEN,
    ("every-source-checked", "check-1-done", "some", {"decisions": (TWO_SOURCES, APPROVED)}),
    (
        "some-source-approved",
        "check-1-done",
        "some",
        {"decisions": (SOURCE_LIST, Taken("check-1", "refused", ("benefits",)))},
    ),
    ("no-source-approved", "check-1-done", "all-refused", {"decisions": (SOURCE_LIST, APPROVED)}),
    ("consulted-is-recorded", "weging-1", "suspicion", {"items": KNOWN.items}),
    ("question-open", "answer", "hit", {"decisions": BASE}),
    ("every-source-answered", "hit-check-done", "no-hit", {"decisions": (SOURCE_LIST, APPROVED)}),
    ("every-source-answered", "hit-check-done", "hits", {"items": KNOWN.items[:2]}),
    ("some-hit", "hit-check-done", "hits", {"decisions": (SOURCE_LIST, APPROVED, Taken("answer", "no-hit", ("q1",)))}),
    ("no-hit", "hit-check-done", "no-hit", {"decisions": BASE}),
    ("is-a-hit", "check-1b", "relevant", {"decisions": (SOURCE_LIST, APPROVED, Taken("answer", "no-hit", ("q1",)))}),
    ("every-hit-judged", "weging-4", "confirmed", {"decisions": without(RELEVANT)}),
    ("matrix-is-full", "check-2a-done", "complete", {"decisions": MATRIX[:1]}),
    ("matrix-is-full", "check-2a-done", "complete", {"decisions": ()}),
    ("department-may", "approach", "integral", {"decisions": (Taken("check-2a", "may", ("report", "politie")),)}),
    ("department-may", "approach", "integral", {"decisions": (Taken("check-2a", "may", ("report", "burgerzaken")),)}),
    ("department-may", "approach", "mono-municipality", {"decisions": ()}),
    ("riec-included", "riec-intake", "handed-in", {"decisions": (*BASE, RIEC_MAY)}),
    ("riec-not-asked", "riec-intake", "handed-in", {"decisions": (*MATRIX, RIEC_MAY, RIEC, HANDED_IN)}),
    ("riec-gets-something", "riec-intake", "handed-in", {"decisions": (*MATRIX, RIEC)}),
    ("riec-asked", "riec-answer", "accepted", {"decisions": (*MATRIX, RIEC)}),
    ("riec-has-a-question", "riec-supplement", "nothing", {"decisions": (*MATRIX, RIEC_MAY, RIEC)}),
    ("riec-may-have-these", "riec-supplement", "given", {"decisions": (*MATRIX, RIEC, HANDED_IN)}),
    ("adopts-what-is-new", "adopt-plan", "adopted", {"items": (*KNOWN.items, SECOND)}),
    ("subjects-have-a-record", "adopt-plan", "adopted", {"notices": {}}),
    (
        "is-what-was-proposed",
        "adopt-plan",
        "adopted",
        {"decisions": (*without(ADOPTED), replace(PROPOSED, about=("i2",)))},
    ),
    ("participants-adopted", "adopt-plan", "adopted", {"decisions": (*without(ADOPTED), PROPOSED, HE_ADOPTS)}),
    ("enough-partners-adopted", "adopt-plan", "adopted", {"decisions": without(ADOPTED)}),
    ("adopts-what-is-new", "propose-plan", "proposed", {"items": (*KNOWN.items, SECOND)}),
    ("partners-have-time", "propose-plan", "proposed", {"today": TODAY + timedelta(days=1)}),
    ("has-not-answered", "answer-plan", "adopts", {"decisions": (*without(ADOPTED), PROPOSED, HE_ADOPTS)}),
    ("was-adopted", "check-2b", "may", {"decisions": without(ADOPTED)}),
    ("every-intervention-checked", "check-2b-done", "complete", {"decisions": without(CHECKED_2B)}),
    ("checked-2b", "execution", "executed", {"decisions": without(CHECKED_2B)}),
    ("not-executed", "execution", "executed", {"decisions": (*BASE, EXECUTED)}),
    ("letter-was-made", "notice-sent", "sent", {"items": ()}),
    ("notice-was-sent", "notice-undeliverable", "in-person", {"decisions": BASE}),
    ("informed-at-execution", "execution", "executed", {"notices": {"S1": Notice("to-send")}}),
    ("informed-at-execution", "execution", "executed", {"notices": {"S1": DEFERRED_LONG_AGO}}),
    ("deferral-weighed-anew", "execution", "executed", {"decisions": ADOPTED_NOW, "notices": {"S1": WEIGHED_BEFORE}}),
    ("every-intervention-done", "close", "closed", {"decisions": BASE}),
    ("everybody-informed-or-deferred", "close", "closed", {"notices": {"S1": Notice("open")}}),
    ("nothing-at-the-riec", "close", "closed", {"decisions": (*BASE, EXECUTED, HANDED_IN)}),
    (
        "nothing-at-the-riec",
        "close",
        "closed",
        {"decisions": (*BASE, EXECUTED, Taken("approach", "riec-and-local"))},
    ),
    ("allowed-in-2a", "check-2b", "may", {"decisions": tuple(one for one in BASE if one.about != ("item-2", "wonen"))}),
    ("informing-decided", "check-2a-done", "complete", {"notices": {"S1": Notice("open")}}),
    ("informing-decided", "check-2a-done", "complete", {"notices": {}}),
    ("nothing-adopted", "reweighing", "nobody", {"decisions": BASE}),
    ("nothing-adopted", "reweighing", "mono-police", {"decisions": BASE}),
    ("every-intervention-done", "riec-answer", "accepted-elsewhere", {"items": KNOWN.items}),
    ("adopts-what-is-new", "adopt-plan", "adopted", {"decisions": BASE}),
    ("is-no-handling", "rectify", "corrected", {"items": (*KNOWN.items[:1], Item("item-2", "child", "S1"))}),
    ("had-it", "set-right", "told", {"decisions": TOLD_ALREADY}),
    ("had-it", "set-right", "impossible", {"decisions": TOLD_ALREADY}),
    ("knows-of-it", "set-right", "confirmed", {"decisions": (*BASE, CHECKED_ITEM_2, GIVEN_OUT, WRONG)}),
    ("knows-of-it", "set-right", "confirmed", {"decisions": (*TOLD_ALREADY, CONFIRMED)}),
    ("confirmed-after-telling", "set-right", "confirmed", {"decisions": (*TOLD_ALREADY[:-1], TOLD_TOMORROW)}),
    ("everybody-set-right", "weging-4", "insufficient", HAD_BY_A_PAPER),
    ("everybody-set-right", "weging-3", "too-light", HAD_BY_A_PAPER),
    ("everybody-set-right", "no-signal", "double", HAD_BY_A_PAPER),
    (
        "everybody-set-right",
        "close",
        "closed",
        {"decisions": (*BASE, CHECKED_ITEM_2, GIVEN_OUT, WRONG, EXECUTED), "superseded": KNOWN.items[1:2]},
    ),
    ("granted-is-put-right", "carried-out", "done", {"decisions": BASE, "items": KNOWN.items, "superseded": ()}),
    (
        "what-stays-has-a-statement",
        "carried-out",
        "done",
        {"granted": {REQUEST: replace(GRANTED, things=("report", "person"))}},
    ),
    ("who-had-it-was-told", "carried-out", "done", {"decisions": (*BASE, CHECKED_ITEM_2, GIVEN_OUT, WRONG)}),
    ("everything-granted-is-done", "close", "closed", {"granted": {REQUEST: GRANTED}}),
    ("goes-to-a-representative", "notice-sent", "sent", {"items": (Item("child", "child", "S1", {"child": True}),)}),
    ("findings-judged", "close", "closed", {"quarantined": (IN_QUARANTINE,)}),
    ("riec-heard-out", "close", "closed", {"heard": frozenset({"asked"})}),
    ("riec-heard-out", "close", "closed", {"heard": frozenset({"answered"})}),
    *(
        ("riec-heard-out", "reweighing", outcome, {"heard": frozenset({"answered"})})
        for outcome in ("nobody", "mono-police")
    ),
    ("concerns-the-signal", "judge-finding", "accepted", {"objects": ()}),
    ("signal-has-begun", "duty", "defer", {"before": frozenset()}),
    ("signal-has-begun", "contact", "on", {"before": frozenset({"weging-1"})}),
    ("somebody-known", "duty", "inform", {"subjects": ()}),
    ("nobody-known", "duty", "nobody", {"subjects": ("S1",)}),
]


@pytest.mark.allowed(
    "R-F3.2",
    "R-F3.7",
    "R-20.3",
    "R-23.1",
    "R-25.1",
    "R-26.1",
    "R-26.2",
    "R-23.2",
    "R-21.6",
    "R-20.2",
    "R-18.4",
    "R-21.9",
)
@pytest.mark.refused(
    "R-F3.2",
    "R-F3.7",
    "R-20.3",
    "R-23.1",
    "R-25.1",
    "R-26.1",
    "R-26.2",
    "R-23.2",
    "R-21.6",
    "R-20.2",
    "R-18.4",
    "R-21.9",
)
@pytest.mark.parametrize(("condition", "key", "outcome", "otherwise"), BROKEN)
def test_a_condition_that_does_not_hold(condition: str, key: str, outcome: str, otherwise: dict[str, Any]) -> None:
    decision = MIDDEN_DELFLAND.decision(key)
    assert decision is not None
    answer = decision.outcome(outcome)
    assert answer is not None
    attempt, facts = complete(MIDDEN_DELFLAND, decision, answer, "oov"), facts_for(decision, answer)
    state = state_of(decision, answer)
    assert isinstance(judge(MIDDEN_DELFLAND, state, attempt, frozenset({"oov"}), facts), Allowed)
    judged = judge(MIDDEN_DELFLAND, state, attempt, frozenset({"oov"}), replace(facts, **otherwise))
    assert isinstance(judged, Refused)
    needs = {one.key: one for one in (*decision.needs, *answer.needs)}
    case = Case(replace(facts, **otherwise), attempt.about, attempt.fields, MIDDEN_DELFLAND.names)
    assert judged.faults[0].code == condition
    assert judged.faults[0].reason == needs[condition].missing(case)
    assert judged.faults[0].article == needs[condition].article


def test_every_condition_is_tried() -> None:
    dates = {"review-date", "monitoring-date", "ends-after-today", "names-what-is-needed", "list-was-read"}
    dates |= {"riec-criteria-answered", "answered-after-consulting"}
    # Of what is named, tried in test_rectifying.
    dates |= {"two-persons"}
    # Of what goes to the RIEC, tried in test_riec.
    dates |= {"riec-is-given-nothing", "riec-answer-taken-over"}
    # Of a request of a person, tried in test_requests_asked.
    dates |= {"text-was-gone-through", "withheld-review-date"}
    dates |= {"request-is-whole", "request-covers-it"}
    # Of who answers himself, tried in test_plan.
    dates |= {"department-answers-itself", "each-by-its-own-person"}
    # Of what is chosen, tried in test_entitled.
    dates |= {"names-a-task", "task-is-theirs", "basis-is-possible", "each-has-a-basis"}
    for decision in MIDDEN_DELFLAND.decisions:
        for one in (*decision.needs, *(need for outcome in decision.outcomes for need in outcome.needs)):
            if one.key.endswith(("-not-ahead", "-not-before")):
                dates.add(one.key)
            assert one.key in {case[0] for case in BROKEN} | dates, one.key


@pytest.mark.allowed("R-26.8", "R-16.3")
@pytest.mark.refused("R-26.8", "R-16.3", "R-26.6")
@pytest.mark.parametrize("review", ["2026-01-10", "2025-12-01", "2026-04-11", "ooit", None, 20260301, "20260301"])
def test_a_deferral_is_reviewed_within_three_months(review: str | None) -> None:
    decision = MIDDEN_DELFLAND.decision("duty")
    assert decision is not None
    defer = decision.outcome("defer")
    assert defer is not None
    good = complete(MIDDEN_DELFLAND, decision, defer)
    assert isinstance(judge(MIDDEN_DELFLAND, State.DUTY_OPEN, good, frozenset({"oov"}), KNOWN), Allowed)
    judged = judge(
        MIDDEN_DELFLAND,
        State.DUTY_OPEN,
        replace(good, fields=dict(good.fields) | {"reviewOn": review}),
        frozenset({"oov"}),
        KNOWN,
    )
    assert isinstance(judged, Refused)
    wrong: list[dict[str, Any]] = [
        {"grounds": []},
        {"grounds": ["k"]},
        {"necessity": " "},
        {"proportionality": ""},
        {"factors": None},
    ]
    for ground in wrong:
        made = replace(good, fields=dict(good.fields) | ground)
        assert isinstance(judge(MIDDEN_DELFLAND, State.DUTY_OPEN, made, frozenset({"oov"}), KNOWN), Refused)


@pytest.mark.refused("R-24.3")
def test_no_date_lies_in_the_future() -> None:
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    for decision in MIDDEN_DELFLAND.decisions:
        for outcome in decision.outcomes:
            for need in (*decision.needs, *outcome.needs):
                if not need.key.endswith("-not-ahead"):
                    continue
                name = need.key.removesuffix("-not-ahead")
                role = decision.who.roles[0]
                good = complete(MIDDEN_DELFLAND, decision, outcome, role)
                if name not in good.fields:
                    continue
                late = replace(good, fields=dict(good.fields) | {name: tomorrow})
                facts = facts_for(decision, outcome)
                judged = judge(MIDDEN_DELFLAND, state_of(decision, outcome), late, frozenset({role}), facts)
                assert isinstance(judged, Refused), (decision.key, name)
                assert judged.faults[0].field == f"fields.{name}"
                assert "in de toekomst" in judged.faults[0].reason


def test_decided_anew_replaces_what_was() -> None:
    again = Facts(TODAY, decisions=(Taken("check-1", "approved", ("a",)), Taken("check-1", "refused", ("a",))))
    assert [one.outcome for one in again.of("check-1")] == ["refused"]


def test_what_is_missing_is_named() -> None:
    """Not that a source has not answered, but which; not that somebody was not informed, but who."""
    sources = Taken("source-list", "listed", (), {"sources": ["benefits", "subsidies"]})
    both = tuple(Taken("check-1", "approved", (one,)) for one in ("benefits", "subsidies"))
    asked = (*KNOWN.items, Item("q2", "question", "S1", {"source": "subsidies"}))

    def reason(key: str, outcome: str, **otherwise: Any) -> str:
        decision = MIDDEN_DELFLAND.decision(key)
        assert decision is not None
        answer = decision.outcome(outcome)
        assert answer is not None
        attempt, facts = complete(MIDDEN_DELFLAND, decision, answer, "oov"), facts_for(decision, answer)
        judged = judge(
            MIDDEN_DELFLAND, state_of(decision, answer), attempt, frozenset({"oov"}), replace(facts, **otherwise)
        )
        assert isinstance(judged, Refused)
        return judged.faults[0].reason

    decisions = (sources, *both, Taken("answer", "hit", ("q1",)))
    assert reason("hit-check-done", "hits", decisions=decisions) == "nog niet bevraagd: Subsidies"
    assert reason("hit-check-done", "hits", decisions=decisions, items=asked) == "nog niet geantwoord: Subsidies"
    assert reason("check-1-done", "some", decisions=(sources, both[0])).endswith("nog niet besloten over: Subsidies")
    assert reason("close", "closed", notices={}).endswith("S1")
    assert reason("close", "closed", decisions=BASE).endswith("interventie i1")
    assert "De melding, met naam, adres en beroep zoals daarin genoemd voor Wonen" in reason(
        "check-2a-done", "complete", decisions=MATRIX[2:3]
    )


@pytest.mark.allowed("R-T.21")
@pytest.mark.refused("R-T.21")
def test_who_is_acted_on_while_informing_is_deferred_has_that_weighed_anew() -> None:
    """Before, a deferral of phase 2 covered whatever was planned afterwards."""
    execution = MIDDEN_DELFLAND.decision("execution")
    assert execution
    executed = execution.outcome("executed")
    assert executed

    def faults(notice: Notice) -> list[str]:
        facts = replace(KNOWN, decisions=ADOPTED_NOW, notices={"S1": notice})
        fields = {"executedOn": TODAY.isoformat(), "result": "Gesloten."}
        return [one.code for one in missing(MIDDEN_DELFLAND, execution, executed, facts, ("i1",), fields)]

    assert faults(WEIGHED_BEFORE) == faults(replace(WEIGHED_BEFORE, weighed_at=None)) == ["deferral-weighed-anew"]
    assert faults(replace(WEIGHED_BEFORE, weighed_at=NOON + timedelta(minutes=1))) == []
    assert faults(Notice("sent")) == [], "who was informed has nothing deferred"


POLICE_ASKED = {
    "askedBy": "politie",
    "askedWho": "de teamchef van de recherche",
    "askedOn": TODAY.isoformat(),
    "askedUntil": (TODAY + timedelta(days=60)).isoformat(),
    "askedOnPaper": False,
}


@pytest.mark.allowed("R-26.6")
@pytest.mark.refused("R-26.6")
@pytest.mark.parametrize(("key", "outcome"), [("duty", "defer"), ("review", "continue")])
def test_a_deferral_that_the_police_asked_for_says_who_when_until_when_and_whether_on_paper(
    key: str, outcome: str
) -> None:
    decision = MIDDEN_DELFLAND.decision(key)
    assert decision
    found = decision.outcome(outcome)
    assert found
    attempt = complete(MIDDEN_DELFLAND, decision, found)
    review = {"reviewOn": (TODAY + timedelta(days=60)).isoformat()}

    def judged(**fields: Any) -> list[str]:
        state = state_of(decision, found)
        given = replace(attempt, fields={**attempt.fields, **review, **fields})
        answer = judge(MIDDEN_DELFLAND, state, given, frozenset({"oov"}), facts_for(decision, found))
        return [one.code for one in answer.faults] if isinstance(answer, Refused) else []

    assert judged() == judged(**POLICE_ASKED) == []
    for name in POLICE_ASKED:
        assert judged(**{one: value for one, value in POLICE_ASKED.items() if one != name}) == ["request-is-whole"]
    early = (TODAY + timedelta(days=59)).isoformat()
    assert judged(**POLICE_ASKED | {"askedUntil": early}) == ["request-covers-it"], "it is looked at before it lapses"
    ahead = (TODAY + timedelta(days=1)).isoformat()
    assert judged(**POLICE_ASKED | {"askedOn": ahead}) == ["request-covers-it"]
    assert judged(**POLICE_ASKED | {"askedBy": "mijn buurman"}) == ["does-not-fit"]
