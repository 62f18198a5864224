"""Which questions can follow one another, from the law alone: what is supposed, and where it ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.engine.drafts import OF_A_RECORD
from shared.engine.following import MOST_STEPS, Following, following
from shared.engine.given import Open
from shared.engine.tables import MeetingRow
from shared.protocol.model import State
from shared.protocol.open_now import Offered, Recordable
from shared.protocol.states import PHASE_OF
from tests.protocol.laws import LAWS, MIDDEN_DELFLAND
from tests.protocol.signals import ALONE, APPROVED, KNOWN, PROPOSED, SOURCE_LIST

EMPTY = replace(KNOWN, decisions=(), items=(), meetings={})
OF_THE_FILE = frozenset(MIDDEN_DELFLAND.file_roles)


def lot(number: str = "M-1") -> MeetingRow:
    return MeetingRow(
        id=number, version=1, kind="LOT", chair="anna", held_on=KNOWN.today, members=[], present=[], agenda=[]
    )


def follow(state: State, *given: tuple[str, str], roles: frozenset[str] = OF_THE_FILE, **otherwise: Any) -> Following:
    facts = otherwise.pop("facts", EMPTY)
    return following(Open(1, state, MIDDEN_DELFLAND, facts=facts, **otherwise), roles, given)


def keys(found: Following) -> list[tuple[str, str]]:
    return [
        (one.asks.rule.key, one.answer) if isinstance(one.asks, Offered) else (OF_A_RECORD, one.asks.category.key)
        for one in found.places
    ]


def test_the_questions_of_phase_1_follow_one_another_up_to_the_lot() -> None:
    found = follow(State.RECEIVED)
    wanted = [("purpose", "set"), ("weging-1", "suspicion"), ("weging-2a", "task"), ("weging-2b", "inside")]
    assert keys(found) == wanted
    assert "eerst een LOT" in found.ends
    assert [one.state for one in found.places] == [State.RECEIVED, State.WEGING_1, State.WEGING_2A, State.WEGING_2B]


def test_what_is_shared_is_answered_alone() -> None:
    assert "leest u eerst na" in follow(State.WEGING_1).places[0].alone["no-suspicion"]
    refused = follow(State.WEGING_1, ("weging-1", "no-suspicion"))
    assert (refused.places, refused.ends) == ((), "Dit antwoord volgt niet op het vorige.")


def test_what_is_asked_of_each_source_can_name_every_source_that_may_be_listed() -> None:
    found = follow(State.SOURCE_LIST)
    assert keys(found) == [("source-list", "listed"), ("check-1", "approved"), ("check-1-done", "some")]
    check = found.places[1].asks
    assert isinstance(check, Offered)
    assert check.about[0] == tuple(MIDDEN_DELFLAND.choices.closed_sources)
    assert "wacht het op een ander" in found.ends, "who keeps a source answers first"


def test_what_comes_first_is_asked_before_what_leads_on() -> None:
    answered = replace(
        KNOWN, decisions=tuple(one for one in KNOWN.decisions if one.key in ("source-list", "check-1", "answer"))
    )
    found = follow(State.HIT_CHECK, facts=answered)
    assert keys(found) == [("hit-check-done", "hits"), ("check-1b", "relevant"), ("weging-4", "confirmed")]
    assert "volgende fase" in found.ends
    records = {one.category.key for one in found.places[2].records}
    assert "horeca-permits" in records


def test_an_answer_changes_what_follows() -> None:
    checked = replace(EMPTY, decisions=(SOURCE_LIST,))
    assert keys(follow(State.CHECK_1, facts=checked))[:2] == [("check-1", "approved"), ("check-1-done", "some")]
    refused = follow(State.CHECK_1, ("check-1", "refused"), facts=checked)
    assert keys(refused)[0] == ("check-1", "refused")
    assert ("check-1-done", "some") not in keys(refused)
    done = follow(State.CHECK_1, ("check-1-done", "some"), facts=replace(EMPTY, decisions=(SOURCE_LIST, APPROVED)))
    assert keys(done)[0] == ("check-1-done", "some")


def test_a_record_stands_between_and_can_be_named_after_it() -> None:
    alone = replace(EMPTY, decisions=(ALONE,))
    found = follow(State.PLAN, facts=alone)
    assert keys(found) == [(OF_A_RECORD, "intervention"), ("adopt-plan", "adopted")]
    adopt = found.places[1].asks
    assert isinstance(adopt, Offered)
    assert adopt.about[0] == ("step-1",)


def test_a_plan_that_goes_to_who_adopted_it_is_read_first() -> None:
    found = follow(State.PLAN, facts=replace(KNOWN, decisions=(ALONE, PROPOSED)))
    assert "leest u eerst na" in found.ends


def test_a_question_and_a_paper_are_no_step_others_read_them() -> None:
    for state, category in ((State.HIT_CHECK, "question"), (State.APPROACH, "paper")):
        assert follow(state, (OF_A_RECORD, category), facts=KNOWN).places == ()


def test_a_meeting_decides_once() -> None:
    one = follow(State.APPROACH, ("approach", "mono-municipality"), facts=KNOWN, meetings=(lot(),))
    assert keys(one)[0] == ("approach", "mono-municipality")
    assert follow(State.APPROACH, facts=KNOWN, meetings=(lot(),), used=frozenset({"M-1"})).places == ()


def test_who_does_not_decide_it_is_not_led_there() -> None:
    found = follow(State.RECEIVED, roles=frozenset({"fg"}))
    assert found.places == ()
    assert "hierover besluit" in found.ends


def test_nothing_follows_where_nothing_is_decided() -> None:
    assert following(Open(1, State.SEALED, MIDDEN_DELFLAND), OF_THE_FILE).places == ()


@pytest.mark.parametrize("version", LAWS.versions)
@pytest.mark.parametrize("facts", [EMPTY, KNOWN], ids=["empty", "known"])
def test_from_everywhere_it_ends_and_says_why(version: str, facts: Any) -> None:
    """Also along every answer that can be given, and everything that can be recorded."""
    law = LAWS.of(version)
    for state in PHASE_OF:
        at = Open(1, state, law, facts=facts, meetings=(lot(), lot("M-2")))
        usual = following(at, frozenset(law.file_roles))
        assert usual.ends
        assert len(usual.places) <= MOST_STEPS
        for place in usual.places[:1]:
            assert isinstance(place.asks, Offered | Recordable)
            for outcome in place.asks.rule.outcomes_in(state) if isinstance(place.asks, Offered) else ():
                given = [(place.asks.rule.key, outcome.key)] if isinstance(place.asks, Offered) else []
                assert following(at, frozenset(law.file_roles), given).ends
            for one in place.records:
                assert following(at, frozenset(law.file_roles), [(OF_A_RECORD, one.category.key)]).places
