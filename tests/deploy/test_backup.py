"""A backup of real parts, what it is restored to, and everything that is refused."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hvac
import pyrage
import pytest

from deploy.backup import databases, manifest, programs, take
from deploy.backup import installed as installation
from deploy.backup.keys import Identity, read
from deploy.backup.restore import restore
from deploy.backup.wrong import Asked, look
from deploy.embedded import parts
from deploy.embedded.home import Home, HouseError
from shared import tombstones
from shared.backups import MarkedBackups
from shared.openbao import LAST_TOMBSTONE, TOMBSTONE_NAMES, TOMBSTONES
from tests.deploy.backed_up import BackedUp, Story, a_story, at_work, copied, installed, running, told
from tests.house import until
from tests.parts import run_async
from tests.security.carve import carve

SAID: Callable[[str], None] = lambda _: None  # noqa: E731


story = pytest.fixture(scope="module")(a_story)


@pytest.mark.allowed("R-8.6", "R-9.12")
def test_what_was_there_is_there_again_and_what_was_destroyed_since_is_not(story: Story) -> None:
    house, home = story.house, story.house.empty("restored")
    assert any("keys were destroyed meanwhile" in one for one in house.said), "the first try was worth nothing"
    assert MarkedBackups(house.list).newest(datetime.now(UTC)) == story.made.manifest.snapshot_at, (
        "what an alert goes by"
    )
    done = restore(home, house.asked(story.made), SAID)
    assert (done.destructions, done.keys, done.unlocked) == (1, 1, 1)
    seal = bytes.fromhex(house.seal.read_text())
    found = carve(home.part("openbao"), seal)
    assert story.stays.key in found, "the attacker with disk and seal key finds what is there"
    assert story.destroyed.key not in found
    assert not any(one.name.startswith("approle-") for one in (home.path / "secrets").iterdir())
    with running(home) as (bao, restored):
        assert story.stays.opens(bao)
        assert not story.destroyed.opens(bao)
        assert story.moves.opens(bao), "its dossier is with who had it before: the restored sender has not sent it"
        assert not story.moved.opens(bao), "this one it has sent"
        names = bao.list(TOMBSTONE_NAMES)["data"]["keys"]
        noted = [bao.read(f"{TOMBSTONES}/{one}")["data"]["data"]["stones"] for one in names]
        assert [list(one) for one in noted] == [[story.destroyed.number]], (
            "where every service reads it before it serves"
        )
        assert bao.read(LAST_TOMBSTONE)["data"]["data"]["name"] in names
        with pytest.raises(hvac.exceptions.InvalidRequest):
            bao.auth.approle.login(**story.secret_id)
        leased = "SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname LIKE 'v-%'"
        assert run_async(restored.rows("postgres", leased)) == [], "nor has anybody of before a user of PostgreSQL"
    assert tombstones.read(home.tombstones).keys() == {story.destroyed.number}, "and the list goes on"


@pytest.mark.refused("R-9.12")
def test_that_there_is_no_list_has_to_be_said(story: Story) -> None:
    home = story.house.empty("without")
    words = [str(story.made.folder), "--key", str(story.made.key), "--seal-key", str(story.house.seal)]
    argv = [sys.executable, "-m", "deploy.embedded.cli", "restore", "--home", str(home.path), *words]
    ran = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "--without-destructions" in ran.stderr
    assert not home.path.exists()


def test_nothing_of_it_can_be_read_by_who_has_the_backups(story: Story) -> None:
    """Nor by who has the key too, without the seal key: what opens it is kept in three places."""
    folder, secret = story.made.folder, read(story.made.key).secret
    everything = b"".join(one.read_bytes() for one in folder.iterdir())
    for text in (b"S-00001-00000", b"signal_key", secret.encode(), story.house.home.secret("postgres").encode()):
        assert text not in everything
    opened = pyrage.decrypt((folder / take.HOUSE).read_bytes(), [pyrage.x25519.Identity.from_str(secret)])
    assert story.house.home.secret("postgres").encode() in opened
    seal = story.house.seal.read_text()
    assert seal.encode() not in opened
    assert b"openbao-seal-key" not in opened
    assert b"approle-" not in opened
    assert b"PRIVATE KEY" not in opened, (
        "the restored house has an authority of its own: certificates of before are strangers'"
    )


@pytest.mark.parametrize("who", ["openbao", "casework"])
def test_nobody_but_their_administrator_copies_the_databases(story: Story, who: str) -> None:
    """A service's credentials, or OpenBao's, and a certificate of the house: refused before any password is asked."""
    shown = story.house.home.tls(who)
    env = {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": str(shown.authorities), "PGPASSWORD": "x"}
    env |= {"PGSSLCERT": str(shown.certificate), "PGSSLKEY": str(shown.key)}
    argv = [str(programs.postgres_tool("pg_basebackup")), "-D", "-", "-Ft", "-X", "none", "-w", "-h", "127.0.0.1"]
    argv += ["-p", str(story.house.parts.postgres.port), "-U", who]
    ran = subprocess.run(argv, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode != 0
    assert "no pg_hba.conf entry for replication connection" in ran.stderr


def test_what_does_not_start_leaves_nothing_and_says_what_the_part_said(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = story.house.empty("fails")
    monkeypatch.setattr(parts, "bao_program", lambda: "/bin/false")
    with pytest.raises(HouseError, match="openbao stopped while starting"):
        restore(home, story.house.asked(story.made), SAID)
    assert not home.path.exists()
    assert not home.path.with_name("fails.restoring").exists()


@pytest.mark.allowed("R-8.6", "R-9.12")
@pytest.mark.refused("R-8.6", "R-9.12")
def test_where_the_parts_are_addresses_it_is_the_same_in_two_steps(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backup by the command, as a Job has it; a PostgreSQL and an OpenBao that somebody else starts; and no service of before gets in."""
    house, late = story.house, story.house.signal("S-00009-00000")
    stones = Path(shutil.copytree(house.list, tmp_path / "destructions"))
    env = told(house.home, house.parts.ports["openbao"], house.parts.postgres.port) | {"MELDPUNT_SNAPSHOT_DAYS": "14"}
    backup = [sys.executable, "-m", "deploy.embedded.cli", "backup", str(tmp_path / "backups"), "--installation"]
    backup += ["--keys", str(tmp_path / "keys")]
    refused = subprocess.run(backup, env=os.environ | env, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "MELDPUNT_TOMBSTONES" in refused.stderr
    subprocess.run(backup, env=os.environ | env | {"MELDPUNT_TOMBSTONES": str(stones)}, check=True)
    made = next(one for one in (tmp_path / "backups").iterdir() if one.is_dir())
    asked = Asked(made, next((tmp_path / "keys").glob("*.key")), (), stones)
    house.destroy(late)
    tombstones.append(stones, "retention-1", {late.number: datetime.now(UTC)})
    installation.unpack(asked, house.folder / "data", SAID)
    with installed(house, house.folder / "data") as (settings, restart):
        with at_work(settings), pytest.raises(HouseError, match="1 are at work in the databases"):
            installation.restore(asked, settings, SAID)
        with monkeypatch.context() as patch:
            patch.setattr(databases, "CLUSTER", "SELECT 'another' AS id")
            with pytest.raises(HouseError, match="does not have what was unpacked"):
                installation.restore(asked, settings, SAID)
        done = installation.restore(asked, settings, restart, 60)
        assert (done.destructions, done.keys) == (2, 1)
        bao = settings.openbao()
        assert story.stays.opens(bao)
        assert not late.opens(bao)
        with pytest.raises(hvac.exceptions.InvalidRequest):
            bao.auth.approle.login(**story.secret_id)


# --- what is refused ---------------------------------------------------------------------------------


def refusal(house: BackedUp, asked: Asked, now: datetime | None = None, home: Home | None = None) -> str:
    target = home or house.empty("refused")
    with pytest.raises(HouseError) as caught:
        look(target, asked, now)
    assert home or not target.path.exists()
    return str(caught.value)


@pytest.mark.refused("R-8.6")
def test_everything_that_is_wrong_is_said_at_once(story: Story, tmp_path: Path) -> None:
    house = story.house
    spoiled = copied(story.made, tmp_path / "spoiled")
    with (spoiled / take.POSTGRES).open("r+b") as stream:
        stream.seek(5000)
        stream.write(b"other")
    (spoiled / take.OPENBAO).unlink()
    other = Identity("another", datetime.now(UTC) + timedelta(days=1), str(pyrage.x25519.Identity.generate()))
    other.write(tmp_path)
    seal = tmp_path / "seal"
    seal.write_text("0" * 64)
    old = tmp_path / "old"
    old.mkdir()
    home = house.empty("full")
    home.path.mkdir()
    (home.path / "something").touch()
    said = refusal(house, Asked(spoiled, tmp_path / "another.key", [seal], old), home=home)
    for one in (
        "is not empty",
        f"{take.POSTGRES} is damaged",
        f"{take.OPENBAO} is missing",
        "is the key of another backup, another",
        "is not the seal key",
        "openbao-seal-key is missing",
        "older than the backup",
    ):
        assert one in said
    assert len(said.splitlines()) == 8


def test_a_manifest_is_believed_for_who_had_the_key(story: Story, tmp_path: Path) -> None:
    """Whoever can write where backups lie knows to which key they are sealed: he could seal something of his own."""
    forged = copied(story.made, tmp_path / "forged")
    file = forged / manifest.FILE
    with (forged / take.HOUSE).open("wb") as stream:
        stream.write(pyrage.encrypt(b"mine", [pyrage.x25519.Recipient.from_str(story.made.manifest.recipient)]))
    whole = json.loads(file.read_text())
    one = manifest.part_of(forged / take.HOUSE)
    whole["manifest"]["parts"][2] = {"name": one.name, "bytes": one.bytes, "sha256": one.sha256}
    file.write_text(json.dumps(whole))
    said = refusal(story.house, replace(story.house.asked(story.made), backup=forged))
    assert said.splitlines()[1:] == ["· the manifest was changed, or made by somebody who did not have the key"]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"manifest": {}}', '{"manifest": 1, "mac": 2}', "[" * 30_000], ids=lambda text: str(len(text))
)
def test_a_manifest_that_is_none_is_said(story: Story, tmp_path: Path, text: str) -> None:
    broken = copied(story.made, tmp_path / "broken")
    (broken / manifest.FILE).write_text(text)
    assert "manifest.json cannot be read" in refusal(story.house, replace(story.house.asked(story.made), backup=broken))


