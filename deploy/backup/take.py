"""Making a backup, while everything runs: PostgreSQL at one moment, then OpenBao, then what else a house needs.

All databases at one moment, since services hand over to each other: were the sender's older than its addressee's the message would come
again and be known; were it younger it would be nowhere. So it is one physical copy of the whole server, and no dump of each.
OpenBao after it: a key is made before the row that needs it. What lies between the two is looked after by `between`.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import io
import json
import secrets
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO, cast

import hvac
import pyrage

from deploy.backup import between, destructions, programs
from deploy.backup.keys import Identity
from deploy.backup.manifest import Manifest, part_of
from deploy.backup.sealed import seal, seal_tar
from deploy.backup.source import Source
from deploy.embedded.home import HouseError
from deploy.embedded.storage import sync

POSTGRES, OPENBAO, HOUSE = "postgres.tar.age", "openbao.snap.age", "house.tar.age"
PARTIAL = ".partial"
TRIES = 3


@dataclass(frozen=True)
class Taken:
    folder: Path
    key: Path
    manifest: Manifest
    bytes: int


class KeysWent(Exception):
    """Keys were destroyed between the two moments: rows of the first may need them."""


def take(source: Source, folder: Path, keys: Path, days: int, say: Callable[[str], None]) -> Taken:
    """A backup in `folder`, its identity in `keys`; `days`: its age. Raises HouseError, and leaves nothing then."""
    with _alone(folder):
        for left in folder.glob(f"*{PARTIAL}"):
            shutil.rmtree(left)
        for count in range(TRIES):
            try:
                return _Taking(source, folder, keys, days).run()
            except KeysWent:
                say(f"keys were destroyed meanwhile, so it is begun anew ({count + 1} of {TRIES})")
    raise HouseError("keys are being destroyed all the time: make the backup when the destruction is over")


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HouseError(f"another backup is being made in {folder}") from None
        yield


class _Taking:
    def __init__(self, source: Source, folder: Path, keys: Path, days: int) -> None:
        self._source, self._days = source, days
        self._folder, self._keys = folder, keys

    def run(self) -> Taken:
        now = datetime.now(UTC)
        name = f"meldpunt-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        made = pyrage.x25519.Identity.generate()
        recipient = str(made.to_public())
        partial = self._folder / f"{name}{PARTIAL}"
        partial.mkdir(mode=0o700)
        key: Path | None = None
        try:
            bao = self._source.openbao()
            of_what = asyncio.run(versions(self._source, bao))
            before = between.names_of_keys(bao)
            at = self._postgres(partial / POSTGRES, recipient)
            before |= between.names_of_keys(bao)
            seal(io.BytesIO(self._snapshot(bao)), partial / OPENBAO, recipient)
            snapshot_at = datetime.now(UTC)
            if before - between.names_of_keys(bao):
                raise KeysWent
            left = asyncio.run(between.left(self._source.databases))
            seal_tar(partial / HOUSE, recipient, lambda tar: self._house(tar, left))
            files = tuple(part_of(partial / one) for one in (POSTGRES, OPENBAO, HOUSE))
            seals = dict(self._source.seals)
            manifest = Manifest(name, at, snapshot_at, self._days, recipient, of_what, seals, files)
            manifest.write(partial, str(made))
            # Before the backup has its name: there is none without its key.
            key = Identity(name, manifest.ends_at, str(made)).write(self._keys)
            partial.rename(self._folder / name)
            sync(self._folder)
            # The list of destructions says that it is younger than this backup.
            destructions.mark(self._source.tombstones, name, snapshot_at)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            if key and not (self._folder / name).exists():
                key.unlink()
            raise
        return Taken(self._folder / name, key, manifest, sum(one.bytes for one in files))

    def _postgres(self, file: Path, recipient: str) -> datetime:
        """All databases and roles, as they are at one moment, which is not before the one that is returned."""
        at = datetime.now(UTC)
        argv = [str(programs.postgres_tool("pg_basebackup")), "-D", "-", "-Ft", "-X", "fetch", "-c", "fast", "-w"]
        argv += ["--dbname", self._source.databases.address]
        with self._source.databases.environment() as env:
            ran = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
            with ran:
                assert ran.stdout
                assert ran.stderr
                seal(cast(BinaryIO, ran.stdout), file, recipient)
                said = ran.stderr.read().decode(errors="replace").strip()
        if ran.returncode != 0:
            raise HouseError(f"PostgreSQL could not be copied: {said.splitlines()[-1:]}")
        return at

    def _snapshot(self, bao: hvac.Client) -> bytes:
        found = bytes(bao.sys.take_raft_snapshot().content)
        try:
            with tarfile.open(fileobj=io.BytesIO(found)) as tar:
                names = set(tar.getnames())
        except tarfile.TarError:
            names = set()
        if not {"state.bin", "SHA256SUMS"} <= names:
            raise HouseError("OpenBao gave a snapshot that is not whole: see its log")
        return found

    def _house(self, tar: tarfile.TarFile, left: list[tuple[str, str]]) -> None:
        self._source.fill(tar)
        data = json.dumps({"locked": left}).encode()
        about = tarfile.TarInfo(between.FILE)
        about.size, about.mode = len(data), 0o600
        tar.addfile(about, io.BytesIO(data))


async def versions(source: Source, bao: hvac.Client) -> dict[str, str]:
    """Of what has to read it again; and of which PostgreSQL it is a copy."""
    return {
        "meldpunt": version("meldpunt"),
        "postgres": await source.databases.version(),
        "copyOf": await source.databases.cluster(),
        "openbao": str(bao.sys.read_health_status(method="GET")["version"]),
    }
