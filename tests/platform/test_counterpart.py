"""The example RIEC beside an embedded house has nothing of it but what is public (R-T.20)."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pyrage
import pytest

from deploy.embedded.home import Home
from deploy.embedded.riec import RECEIVER_KEYS, counterpart, exchange_keys
from deploy.riec_counterpart.desk import NotHere, RiecDesk
from deploy.riec_counterpart.keys import RIEC, OwnKeys
from shared.receivers import read_receivers
from tests.protocol.laws import MIDDEN_DELFLAND

KEYS = {"export": ["ZXhwb3J0"], "casework": ["Y2FzZXdvcms="]}


@pytest.mark.refused("R-T.20")
def test_it_is_given_no_right_and_no_secret_of_the_house(tmp_path: Path) -> None:
    home = Home(tmp_path / "huis")
    home.make()
    exchange_keys(home, KEYS)
    command = counterpart(home, 1, 2)
    assert command.bare
    assert command.env == {}
    assert not any(word in " ".join(command.argv) for word in ("secrets", "nats", "approle"))
    assert {one.name for one in home.riec.iterdir()} == {
        "age.txt",
        "signing.json",
        "municipality-keys.json",
        "desk-secret",
    }
    assert all(stat.S_IMODE(one.stat().st_mode) == 0o600 for one in home.riec.iterdir())
    assert json.loads((home.riec / "municipality-keys.json").read_text()) == {"export": KEYS["export"]}
    # And the house has nothing of it but the public halves.
    given = home.secret_file(RECEIVER_KEYS).read_text()
    assert "SECRET" not in given
    assert json.loads((home.riec / "signing.json").read_text())["d"] not in given


@pytest.mark.allowed("R-T.20")
def test_its_keys_are_made_once_and_are_accepted_as_a_file_of_receivers(tmp_path: Path) -> None:
    home = Home(tmp_path / "huis")
    home.make()
    for _ in range(2):
        exchange_keys(home, KEYS)
    receiver = read_receivers(home.secret_file(RECEIVER_KEYS), MIDDEN_DELFLAND).of(RIEC)
    assert OwnKeys.of(home.riec).opened(receiver.sealed(b"inhoud")) == b"inhoud"
    with pytest.raises(pyrage.DecryptError):
        OwnKeys.of(tmp_path / "vreemd").opened(receiver.sealed(b"inhoud"))


@pytest.mark.refused("R-T.20")
def test_it_answers_nothing_that_it_has_not_opened_and_checked(tmp_path: Path) -> None:
    """With the link alone, by one of the two ways, it has nothing."""
    desk = RiecDesk(OwnKeys.of(tmp_path / "riec"), "http://127.0.0.1:9", tmp_path / "geen.json")
    desk.by_mail("pakket", "x" * 43)
    assert not desk.cases["pakket"].told()["received"]
    for package in ("pakket", "onbekend"):
        with pytest.raises(NotHere):
            desk.answers(package, "accepted", "2026-11-28")