@pytest.mark.refused("R-8.6")
def test_one_that_is_too_old_or_is_opened_for_longer_than_was_promised(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, ends = story.house.asked(story.made), story.made.manifest.ends_at
    assert look(story.house.empty("fits"), asked, ends - timedelta(seconds=1)).manifest == story.made.manifest
    assert "it is too old" in refusal(story.house, asked, ends)
    monkeypatch.setenv("MELDPUNT_SNAPSHOT_DAYS", "13")
    assert "for 14 days, and declarations of destruction promise that no copy is opened after 13" in refusal(
        story.house, asked
    )


def without_lines(folder: Path) -> None:
    next(folder.glob("destroyed-*")).write_text("")


def with_a_torn_line(folder: Path) -> None:
    with next(folder.glob("destroyed-*")).open("a") as stream:
        stream.write('{"number": "S-')


@pytest.mark.refused("R-9.12")
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / "backups.jsonl").unlink(), "older than the backup, or of another house"),
        (
            lambda folder: (folder / "backups.jsonl").write_text("[1]\n{}\nx"),
            "older than the backup, or of another house",
        ),
        (with_a_torn_line, "line 2 of .* cannot be read"),
        (shutil.rmtree, "is to be the folder with the list of destructions"),
    ],
)
def test_a_list_that_does_not_know_the_backup_or_cannot_be_read(
    story: Story, tmp_path: Path, spoil: Callable[[Path], None], says: str
) -> None:
    folder = Path(shutil.copytree(story.house.list, tmp_path / "list"))
    spoil(folder)
    assert re.search(says, refusal(story.house, replace(story.house.asked(story.made), destructions=folder)))


