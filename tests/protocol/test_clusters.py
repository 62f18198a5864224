"""Several reports about one activity: what may be joined, what a decision for all of them is, and what leaves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.protocol.clusters import (
    MOST_MEMBERS,
    Member,
    borne_after,
    can_bear,
    deciding_faults,
    joining_faults,
    open_for_all,
    shared_faults,
    splitting_faults,
)
from shared.protocol.faults import Fault
from shared.protocol.judge import Attempt, AttemptPart
from shared.protocol.model import State
from shared.protocol.open_now import open_decisions
from shared.protocol.passing_on import Forwarding
from tests.protocol.laws import MIDDEN_DELFLAND
from tests.protocol.signals import KNOWN

BARN, SHED, GARAGE = (Member(number, State.WEGING_1) for number in ("S-1", "S-2", "S-3"))
IN = [replace(one, cluster="C-1") for one in (BARN, SHED, GARAGE)]
ALL = [one.number for one in IN]


def codes(found: list[Fault]) -> list[tuple[str, str]]:
    return [(one.field, one.code) for one in found]


@pytest.mark.allowed("R-D.13")
def test_what_is_in_hand_in_one_state_is_joined_and_another_comes_to_it() -> None:
    assert joining_faults([BARN, SHED], [], "Eén schuur.") == []
    assert joining_faults([*IN[:2], GARAGE], ALL[:2], "Eén schuur.") == []


@pytest.mark.refused("R-D.13")
def test_what_cannot_be_joined_is_named_for_each() -> None:
    def joined(*named: Member, of: tuple[str, ...] = (), reason: str = "Eén schuur.") -> list[tuple[str, str]]:
        return codes(joining_faults(named, of, reason))

    assert joined(BARN, SHED, reason=" ") == [("reason", "no-reason")]
    assert joined(BARN) == [("members", "too-few")]
    assert joined(BARN, BARN) == [("members.1", "named-twice"), ("members", "too-few")]
    assert joined(BARN, Member("S-9")) == [("members.1", "not-here")], (
        "closed to him, elsewhere, destroyed: all the same"
    )
    assert joined(BARN, replace(SHED, state=State.WEGING_2A)) == [("members.1", "not-one-state")]
    assert joined(BARN, replace(SHED, waits=True)) == [("members.1", "proposal-waits")]
    assert joined(*IN[:2], replace(GARAGE, cluster="C-2"), of=("S-1", "S-2")) == [("members.2", "other-cluster")]
    assert joined(IN[0], GARAGE, of=("S-1", "S-2")) == [("members", "not-all")]
    many = [replace(BARN, number=f"S-{place}") for place in range(MOST_MEMBERS + 1)]
    assert joined(*many) == [("members", "too-many")]
    for state in (State.ENDED, State.CLOSED, State.LISTED, State.DUTY_OPEN):
        named = [replace(one, state=state) for one in (BARN, SHED)]
        assert joined(*named) == [("members.0", "not-in-hand"), ("members.1", "not-in-hand")]


@pytest.mark.allowed("R-D.13")
def test_one_leaves_and_so_do_all_and_one_may_stay_behind() -> None:
    assert splitting_faults(IN[:1], "C-1", "Een andere schuur.") == []
    assert splitting_faults(IN, "C-1", "Drie schuren.") == []
    assert splitting_faults(IN[:2], "C-1", "Alleen deze twee mag ik zien.") == []


@pytest.mark.refused("R-D.13")
def test_who_is_no_member_does_not_leave() -> None:
    assert codes(splitting_faults(IN[:1], "C-1", "")) == [("reason", "no-reason")]
    assert codes(splitting_faults([IN[0], BARN], "C-1", "Nee.")) == [
        ("members.1", "named-twice"),
        ("members.1", "not-a-member"),
    ]


ITEM_4 = Attempt("check-2a", "may", "Nodig.", {"task": "taak-politie"}, about=("item-4", "politie"))
ON = Forwarding("partner", "douane", ("report",))


@pytest.mark.allowed("R-D.14")
def test_what_is_the_same_in_every_signal_is_decided_for_all() -> None:
    for one in (
        replace(ITEM_4, about=("report", "politie")),
        Attempt("check-1", "approved", "Ja.", {}, about=("bag",)),
    ):
        assert shared_faults(MIDDEN_DELFLAND, one) == []
    assert shared_faults(MIDDEN_DELFLAND, Attempt("weging-2a", "no-task", "Nee.", {}, forwarding=ON)) == []


@pytest.mark.refused("R-D.14")
def test_what_is_numbered_in_each_signal_is_decided_for_that_one() -> None:
    def wrong(attempt: Attempt) -> list[tuple[str, str]]:
        return codes(shared_faults(MIDDEN_DELFLAND, attempt))

    assert wrong(ITEM_4) == [("about", "of-one-signal")]
    parts = (AttemptPart((("report", "item-4"), ("politie",)), "may", "Nodig.", {}),)
    assert wrong(replace(ITEM_4, about=(), parts=parts)) == [("about", "of-one-signal")]
    assert wrong(Attempt("not-concerned", "taken-out", "Nee.", {}, about=("S1",))) == [("about", "of-one-signal")]
    item, person = replace(ON, items=("report", "item-4")), replace(ON, concerning=("S1",))
    for given, field in ((item, "forwarding.items"), (person, "forwarding.concerning")):
        assert wrong(Attempt("weging-2a", "no-task", "Nee.", {}, forwarding=given)) == [(field, "of-one-signal")]
    fields = {"concerning": ["S1"]}
    assert wrong(Attempt("approach", "integral", "Samen.", fields)) == [("fields.concerning", "of-one-signal")]


@pytest.mark.allowed("R-D.14")
def test_a_decision_for_all_can_be_different_for_one() -> None:
    assert deciding_faults(IN, "C-1", ALL, [None, None, None]) == []
    assert deciding_faults(IN, "C-1", ALL, [None, "Hier stond niets.", None]) == []


@pytest.mark.refused("R-D.14")
def test_a_decision_for_a_cluster_names_all_of_it_and_why_one_is_different() -> None:
    def decided(*named: Member, own: tuple[str | None, ...] = ()) -> list[tuple[str, str]]:
        return codes(deciding_faults(named, "C-1", ALL, own or [None for _ in named]))

    assert decided(*IN[:2]) == [("members", "not-all")]
    assert decided(*IN[:2], GARAGE) == [("members.2", "not-a-member")]
    assert decided(*IN[:2], replace(IN[2], state=None)) == [("members.2", "not-here")]
    assert decided(*IN[:2], replace(IN[2], state=State.WEGING_2A)) == [("members.2", "not-one-state")]
    assert decided(*IN, own=(None, " ", None)) == [("members.1.own.reason", "no-own-reason")]
    assert decided(*IN, own=("Een.", "Twee.", "Drie.")) == [("members", "all-differ")]


def test_who_goes_another_way_by_a_decision_of_its_own_leaves() -> None:
    one, two = State.WEGING_1, State.WEGING_2A
    assert borne_after("C-1", one, two, "C-1") == "C-1", "all of them went"
    assert borne_after("C-1", one, two, None) is None
    assert borne_after("C-1", one, one, None) == "C-1", "decided by itself, and still where the others are"
    assert borne_after("C-1", one, two, "C-2") is None
    assert borne_after(None, one, two, None) is None
    assert borne_after("C-1", one, State.ENDED, "C-1") is None, "each ends by itself"
    assert not can_bear(State.SEALED)


def test_what_is_open_for_a_cluster_is_open_for_each() -> None:
    offered = open_decisions(MIDDEN_DELFLAND, State.WEGING_2A, KNOWN)
    nobody = replace(KNOWN, subjects=("S1",), objects=())
    less = open_decisions(MIDDEN_DELFLAND, State.WEGING_2A, nobody)
    both = open_for_all({"S-1": offered, "S-2": less})
    assert [one.rule.key for one in both] == [one.rule.key for one in offered]
    for all_of_it, mine in zip(both, less, strict=True):
        assert all_of_it.can_be_taken <= mine.can_be_taken
        assert all(words.startswith(("S-1: ", "S-2: ")) for words in all_of_it.missing)
        assert all(set(codes) <= set(own) for codes, own in zip(all_of_it.about, mine.about, strict=True))
    elsewhere = open_decisions(MIDDEN_DELFLAND, State.CHECK_2B, KNOWN)
    shared = {one.rule.key for one in offered} & {one.rule.key for one in elsewhere}
    assert {one.rule.key for one in open_for_all({"S-1": offered, "S-2": elsewhere})} == shared
    assert open_for_all({}) == ()
