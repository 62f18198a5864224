"""The two PostgreSQLs of a cluster, each kept by a Patroni, and the etcd that they ask who is the primary."""

from __future__ import annotations

import contextlib
import functools
import http.client
import json
import os
import shutil
import signal
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.cluster.home import POSTGRES_NODES, ClusterHome
from deploy.embedded import parts
from deploy.embedded.home import HouseError
from deploy.embedded.parts import HERE, Command
from deploy.postgres import etcd as etcd_of
from deploy.postgres import patroni
from deploy.tls.identities import ETCD, SETUP_USER

RUNS_PATRONI = """
import ssl
import etcd, psycopg

def only_1_3(*given, make=ssl.create_default_context, **more):
    context = make(*given, **more)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context

ssl.create_default_context = only_1_3
from patroni.__main__ import main
main()
"""
"""Patroni has no setting for the version of TLS; and what it needs besides has to be there at once."""


@functools.cache
def patroni_command() -> tuple[str, ...] | None:
    """How PostgreSQL's user runs Patroni; None where he cannot. The Python of this environment may lie where only root may
    enter; then the system's, of the same version, runs the same packages."""
    minor = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = sysconfig.get_path("purelib")
    found = ((sys.executable,), ("/usr/bin/env", f"PYTHONPATH={packages}", minor, "-S"))
    for python in found:
        command = (*python, "-c", RUNS_PATRONI)
        if parts.can_run([*command, "--version"], parts.postgres_account()):
            return command
    return None


def why_alone(home: ClusterHome) -> str | None:
    """Why there is one PostgreSQL only; None where there can be two. Raises HouseError where there were two, and cannot be."""
    if home.part("postgres").exists():
        return "it was begun with one"
    why = missing()
    if why and any(home.part(one).exists() for one in POSTGRES_NODES):
        raise HouseError(f"{home.path} was begun with two PostgreSQLs, and {why}")
    return why


def missing() -> str | None:
    """What this machine has not got that two PostgreSQLs need."""
    if shutil.which(ETCD) is None:
        return "there is no etcd on this machine (Debian: etcd-server)"
    if patroni_command() is None:
        return "PostgreSQL's user cannot run Patroni: it may not enter the environment in which this runs"
    return None


def etcd(home: ClusterHome, ports: dict[str, int]) -> Command:
    data = home.part(ETCD)
    data.mkdir(mode=0o700, exist_ok=True)
    found = patroni.etcd_arguments(
        host=HERE, port=ports[ETCD], peer_port=ports[f"{ETCD}-peers"], data=data, tls=home.tls(ETCD)
    )
    return Command(
        ETCD, [str(shutil.which(ETCD)), *found], lambda: parts.answers_ok(ports[ETCD], "/health", home.tls(ETCD))
    )


def close_etcd(home: ClusterHome, ports: dict[str, int]) -> None:
    """From here on it takes who has its password, and nobody else."""
    try:
        etcd_of.close(HERE, ports[ETCD], home.tls(ETCD), home.secret(ETCD))
    except (etcd_of.EtcdError, OSError) as problem:
        raise HouseError(f"etcd could not be closed to others: {type(problem).__name__}") from None


def node(home: ClusterHome, ports: dict[str, int], name: str) -> Command:
    """One PostgreSQL under its Patroni; ready when it is the primary, or follows one."""
    account = parts.postgres_account()
    install = parts.postgres_install(home, account)
    folder = home.part(name)
    folder.mkdir(mode=0o700, exist_ok=True)
    parts.same_version(install, data_of(home, name))
    api_port = ports[f"{name}-api"]
    told = patroni.configuration(
        patroni.Node(
            name=name,
            host=HERE,
            port=ports[name],
            api_port=api_port,
            data=data_of(home, name),
            bin=install / "bin",
            folder=parts.postgres_certificates(home, patroni.REPLICATED_HBA),
            etcd=f"{HERE}:{ports[ETCD]}",
            etcd_password=home.secret(ETCD),
            superuser_password=home.secret("postgres"),
            replicator_password=home.secret("postgres-replicator"),
            api_password=home.secret("patroni"),
        )
    )
    file = folder / "patroni.json"
    home.write(file, json.dumps(told, indent=1))
    if account:
        for one in (folder, file):
            os.chown(one, account.pw_uid, account.pw_gid)
    asks = home.tls(SETUP_USER)
    return Command(
        name,
        [*(patroni_command() or ()), str(file)],
        lambda: parts.answers_ok(api_port, "/readiness", asks),
        env={"HOME": str(folder)},
        uid=account.pw_uid if account else None,
        folder=folder,
    )


def data_of(home: ClusterHome, name: str) -> Path:
    return home.part(name) / "data"


@dataclass(frozen=True)
class Member:
    """How Patroni sees one: `role` leader, sync_standby or replica; `lag` in bytes, None where it is not known."""

    role: str
    state: str
    lag: int | None

    @property
    def is_whole(self) -> bool:
        return (self.role, self.state) in {("leader", "running"), ("sync_standby", "streaming")}

    @property
    def said(self) -> str:
        if self.role == "leader":
            return f"primary, {self.state}"
        lag = "not known" if self.lag is None else f"{self.lag} bytes"
        kind = "replica that each commit waits for" if self.role == "sync_standby" else "replica that nobody waits for"
        return f"{kind}, {self.state}, lag {lag}"


def members(home: ClusterHome, ports: dict[str, int]) -> dict[str, Member]:
    """By name, as one of the two says it that answers; empty when none does."""
    for name in POSTGRES_NODES:
        connection = http.client.HTTPSConnection(
            HERE, ports[f"{name}-api"], timeout=3, context=home.tls(SETUP_USER).context
        )
        with (
            contextlib.suppress(OSError, ValueError, KeyError, http.client.HTTPException),
            contextlib.closing(connection),
        ):
            connection.request("GET", "/cluster")
            found = json.loads(connection.getresponse().read())["members"]
            return {
                one["name"]: Member(one["role"], one["state"], one["lag"] if isinstance(one.get("lag"), int) else None)
                for one in found
            }
    return {}


def postmaster(home: ClusterHome, name: str) -> psutil.Process | None:
    """PostgreSQL itself, which goes on when its Patroni is killed."""
    data = data_of(home, name)
    with contextlib.suppress(OSError, ValueError, IndexError, psutil.Error):
        found = psutil.Process(int((data / "postmaster.pid").read_text().splitlines()[0]))
        # A number that was left behind may be another's.
        if Path(found.cwd()) == data:
            return found
    return None


def end_left(home: ClusterHome) -> None:
    """What a Patroni that was killed left running."""
    left = [one for one in (postmaster(home, name) for name in POSTGRES_NODES) if one]
    for one in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.send_signal(signal.SIGINT)
    for one in psutil.wait_procs(left, timeout=15)[1]:
        one.kill()
