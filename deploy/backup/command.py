"""`meldpunt backup` and `meldpunt restore`: what they are told, and what they say."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.backup.keys import expire
from deploy.backup.promised import SETTING, snapshot_days
from deploy.backup.source import Source, of_house, of_installation, told
from deploy.cluster.home import ClusterHome, of_its_own
from deploy.embedded.ending import console
from deploy.embedded.home import Home, HouseError, default_home
from deploy.installation import UsersSettings

if TYPE_CHECKING:
    from deploy.backup.restore import Restored
    from deploy.backup.wrong import Asked


def backup(home: Home, arguments: argparse.Namespace) -> int:
    """1 when a key was destroyed later than was promised. Raises HouseError."""
    _leave_nothing()
    folder, keys = arguments.folder, arguments.keys
    problems = []
    if keys is None:
        problems.append("say where the keys of backups lie, apart from the backups: --keys FOLDER")
    if folder is None and not arguments.expire:
        problems.append("say where the backup goes: `meldpunt backup FOLDER --keys OTHER-FOLDER`")
    if folder and keys and _within(folder, keys):
        problems.append(f"{keys} and {folder} are one place: a backup beside its key is not encrypted")
    if arguments.installation and folder and not os.environ.get(SETTING):
        problems.append(
            f"say in {SETTING} what retention has there: declarations of destruction promise that many days"
        )
    promised = snapshot_days(None if arguments.installation else home.state())
    days = arguments.days if arguments.days is not None else promised
    if not 1 <= days <= promised:
        problems.append(
            f"--days is from 1 to {promised}: declarations of destruction promise that after {promised} days no copy can"
            " be opened (SNAPSHOT_DAYS)"
        )
    if problems:
        raise HouseError("\n".join(problems))
    late = _expire(keys)
    if folder:
        _take(of_installation() if arguments.installation else of_house(home), folder, keys, days)
        if not arguments.installation:
            _keep_apart(home)
    return 1 if late else 0


def _take(source: Source, folder: Path, keys: Path, days: int) -> None:
    from deploy.backup.take import take

    keys.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = take(source, folder, keys, days, _say)
    told = made.manifest
    _say(f"{made.folder}: {made.bytes / 2**20:.1f} MB")
    _say(f"everything acknowledged before {told.at:%Y-%m-%d %H:%M:%S} UTC is in it")
    _say(f"its key is {made.key}; it is destroyed on {told.ends_at:%Y-%m-%d %H:%M} UTC (`meldpunt backup --expire`)")


def _keep_apart(home: Home) -> None:
    keys = ", ".join(one.name for one in home.seal_keys())
    _say(f"the seal key is not in it: keep {keys} of {home.path / 'secrets'} elsewhere, with somebody else")
    destructions = Path((home.state() or {})["tombstones"])
    if destructions.is_relative_to(home.path):
        _say(
            f"the list of destructions, {destructions}, lies in what would be lost: set MELDPUNT_TOMBSTONES to a folder"
            " elsewhere when the house is started; without that list a restore brings back what was destroyed"
        )


def _expire(folder: Path) -> bool:
    if not folder.exists():
        return False
    ended = expire(folder, datetime.now(UTC))
    for one in ended:
        late = f", {one.late.days} DAYS LATE: declarations since name a day that is too early" if one.is_late else ""
        _say(f"the key of {one.backup} is destroyed: nobody opens that backup any more{late}")
    return any(one.is_late for one in ended)


def restore(home: Home, arguments: argparse.Namespace) -> int:
    """Raises HouseError with everything that is wrong."""
    _leave_nothing()
    from deploy.backup.wrong import Asked

    given, without = arguments.destructions, arguments.without_destructions
    if (given is None) != without:
        raise HouseError(
            "say where the list of destructions is (--destructions FOLDER), which is kept outside the backup; without it what was"
            " destroyed since comes back. When it is lost as well, say so: --without-destructions"
        )
    asked = Asked(arguments.backup, arguments.key, arguments.seal_key or (), given)
    if sum((arguments.unpack is not None, arguments.installation, arguments.cluster)) > 1:
        raise HouseError("--unpack, --installation and --cluster are three ways: say one of them")
    if arguments.unpack is not None:
        _unpack(asked, arguments.unpack)
    elif arguments.installation:
        _at_addresses(asked)
    else:
        _here(_of_cluster(arguments) if arguments.cluster else home, asked)
    if without:
        _say("WITHOUT a list of destructions: what was destroyed since is there again, and nobody has been told")
    return 0


def _here(home: Home, asked: Asked) -> None:
    from deploy.backup.restore import restore as put_back

    done = put_back(home, asked, _say)
    at = done.found.manifest.at
    _say(f"restored into {home.path} in {done.seconds:.0f} s, as it was at {at:%Y-%m-%d %H:%M:%S} UTC")
    _say_done(done)
    which = "cluster up" if isinstance(home, ClusterHome) else "up"
    _say(f"go on with `meldpunt {which}`: each service deletes the rows of what was destroyed before it serves")


def _unpack(asked: Asked, target: Path) -> None:
    from deploy.backup.installed import unpack

    told = unpack(asked, target, _say).manifest
    _say(
        f"{target} has the data of PostgreSQL {told.versions['postgres']} as they were at {told.at:%Y-%m-%d %H:%M:%S} UTC"
    )
    _say("start PostgreSQL on them, and one node of OpenBao with the seal key of before; nobody else yet")
    _say("then go on with `meldpunt restore … --installation`")


def _at_addresses(asked: Asked) -> None:
    from deploy.backup.installed import restore as put_back

    done = put_back(asked, told(UsersSettings), _say)
    _say(f"restored in {done.seconds:.0f} s, as it was at {done.found.manifest.at:%Y-%m-%d %H:%M:%S} UTC")
    _say_done(done)
    _say(
        "let the other nodes of OpenBao join, and when each has a vote provision the first anew, so that no destroyed key is"
    )
    _say("in its file; never empty the only node")
    _say(
        "then `python -m deploy.set_up identities FOLDER`, an empty NATS, `python -m deploy.set_up apply`, and the services"
    )


def _say_done(done: Restored) -> None:
    _say(f"{done.destructions} destructions were noted, {done.keys} keys that had come back were destroyed again")
    if done.unlocked:
        _say(f"{done.unlocked} dossiers that had just gone to another service are with the one that had them before")


def _of_cluster(arguments: argparse.Namespace) -> ClusterHome:
    return ClusterHome(arguments.home or of_its_own(default_home()))


def _leave_nothing() -> None:
    """Also when it is asked to end: what it started ends, and what is half goes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def _within(one: Path, other: Path) -> bool:
    a, b = one.resolve(), other.resolve()
    return a.is_relative_to(b) or b.is_relative_to(a)


def _say(text: str) -> None:
    console.print(f"· {text}", highlight=False, soft_wrap=True, markup=False)
