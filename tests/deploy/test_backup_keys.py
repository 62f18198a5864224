"""The end of a backup is the end of its key, and it comes before any declaration of destruction counts on it."""

from __future__ import annotations

import argparse
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
import pytest

from deploy.backup import promised
from deploy.backup.command import backup
from deploy.backup.keys import GRACE, RECORD, Identity, expire, read
from deploy.backup.manifest import Manifest
from deploy.embedded.home import Home, HouseError
from services.retention.domain import last_copies
from shared.clock import calendar_date

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def an_identity(name: str, ends_at: datetime) -> Identity:
    return Identity(name, ends_at, str(pyrage.x25519.Identity.generate()))


@pytest.mark.allowed("R-8.6")
def test_a_key_is_destroyed_when_its_time_has_come_and_not_before(tmp_path: Path) -> None:
    due, young = an_identity("due", NOON), an_identity("young", NOON + timedelta(seconds=1))
    files = [one.write(tmp_path) for one in (due, young)]
    assert read(files[0]) == due
    blocks = tmp_path / "blocks"
    blocks.hardlink_to(files[0])
    assert [one.backup for one in expire(tmp_path, NOON)] == ["due"]
    assert not files[0].exists()
    assert files[1].exists()
    assert not any(blocks.read_bytes()), "what lies in its place on the disk is not the key"
    line = json.loads((tmp_path / RECORD).read_text())
    assert line == {"backup": "due", "endedAt": NOON.isoformat(), "destroyedAt": NOON.isoformat()}
    assert expire(tmp_path, NOON) == []


@pytest.mark.refused("R-8.6")
def test_a_key_that_went_late_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    an_identity("late", datetime.now(UTC) - timedelta(days=3)).write(tmp_path)
    asked = argparse.Namespace(folder=None, keys=tmp_path, days=None, expire=True, installation=False)
    assert backup(Home(tmp_path / "none"), asked) == 1
    assert "3 DAYS LATE" in capsys.readouterr().err
    assert backup(Home(tmp_path / "none"), asked) == 0


def test_what_is_no_key_is_said_and_the_others_go(tmp_path: Path) -> None:
    an_identity("a", NOON).write(tmp_path)
    (tmp_path / "b.key").write_text("AGE-SECRET-KEY-1")
    an_identity("c", NOON).write(tmp_path)
    with pytest.raises(HouseError, match=re.escape("b.key is no key of a backup")):
        expire(tmp_path, NOON)
    assert [one.name for one in tmp_path.glob("*.key")] == ["b.key"]


@pytest.mark.allowed("R-9.12")
@pytest.mark.parametrize("days", [1, 14])
def test_no_declaration_names_a_day_on_which_a_backup_of_before_is_still_opened(days: int) -> None:
    """For each hour at which it is made, and each day of a destruction since: the day that the declaration names comes after its end, also
    when its key went as late as nobody calls late."""
    for hour in range(24):
        made = NOON + timedelta(hours=hour)
        one = Manifest("x", made, made, days, "", {}, {}, ())
        for later in range(20):
            on = calendar_date(made + timedelta(days=later))
            counted = last_copies(on, compaction_days=1, kept_days=days)
            assert calendar_date(one.ends_at + GRACE) < counted.unrecoverable_from


@pytest.mark.refused("R-8.6")
def test_a_backup_that_would_be_opened_for_longer_or_beside_its_key_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(promised.SETTING, "7")
    asked = argparse.Namespace(
        folder=tmp_path / "b", keys=tmp_path / "b" / "keys", days=8, expire=False, installation=False
    )
    with pytest.raises(HouseError) as caught:
        backup(Home(tmp_path / "none"), asked)
    assert "are one place" in str(caught.value)
    assert "--days is from 1 to 7" in str(caught.value)
    assert promised.snapshot_days({"snapshotDays": 3}) == 3, "a running house says what it promises"
    with pytest.raises(HouseError, match="no house is running"):
        backup(
            Home(tmp_path / "none"),
            argparse.Namespace(folder=tmp_path / "b", keys=tmp_path / "k", days=7, expire=False, installation=False),
        )


@pytest.mark.refused("R-8.6")
@pytest.mark.parametrize("said", [{}, {promised.SETTING: ""}], ids=["nothing", "empty"])
def test_where_nobody_can_be_asked_what_is_promised_it_has_to_be_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: dict[str, str]
) -> None:
    monkeypatch.delenv(promised.SETTING, raising=False)
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    asked = argparse.Namespace(folder=tmp_path / "b", keys=tmp_path / "k", days=7, expire=False, installation=True)
    with pytest.raises(HouseError, match=f"say in {promised.SETTING} what retention has"):
        backup(Home(tmp_path / "none"), asked)
    assert not (tmp_path / "b").exists()
    # To destroy a key whose time has come nothing is promised.
    argued = vars(asked) | {"folder": None, "expire": True, "days": None}
    assert backup(Home(tmp_path / "none"), argparse.Namespace(**argued)) == 0