@pytest.mark.refused("R-9.12")
def test_a_list_that_became_shorter(story: Story, tmp_path: Path) -> None:
    """A second backup, made when the list had a line; in the copy that line is gone."""
    folder = Path(shutil.copytree(story.house.list, tmp_path / "list"))
    line = {"backup": story.made.manifest.name, "lines": {"destroyed-retention-1.jsonl": 1}}
    (folder / "backups.jsonl").write_text(json.dumps(line) + "\n")
    asked = replace(story.house.asked(story.made), destructions=folder)
    look(story.house.empty("fits"), asked)
    without_lines(folder)
    assert "has fewer lines than when the backup was made: 0 of 1" in refusal(story.house, asked)


@pytest.mark.refused("R-8.6")
def test_one_that_is_killed_half_way_leaves_no_house_and_the_next_says_what_to_do(story: Story) -> None:
    home = story.house.empty("killed")
    asked = story.house.asked(story.made)
    argv = [sys.executable, "-m", "deploy.embedded.cli", "restore", "--home", str(home.path), str(asked.backup)]
    argv += ["--key", str(asked.key), "--seal-key", str(story.house.seal), "--destructions", str(story.house.list)]
    left = home.path.with_name("killed.restoring")
    with subprocess.Popen(argv, stderr=subprocess.DEVNULL) as process:
        # While it unpacks: no part runs yet.
        until(lambda: (left / "restore.json").exists(), every=0.005)
        process.send_signal(signal.SIGKILL)
    assert not home.path.exists()
    assert "an earlier restore was cut off" in refusal(story.house, asked, home=home)
    shutil.rmtree(left)
    look(home, asked)
