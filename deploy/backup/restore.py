"""Putting a backup in the place of a house that is lost: beside it first, and under its name when everything is done over."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import hvac

from deploy.backup import again, between, programs
from deploy.backup.databases import Databases
from deploy.backup.sealed import extract, opened
from deploy.backup.take import BETWEEN, HOUSE, OPENBAO, POSTGRES
from deploy.backup.wrong import NOTE, Asked, Found, look, restoring
from deploy.embedded import parts
from deploy.embedded.home import Home, HouseError
from deploy.embedded.parts import HERE
from deploy.embedded.supervise import Supervisor
from deploy.openbao import apply as bao_config
from deploy.postgres import roles
from deploy.tls.identities import SETUP_USER

PATIENCE = 120


@dataclass(frozen=True)
class Restored:
    """`destructions`: how many the list has; `keys`: how many that were destroyed since the snapshot had again; `unlocked`: of
    dossiers that had gone on in the seconds between its two moments."""

    found: Found
    destructions: int
    keys: int
    unlocked: int
    seconds: float


def restore(home: Home, asked: Asked, say: Callable[[str], None]) -> Restored:
    """Into `home`, which is empty; `meldpunt up` goes on with it. Raises HouseError with everything that is wrong, or when a part does
    not do its work; then nothing is left."""
    began = time.monotonic()
    found = look(home, asked)
    target = restoring(home)
    made = Home(target)
    try:
        made.make()
        say("unpacking what was in the backup")
        _unpack(made, asked.backup, found)
        keys, unlocked = _Doing(made, found, say).run(opened(asked.backup / OPENBAO, found.identity.secret))
        (made.path / BETWEEN).unlink()
        (made.path / NOTE).unlink()
        if home.path.exists():
            home.path.rmdir()
        target.rename(home.path)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return Restored(found, len(found.stones), keys, unlocked, time.monotonic() - began)


def _unpack(made: Home, backup: Path, found: Found) -> None:
    made.write(made.path / NOTE, "{}")
    extract(backup / HOUSE, found.identity.secret, made.path)
    for name, file in found.seals.items():
        made.write(made.secret_file(name), file.read_text())
    data = made.part("postgres")
    data.mkdir(mode=0o700)
    extract(backup / POSTGRES, found.identity.secret, data)
    programs.belongs_to_postgres(data)
    for file in found.destructions.glob("*.jsonl") if found.destructions else ():
        kept = made.tombstones / file.name
        # A list that a house keeps elsewhere is there already.
        if not kept.exists():
            made.write(kept, file.read_text())
    made.authority.make()


class _Doing:
    """With OpenBao and PostgreSQL running and nobody served."""

    def __init__(self, home: Home, found: Found, say: Callable[[str], None]) -> None:
        self._home, self._found, self._say = home, found, say
        self._ports = home.ports()
        self._supervisor = Supervisor(home, say)

    def run(self, snapshot: bytes) -> tuple[int, int]:
        try:
            return self._run(snapshot)
        except (HouseError, hvac.exceptions.VaultError, asyncpg.PostgresError, OSError) as problem:
            raise HouseError(
                f"a part did not do its work, and nothing was restored: {type(problem).__name__}: {problem}\n{self._logs()}"
            ) from problem
        finally:
            self._supervisor.stop()

    def _run(self, snapshot: bytes) -> tuple[int, int]:
        home, port = self._home, self._ports["postgres"]
        self._say("starting OpenBao and PostgreSQL on what was restored; nobody is served")
        self._supervisor.start(parts.openbao(home, self._ports["openbao"], self._ports["openbao-cluster"]))
        self._supervisor.start(parts.postgres(home, port), wait=PATIENCE)
        self._supervisor.wait_for("openbao", PATIENCE)
        home.write(home.path / NOTE, json.dumps(self._supervisor.pids()))
        self._bao().sys.force_restore_raft_snapshot(snapshot)
        # It has sealed itself, and opens with its seal key at a start.
        self._supervisor.without("openbao", lambda: None)
        bao = self._bao()
        # OpenBao is told where PostgreSQL is, so that it can end the users that it made there.
        own = bao_config.Database(
            [(HERE, port)], roles.PROVISIONER, home.secret("postgres-openbao"), home.tls("openbao")
        )
        bao_config.apply(bao, own)
        databases = Databases.of(home, port)
        self._say(f"destroying again what the list of {len(self._found.stones)} destructions names")
        keys = asyncio.run(again.destroy(bao, databases, self._found.stones))
        unlocked = between.unlock(bao, self._locked_meanwhile(asyncio.run(between.left(databases))))
        asyncio.run(again.let_nobody_in(bao, databases))
        self._say("compacting the storage of OpenBao, so that none of it is in its files")
        storage = parts.key_storage(home, self._ports["openbao-cluster"])
        self._supervisor.without("openbao", storage.compact)
        storage.overwrite_old()
        return keys, unlocked

    def _logs(self) -> str:
        """The end of what the parts say: the folder with their logs goes."""
        files = [file for name in ("openbao", "postgres") if (file := self._home.log(name)).exists()]
        lines = [
            f"{file.stem}: {line}" for file in files for line in file.read_text(errors="replace").splitlines()[-3:]
        ]
        return "\n".join(lines)

    def _bao(self) -> hvac.Client:
        address = f"https://{HERE}:{self._ports['openbao']}"
        return bao_config.client(address, self._home.secret("provisioner"), self._home.tls(SETUP_USER))

    def _locked_meanwhile(self, known: list[between.Key]) -> set[between.Key]:
        told = json.loads((self._home.path / BETWEEN).read_text())["locked"]
        return {(mount, key) for mount, key in told} - set(known)
