"""What a drill does to the list of destructions it does to its own: who holds it may have named that of the machine's house."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.drills import place, rehearsals_of_age
from deploy.embedded.home import HouseError
from shared.backups import BACKUPS


def a_stage(folder: Path, tombstones: Path) -> Any:
    home = SimpleNamespace(path=folder / "house", state=lambda: {"tombstones": str(tombstones)})
    return SimpleNamespace(home=home, folder=folder / "control")


def test_the_list_of_another_house_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / BACKUPS).write_text("of another house\n")
    stage = a_stage(tmp_path, tmp_path)
    for step in (rehearsals_of_age.backed_up, rehearsals_of_age.no_backup):
        with pytest.raises(HouseError):
            step(stage)
    assert (tmp_path / BACKUPS).read_text() == "of another house\n"


def test_its_own_says_that_it_is_days_old(tmp_path: Path) -> None:
    own = tmp_path / "house" / "tombstones"
    own.mkdir(parents=True)
    stage = a_stage(tmp_path, own)
    rehearsals_of_age.backed_up(stage)
    names = rehearsals_of_age.no_backup(stage)
    assert set(names) == {"LIST", "BACKUPS", "KEYS"}
    (line,) = (own / BACKUPS).read_text().splitlines()
    assert "of-days-ago" in line


def test_a_house_of_a_drill_has_its_list_in_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    monkeypatch.setenv("MELDPUNT_TOMBSTONES", str(tmp_path / "of-the-machine"))
    monkeypatch.setattr(place, "meldpunt", lambda _home, *words, more=None: told.append((words[0], more)))
    with place.Place(tmp_path, print).house() as home:
        pass
    assert [words for words, _ in told] == ["up", "down"]
    assert told[0][1]["MELDPUNT_TOMBSTONES"] == str(home.path / "tombstones")
