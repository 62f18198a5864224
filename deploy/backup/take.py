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
import os
import secrets
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO, cast

import hvac
import pyrage

from deploy.backup import between, destructions, programs
from deploy.backup.databases import Databases
from deploy.backup.keys import Identity
from deploy.backup.manifest import Manifest, part_of, sha256
from deploy.backup.sealed import seal, seal_tar
from deploy.embedded.home import Home, HouseError
from deploy.embedded.parts import HERE
from deploy.embedded.status import is_running
from deploy.embedded.storage import sync
from deploy.openbao import apply as bao_config
from deploy.tls.identities import SETUP_USER

POSTGRES, OPENBAO, HOUSE = "postgres.tar.age", "openbao.snap.age", "house.tar.age"
PARTIAL = ".partial"
SEAL_KEYS, APPROLES = "openbao-seal-key", "approle-"
FOLDERS = ("secrets", "witness", "riec-counterpart")
"""Of the home, what is in the backup. Not: certificates and their authority, which a restored house makes anew, so that who has those of before
is a stranger; NATS, of which nothing is needed; folders of services, which they fill again; the list of destructions, which is nobody's past."""
BETWEEN = "between.json"
TRIES = 3


@dataclass(frozen=True)
class Taken:
    folder: Path
    key: Path
    manifest: Manifest
    bytes: int


class KeysWent(Exception):
    """Keys were destroyed between the two moments: rows of the first may need them."""


def take(home: Home, folder: Path, keys: Path, days: int, say: Callable[[str], None]) -> Taken:
    """A backup in `folder`, its identity in `keys`; `days`: its age. Raises HouseError, and leaves nothing then."""
    state = home.state()
    if state is None or not is_running(state) or not state.get("ready"):
        raise HouseError(f"no house is running in {home.path}: a backup is made of one that runs (`meldpunt up`)")
    with _alone(folder):
        for left in folder.glob(f"*{PARTIAL}"):
            shutil.rmtree(left)
        for count in range(TRIES):
            try:
                return _Taking(home, state, folder, keys, days).run()
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
    def __init__(self, home: Home, state: dict[str, Any], folder: Path, keys: Path, days: int) -> None:
        self._home, self._state, self._days = home, state, days
        self._folder, self._keys = folder, keys
        self._setup = home.tls(SETUP_USER)
        _, _, port = state["addresses"]["postgres"].rpartition(":")
        self._port = int(port)

    def run(self) -> Taken:
        now = datetime.now(UTC)
        name = f"meldpunt-{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        made = pyrage.x25519.Identity.generate()
        recipient = str(made.to_public())
        partial = self._folder / f"{name}{PARTIAL}"
        partial.mkdir(mode=0o700)
        key: Path | None = None
        try:
            bao = self._bao()
            before = between.names_of_keys(bao)
            at = self._postgres(partial / POSTGRES, recipient)
            before |= between.names_of_keys(bao)
            seal(io.BytesIO(self._snapshot(bao)), partial / OPENBAO, recipient)
            snapshot_at = datetime.now(UTC)
            if before - between.names_of_keys(bao):
                raise KeysWent
            left = asyncio.run(self._left())
            seal_tar(partial / HOUSE, recipient, lambda tar: self._house(tar, left))
            files = tuple(part_of(partial / one) for one in (POSTGRES, OPENBAO, HOUSE))
            seals = {one.name: sha256(one) for one in _seal_keys(self._home)}
            manifest = Manifest(name, at, snapshot_at, self._days, recipient, versions(self._home, bao), seals, files)
            manifest.write(partial, str(made))
            # Before the backup has its name: there is none without its key.
            key = Identity(name, manifest.ends_at, str(made)).write(self._keys)
            partial.rename(self._folder / name)
            sync(self._folder)
            # The list of destructions says that it is younger than this backup.
            destructions.mark(Path(self._state["tombstones"]), name, snapshot_at)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            if key and not (self._folder / name).exists():
                key.unlink()
            raise
        return Taken(self._folder / name, key, manifest, sum(one.bytes for one in files))

    def _bao(self) -> hvac.Client:
        address = self._state["addresses"]["openbao"]
        try:
            return bao_config.client(address, self._home.secret("provisioner"), self._setup)
        except (hvac.exceptions.VaultError, OSError) as problem:
            raise HouseError(f"OpenBao does not answer ({type(problem).__name__}): see `meldpunt status`") from None

    def _postgres(self, file: Path, recipient: str) -> datetime:
        """All databases and roles, as they are at one moment, which is not before the one that is returned."""
        at = datetime.now(UTC)
        argv = [str(programs.postgres_tool("pg_basebackup")), "-D", "-", "-Ft", "-X", "fetch", "-c", "fast", "-w"]
        argv += ["--host", HERE, "--port", str(self._port), "--username", "postgres"]
        with _libpq(self._home) as env:
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

    async def _left(self) -> list[tuple[str, str]]:
        return await between.left(Databases.of(self._home, self._port))

    def _house(self, tar: tarfile.TarFile, left: list[tuple[str, str]]) -> None:
        for name in FOLDERS:
            if (self._home.path / name).exists():
                tar.add(self._home.path / name, name, filter=_wanted)
        data = json.dumps({"locked": left}).encode()
        about = tarfile.TarInfo(BETWEEN)
        about.size, about.mode = len(data), 0o600
        tar.addfile(about, io.BytesIO(data))


def _wanted(one: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Neither the seal key, without which the snapshot opens nothing, nor what a restored house is given anew."""
    name = Path(one.name).name
    return None if name.startswith((SEAL_KEYS, APPROLES)) or name.endswith(".new") else one


def _seal_keys(home: Home) -> list[Path]:
    return sorted(one for one in (home.path / "secrets").glob(f"{SEAL_KEYS}*") if one.suffix != ".new")


def versions(home: Home, bao: hvac.Client) -> dict[str, str]:
    """Of what has to read it again."""
    return {
        "meldpunt": version("meldpunt"),
        "postgres": (home.part("postgres") / "PG_VERSION").read_text().strip(),
        "openbao": str(bao.sys.read_health_status(method="GET")["version"]),
    }


@contextlib.contextmanager
def _libpq(home: Home) -> Iterator[dict[str, str]]:
    """The environment of a tool of PostgreSQL: over TLS with the certificate of the set-up, the password in a file."""
    shown = home.tls(SETUP_USER)
    with tempfile.TemporaryDirectory(dir=home.path / "run") as folder:
        password = Path(folder) / "pgpass"
        descriptor = os.open(password, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(f"*:*:*:*:{home.secret('postgres')}\n")
        yield {
            "PGPASSFILE": str(password),
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": str(shown.authorities),
            "PGSSLCERT": str(shown.certificate),
            "PGSSLKEY": str(shown.key),
            "PGSSLMINPROTOCOLVERSION": "TLSv1.3",
        }
