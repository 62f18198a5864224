"""What has to be there after a loss, on figures that are made up: all of before the backup, and of later whatever was in time."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.backup.restore import as_its_own
from deploy.drills.journal import Journal, wrong
from deploy.drills.place import Place
from deploy.drills.restore import after_a_loss, run
from deploy.embedded.home import HouseError

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


def test_it_is_held_on_a_house_or_on_a_cluster(tmp_path: Path) -> None:
    with pytest.raises(HouseError, match="`--only cluster`"):
        run(Place(tmp_path, print, ("nats",)))
    assert not list(tmp_path.iterdir())


def test_a_postgresql_that_a_patroni_kept_waits_for_no_replica(tmp_path: Path) -> None:
    """Its own settings are those of before; what was never under one is left as it is."""
    kept, alone = tmp_path / "kept", tmp_path / "alone"
    for folder in (kept, alone):
        folder.mkdir()
        (folder / "postgresql.conf").write_text("own" if folder == alone else "synchronous_standby_names = 'other'")
    (kept / "postgresql.base.conf").write_text("own")
    (kept / "patroni.dynamic.json").write_text("{}")
    for folder in (kept, alone):
        as_its_own(folder)
        assert {one.name: one.read_text() for one in folder.iterdir()} == {"postgresql.conf": "own"}
