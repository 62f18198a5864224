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
from deploy.backup.take import HOUSE, OPENBAO, POSTGRES
from deploy.backup.wrong import NOTE, Asked, Found, look, restoring
from deploy.cluster import nodes, replica
from deploy.cluster.home import BAO_NODES, POSTGRES_NODES, ClusterHome
from deploy.embedded import parts
from deploy.embedded.home import Home, HouseError
from deploy.embedded.parts import HERE
from deploy.embedded.storage import KeyStorage
from deploy.embedded.supervise import Supervisor
from deploy.openbao import apply as bao_config
from deploy.postgres import roles
from deploy.postgres.patroni import REPLICATOR
from deploy.tls.identities import SETUP_USER

PATIENCE = 120
OF_PATRONI, BEFORE_PATRONI = "patroni.dynamic.json", "postgresql.base.conf"
"""In the folder of a PostgreSQL that a Patroni kept: what it had from etcd, and the settings as they were before it."""


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
    """Into `home`, a house's or a cluster's, which is empty; `meldpunt up` goes on with it, or `meldpunt cluster up`. Raises HouseError with
    everything that is wrong, or when a part does not do its work; then nothing is left."""
    began = time.monotonic()
    found = look(home, asked)
    target = restoring(home)
    made = type(home)(target)
    try:
        made.make()
        say("unpacking what was in the backup")
        _unpack(made, asked, found)
        snapshot = opened(asked.backup / OPENBAO, found.identity.secret)
        doing = _OfCluster(made, found, say) if isinstance(made, ClusterHome) else _Doing(made, found, say)
        done = doing.run(snapshot, between.noted(opened(asked.backup / HOUSE, found.identity.secret)))
        (made.path / between.FILE).unlink()
        (made.path / NOTE).unlink()
        if home.path.exists():
            home.path.rmdir()
        target.rename(home.path)
    except BaseException:
        shutil.rmtree(target, ignore_errors=True)
        raise
    return Restored(found, len(found.stones), done.keys, done.unlocked, time.monotonic() - began)


def _unpack(made: Home, asked: Asked, found: Found) -> None:
    made.write(made.path / NOTE, "{}")
    extract(asked.backup / HOUSE, found.identity.secret, made.path)
    for name, file in found.seals.items():
        made.write(made.secret_file(name), file.read_text())
    data = made.part("postgres")
    data.mkdir(mode=0o700)
    extract(asked.backup / POSTGRES, found.identity.secret, data)
    as_its_own(data)
    programs.belongs_to_postgres(data)
    for file in found.destructions.glob("*.jsonl") if found.destructions else ():
        kept = made.tombstones / file.name
        # A list that a house keeps elsewhere is there already.
        if not kept.exists():
            made.write(kept, file.read_text())
    made.authority.make()


def as_its_own(data: Path) -> None:
    """PostgreSQL's data without what a Patroni left in them: it would wait with every commit for a replica that is not there."""
    (data / OF_PATRONI).unlink(missing_ok=True)
    if (data / BEFORE_PATRONI).exists():
        (data / BEFORE_PATRONI).replace(data / "postgresql.conf")


class _Doing:
    """With OpenBao and PostgreSQL running and nobody served."""

    node = "openbao"
    """The process of OpenBao."""

    def __init__(self, home: Home, found: Found, say: Callable[[str], None]) -> None:
        self._home, self._found, self._say = home, found, say
        self._ports = home.ports()
        self._supervisor = Supervisor(home, say)

    def run(self, snapshot: bytes, locked: set[between.Key]) -> again.Done:
        try:
            return self._run(snapshot, locked)
        except (HouseError, hvac.exceptions.VaultError, asyncpg.PostgresError, OSError) as problem:
            raise HouseError(
                f"a part did not do its work, and nothing was restored: {type(problem).__name__}: {problem}\n{self._logs()}"
            ) from problem
        finally:
            self._supervisor.stop()

    def _run(self, snapshot: bytes, locked: set[between.Key]) -> again.Done:
        home, port = self._home, self._ports["postgres"]
        self._say("starting OpenBao and PostgreSQL on what was restored; nobody is served")
        self._supervisor.start(self._openbao())
        self._supervisor.start(parts.postgres(home, port), wait=PATIENCE)
        self._supervisor.wait_for(self.node, PATIENCE)
        home.write(home.path / NOTE, json.dumps(self._supervisor.pids()))
        self._bao().sys.force_restore_raft_snapshot(snapshot)
        # It has sealed itself, and opens with its seal key at a start.
        self._supervisor.without(self.node, lambda: None)
        own = bao_config.Database(
            [(HERE, port)], roles.PROVISIONER, home.secret("postgres-openbao"), home.tls("openbao")
        )
        databases = Databases.of(home, port)
        self._say(f"destroying again what the list of {len(self._found.stones)} destructions names")
        done = again.do(self._bao(), databases, own, self._found.stones, locked)
        self._more(databases)
        self._say("compacting the storage of OpenBao, so that none of it is in its files")
        storage = self._storage()
        self._supervisor.without(self.node, storage.compact)
        storage.overwrite_old()
        return done

    def _openbao(self) -> parts.Command:
        return parts.openbao(self._home, self._ports["openbao"], self._ports["openbao-cluster"])

    def _storage(self) -> KeyStorage:
        return parts.key_storage(self._home, self._ports["openbao-cluster"])

    def _more(self, databases: Databases) -> None:
        """What is done besides."""

    def _logs(self) -> str:
        """The end of what the parts say: the folder with their logs goes."""
        files = [file for name in (self.node, "postgres") if (file := self._home.log(name)).exists()]
        lines = [
            f"{file.stem}: {line}" for file in files for line in file.read_text(errors="replace").splitlines()[-3:]
        ]
        return "\n".join(lines)

    def _bao(self) -> hvac.Client:
        address = f"https://{HERE}:{self._ports[self.node]}"
        return bao_config.client(address, self._home.secret("provisioner"), self._home.tls(SETUP_USER))


class _OfCluster(_Doing):
    """One node of OpenBao, which the others join when the cluster starts, with nothing in their folders; and PostgreSQL without its replica,
    which is copied then."""

    node = BAO_NODES[0]
    _home: ClusterHome

    def run(self, snapshot: bytes, locked: set[between.Key]) -> again.Done:
        done = super().run(snapshot, locked)
        if replica.missing() is None:
            data = replica.data_of(self._home, POSTGRES_NODES[0])
            data.parent.mkdir(mode=0o700)
            self._home.part("postgres").rename(data)
        return done

    def _openbao(self) -> parts.Command:
        return nodes.command(self._home, self._ports, self.node, initializes=True)

    def _storage(self) -> KeyStorage:
        return parts.key_storage(self._home, self._ports[f"{self.node}-cluster"], self.node, self.node)

    def _more(self, databases: Databases) -> None:
        """Who copies, where the backup is of one PostgreSQL alone."""
        if replica.missing() is None:
            asyncio.run(roles.replicator(databases.superuser, REPLICATOR, self._home.secret("postgres-replicator")))
