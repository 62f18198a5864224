"""What has to be there after a loss, on figures that are made up: all of before the backup, and of later whatever was in time."""

from __future__ import annotations

from deploy.drills.journal import Journal, wrong
from deploy.drills.restore import after_a_loss

BEFORE = Journal(["S-1", "S-2"], {"S-1": "a"})
ALL = Journal(["S-1", "S-2", "S-3", "S-4"], {"S-1": "a", "S-2": "b", "S-3": "c"})
"""S-2 was decided, S-3 and S-4 reported, while and after the backup was made."""


def found(dossiers: list[str], decided: list[tuple[str, str]], told: list[str]) -> list[str]:
    expected = after_a_loss(BEFORE, ALL, dossiers, (number for number, _ in decided))
    return wrong(expected, dossiers, decided, told)


def test_what_came_after_the_backup_may_be_lost_or_be_there_once() -> None:
    assert found(["S-1", "S-2"], [("S-1", "a")], ["S-1"]) == []
    assert found(["S-1", "S-2", "S-3"], [("S-1", "a"), ("S-2", "b")], ["S-1", "S-2"]) == []


def test_what_came_before_may_be_neither_lost_nor_doubled() -> None:
    assert found(["S-1"], [("S-1", "a")], ["S-1"]) == ["report S-2 is lost"]
    assert "the decision on S-1 is lost" in found(["S-1", "S-2"], [], [])
    assert found(["S-1", "S-2", "S-2"], [("S-1", "a")], ["S-1"]) == ["report S-2 is there 2 times"]


def test_what_is_there_of_later_is_not_doubled_and_supervision_knows_of_it() -> None:
    assert found(["S-1", "S-2", "S-3", "S-3"], [("S-1", "a")], ["S-1"]) == ["report S-3 is there 2 times"]
    assert found(["S-1", "S-2"], [("S-1", "a"), ("S-2", "b")], ["S-1"]) == [
        "supervision was not told of the decision on S-2"
    ]
    assert found(["S-1", "S-2", "S-9"], [("S-1", "a")], ["S-1"]) == ["S-9 is there, and nobody was given it"]
