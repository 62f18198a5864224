"""The identity of a backup (age, X25519): made with it, kept in another folder, destroyed when the backup has had its age.

One each, so that the end of one backup is the end of one file of a few bytes, wherever copies of the backup lie. Of the identity there must be
no copy: the folder where they lie is backed up by nobody.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pyrage

from deploy.embedded.home import Home, HouseError
from deploy.embedded.storage import overwrite_file, sync

RECORD = "destroyed-keys.jsonl"
"""Which were destroyed, and when: lines that are added to."""
GRACE = timedelta(days=1)
"""Within which of its end an identity goes at the latest, without anybody having been told something untrue: a declaration counts two
days more."""
BACKUP, ENDS = "# opens the backup: ", "# is destroyed at: "


@dataclass(frozen=True)
class Identity:
    """`secret`: as age writes it."""

    backup: str
    ends_at: datetime
    secret: str

    @property
    def recipient(self) -> str:
        return str(pyrage.x25519.Identity.from_str(self.secret).to_public())

    def write(self, folder: Path) -> Path:
        """On the disk when this returns."""
        file = folder / f"{self.backup}.key"
        Home.write(file, f"{BACKUP}{self.backup}\n{ENDS}{self.ends_at.isoformat()}\n{self.secret}\n")
        sync(file)
        sync(folder)
        return file


def read(file: Path) -> Identity:
    """Raises HouseError."""
    try:
        lines = file.read_text()[:2000].splitlines()
        backup = next(one.removeprefix(BACKUP) for one in lines if one.startswith(BACKUP))
        ends = next(one.removeprefix(ENDS) for one in lines if one.startswith(ENDS))
        secret = next(one for one in lines if one and not one.startswith("#"))
        found = Identity(backup, datetime.fromisoformat(ends), secret)
        if found.ends_at.tzinfo is None or not found.recipient:
            raise ValueError
    except OSError:
        raise HouseError(f"{file} is not there or may not be read: it is to hold the key of the backup") from None
    except (StopIteration, ValueError, pyrage.IdentityError):
        raise HouseError(f"{file} is no key of a backup") from None
    return found


@dataclass(frozen=True)
class Ended:
    backup: str
    late: timedelta

    @property
    def is_late(self) -> bool:
        return self.late > GRACE


def expire(folder: Path, now: datetime) -> list[Ended]:
    """Destroy each identity in `folder` of which the time has come, and write that down. Raises HouseError for one that cannot be read,
    after the others went."""
    found, problems = [], []
    for file in _files(folder):
        try:
            identity = read(file)
        except HouseError as problem:
            problems.append(str(problem))
            continue
        if identity.ends_at > now:
            continue
        overwrite_file(file)
        file.unlink()
        sync(folder)
        one = Ended(identity.backup, now - identity.ends_at)
        line = {"backup": one.backup, "endedAt": identity.ends_at.isoformat(), "destroyedAt": now.isoformat()}
        with (folder / RECORD).open("a") as stream:
            stream.write(json.dumps(line) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        found.append(one)
    if problems:
        raise HouseError("\n".join(problems))
    return found


def _files(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(one for one in folder.iterdir() if one.suffix == ".key")
    except OSError:
        raise HouseError(f"{folder} is no folder with keys of backups") from None
