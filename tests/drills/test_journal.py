"""That a drill would see it: each way in which something can be lost or doubled, on figures that are made up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from deploy.cluster import replica
from deploy.drills.journal import Journal, Refusal, Waited, wrong
from deploy.drills.loss import BUDGETS, EVERYTHING, Killed

KEPT = (["S-1", "S-2"], [("S-1", "a"), ("S-2", "b")], ["S-1", "S-2"])


def acknowledged() -> Journal:
    return Journal(["S-1", "S-2"], {"S-1": "a", "S-2": None})


def test_what_is_there_once_is_right() -> None:
    assert wrong(acknowledged(), *KEPT) == []


@pytest.mark.parametrize(
    ("place", "more", "says"),
    [
        (0, ["S-1"], "S-1 is there 2 times"),
        (0, ["S-3"], "S-3 is there, and nobody was given it"),
        (1, [("S-1", "c")], "S-1 was decided 2 times"),
        (2, ["S-2"], "supervision was told of S-2 2 times"),
    ],
)
def test_what_is_doubled_is_seen(place: int, more: list[object], says: str) -> None:
    kept: list[list[object]] = [list(one) for one in KEPT]
    kept[place] += more
    assert any(says in one for one in wrong(acknowledged(), *kept))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("place", "says"),
    [
        (0, "report S-2 is lost"),
        (1, "the decision on S-2 is lost"),
        (2, "supervision was not told of the decision on S-2"),
    ],
)
def test_what_is_lost_is_seen(place: int, says: str) -> None:
    kept: list[list[object]] = [list(one) for one in KEPT]
    kept[place].pop()
    assert says in wrong(acknowledged(), *kept)  # type: ignore[arg-type]


def test_another_decision_than_the_acknowledged_one_is_a_loss() -> None:
    assert "the decision on S-1 is lost" in wrong(acknowledged(), KEPT[0], [("S-1", "x"), ("S-2", "b")], KEPT[2])


def test_a_number_that_two_were_given_is_seen() -> None:
    journal = acknowledged()
    journal.report("S-1")
    assert wrong(journal, *KEPT) == ["S-1 was given to two reports"]


def test_what_is_waited_for_counts_in_each_window_that_it_touches() -> None:
    journal = Journal(
        waits=[Waited("door", 0, 9), Waited("carried", 4, 5)], refusals=[Refusal("door", 5, "503", False)]
    )
    assert journal.longest("door", 8, 20) == 9
    assert journal.longest("door", 9, 20) == 0
    assert journal.longest("decision", 0, 20) == 0
    assert len(journal.refused_between("door", 5, 6)) == 1
    assert journal.refused_between("door", 6, 9) == []


def killed(name: str, seconds: float = 0, refused: int = 0, cut: int = 0, was: str = "") -> Killed:
    counts = {"door": refused, "carried": 0, "decision": 0}
    return Killed(name, was, {"door": 0, "carried": 0, "decision": seconds}, counts, cut, "")  # type: ignore[arg-type]


def test_the_door_refuses_nobody_but_while_postgresql_is_away() -> None:
    assert killed("nats-1", refused=1).faults == ["nats-1: the door refused 1 times"]
    assert killed("intake-1", refused=1).faults, "an answer that refuses is not a request that was cut off"
    assert killed("intake-1", refused=1, cut=1).faults == [], "it was under way at the one that was killed"
    assert killed("access-1", refused=1, cut=1).faults
    assert killed("postgres", refused=3).faults == []
    assert killed("postgres-1", refused=3, was="primary, running").faults == []
    lost = replica.Member("sync_standby", "streaming", 0)
    assert killed("postgres-1", refused=3, was=lost.said).faults, "its loss is nobody's outage"
    assert killed("etcd", refused=1).faults


def test_who_is_logged_in_is_not_asked_again_and_has_an_answer_but_from_who_is_killed() -> None:
    def seen(name: str, **visit: int) -> list[str]:
        return replace(killed(name), visit=cast(Any, visit)).faults

    assert {"portal-1", "portal-2"} <= {*EVERYTHING}
    assert seen("portal-1", **{"in": 20, "cut": 1, "away": 1}) == []
    assert seen("portal-1", out=1), "a process that dies takes no session along"
    assert seen("access-2", out=1)
    assert seen("portal-2", cut=2)
    assert seen("nats-1", cut=1)


def test_who_takes_over_late_is_named_with_his_budget() -> None:
    for part, budget in BUDGETS.items():
        name = next(one for one in EVERYTHING if one.partition("-")[0] == part)
        assert killed(name, seconds=budget).faults == []
        assert killed(name, seconds=budget + 0.1).faults
