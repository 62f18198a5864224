"""OpenBao's database on disk: compacted now and then, so that a destroyed key is gone from the file too.

bbolt, in which raft keeps it, leaves what was deleted in freed pages of `vault.db` and `raft.db`. So while OpenBao is
stopped every entry is copied, sealed as it is, into a new folder by `bao operator migrate`; that takes the place of the
old one, which is overwritten once OpenBao has been ready with the new. What a kill leaves, and what it means:

    raft                     nothing
    raft, raft.new           killed while copying: the copy is worth nothing
    raft.old, raft.new       killed between the two renames: the copy is whole
    raft, raft.old           killed before the old one was overwritten
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import time
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

from deploy.embedded.home import HouseError
from shared.clock import AMSTERDAM

NODE = "embedded"
"""The one node of the raft cluster."""
CHUNK = 1 << 20
PATIENCE = 30
"""Seconds for a process of an earlier house to let go of the database."""
STAMP = "compacted"
"""In the folder itself: the moment from which nothing that was destroyed earlier is in it."""


class KeyStorage:
    """The folder `raft` under `folder`. All but `compacted_at` and `is_due` need OpenBao to be stopped."""

    def __init__(self, folder: Path, binary: str, cluster_port: int, node: str = NODE) -> None:
        self.current = folder / "raft"
        self._new = folder / "raft.new"
        self._old = folder / "raft.old"
        self._config = folder / "migrate.hcl"
        self._binary = binary
        self._cluster_port = cluster_port
        self._node = node

    @property
    def compacted_at(self) -> datetime:
        """Long ago where nothing says when: then it is done as soon as OpenBao is ready."""
        try:
            return datetime.fromisoformat((self.current / STAMP).read_text())
        except (FileNotFoundError, ValueError):
            return datetime.fromtimestamp(0, UTC)

    def is_due(self, now: datetime, at: time_of_day | None) -> bool:
        """Whether it has become `at` in Amsterdam since the last time; never when that is None."""
        if at is None:
            return False
        if self.compacted_at > now:
            # The clock was wrong then: nobody knows how long ago it is.
            return True
        last = self.compacted_at.astimezone(AMSTERDAM)
        night = datetime.combine(last.date(), at, AMSTERDAM)
        return now >= (night if night > last else datetime.combine(last.date() + timedelta(days=1), at, AMSTERDAM))

    def mend(self) -> None:
        """Make the folder where there is none, and put right what a kill left. Raises HouseError while it is in use."""
        self._until_free()
        if not self.current.exists():
            if self._old.exists():
                (self._new if self._new.exists() else self._old).rename(self.current)
                sync(self.current.parent)
            else:
                self.current.mkdir(parents=True)
                self._stamp(self.current)
        overwrite(self._new)

    def compact(self) -> None:
        """Copy what is not deleted into a new folder, and put that in the place of the old one.

        Raises HouseError, with everything as it was, when OpenBao cannot copy, or has not been ready with what the last
        time left: then the old one may be all that there is.
        """
        self.mend()
        if self._old.exists():
            raise HouseError(f"OpenBao has not been ready since the last time: {self._old} is its storage of before")
        self._new.mkdir()
        self._stamp(self._new)
        self._config.write_text(_migration(self.current, self._new, self._cluster_port, self._node))
        argv = [self._binary, "operator", "migrate", f"-config={self._config}", "-log-level=error"]
        made = subprocess.run(argv, capture_output=True, text=True, check=False, cwd="/")
        if made.returncode != 0:
            overwrite(self._new)
            raise HouseError(f"OpenBao could not copy its storage: {made.stderr.strip().splitlines()[-1:]}")
        # The copy is on the disk before anything takes the place of the other: the machine may stop at any moment.
        for one in (*self._new.rglob("*"), self._new):
            sync(one)
        self.current.rename(self._old)
        self._new.rename(self.current)
        sync(self.current.parent)

    def overwrite_old(self) -> None:
        """When OpenBao has been ready with the new one. A disk that copies on write keeps older blocks all the same."""
        overwrite(self._old)

    @staticmethod
    def _stamp(folder: Path) -> None:
        (folder / STAMP).write_text(datetime.now(UTC).isoformat())

    def _until_free(self) -> None:
        """bbolt locks its file: whoever still has it must not lose it."""
        end = time.monotonic() + PATIENCE
        for file in (one / "vault.db" for one in (self.current, self._new, self._old)):
            while file.exists() and not _is_free(file):
                if time.monotonic() > end:
                    raise HouseError(f"another process uses {file}: end the OpenBao of an earlier house first")
                time.sleep(0.1)


def _migration(source: Path, target: Path, cluster_port: int, node: str) -> str:
    """From one folder to another of the same node."""
    return f"""
storage_source "raft" {{
  path = "{source}"
  node_id = "{node}"
}}
storage_destination "raft" {{
  path = "{target}"
  node_id = "{node}"
  performance_multiplier = "1"
}}
cluster_addr = "https://127.0.0.1:{cluster_port}"
"""


def _is_free(file: Path) -> bool:
    with file.open("rb") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def overwrite(folder: Path) -> None:
    """Every byte of every file, on the disk, before the folder is removed."""
    if not folder.exists():
        return
    for file in (one for one in folder.rglob("*") if one.is_file() and not one.is_symlink()):
        overwrite_file(file)
    shutil.rmtree(folder)


def overwrite_file(file: Path) -> None:
    """Every byte of it, on the disk; it stays, with nothing in it."""
    with file.open("r+b") as stream:
        left = file.stat().st_size
        while left > 0:
            left -= stream.write(bytes(min(left, CHUNK)))
        stream.flush()
        os.fsync(stream.fileno())


def sync(path: Path) -> None:
    """A file, or the names in a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
