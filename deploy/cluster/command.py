"""`meldpunt cluster up|down|status|compact`: start one, end it, say of each process how it is, compact OpenBao."""

from __future__ import annotations

import argparse
import asyncio
import logging
from dataclasses import dataclass

import httpx
import psutil
from rich.console import Console
from rich.table import Table

from deploy.cluster import replica
from deploy.cluster.home import BAO_NODES, NATS_NODES, NODES, POSTGRES_NODES, ClusterHome, of_its_own, replicas
from deploy.cluster.house import Cluster
from deploy.cluster.nodes import compact
from deploy.cluster.wired import WiredCluster
from deploy.embedded import parts
from deploy.embedded.cli import down
from deploy.embedded.home import SERVICE_NAMES, Home, HouseError, default_home
from deploy.embedded.portal import PORTAL
from deploy.embedded.status import is_running, operators_look
from deploy.embedded.up import up
from deploy.nats import config as nats_config
from deploy.tls.identities import ETCD, SETUP_USER

out = Console()


@dataclass(frozen=True)
class Look:
    """How one process is."""

    name: str
    ready: bool
    said: str


def cluster(home: Home, arguments: argparse.Namespace) -> int:
    """Raises HouseError; 1 when something is not ready."""
    there = ClusterHome(arguments.home or of_its_own(default_home()))
    if arguments.what == "up":
        return up(there, arguments, WiredCluster if arguments.wires else Cluster)
    if arguments.what == "down":
        return down(there, arguments)
    if arguments.what == "compact":
        moment = compact(there, lambda text: out.print(text, highlight=False))
        out.print(f"what was destroyed before {moment.isoformat()[:19]} UTC is not in OpenBao's files any more")
        return 0
    return _status(there)


def look(home: ClusterHome) -> list[Look]:
    """Every process of a cluster. Raises HouseError where there never was one."""
    state = home.state()
    if state is None or "several" not in state:
        raise HouseError(f"there is no cluster in {home.path}: make one with `meldpunt cluster up`")
    pids, ports = state["pids"], state["several"]
    running = is_running(state)

    def found(name: str, says: bool, said: str = "") -> Look:
        there = running and name in pids and psutil.pid_exists(pids[name])
        return Look(name, there and says, said if there else "is not running")

    setup = home.tls(SETUP_USER)
    looks = []
    for name in BAO_NODES:
        active = parts.answers_ok(ports[name], "/v1/sys/health", setup)
        ready = active or parts.answers_ok(ports[name], "/v1/sys/health?standbyok=true", setup)
        looks.append(found(name, ready, "active" if active else "standby"))
    why = why_not(home) if running else "nobody runs"
    looks += [found(name, why is None, why or f"every stream on {len(NODES)} servers") for name in NATS_NODES]
    if ETCD in ports:
        looks.append(found(ETCD, parts.answers_ok(ports[ETCD], "/health", home.tls(ETCD)), "who is the primary"))
        members = replica.members(home, ports)
        for name in POSTGRES_NODES:
            one = members.get(name)
            looks.append(found(name, one is not None and one.is_whole, one.said if one else "says nothing"))
    else:
        looks.append(found("postgres", True, f"the only one: {state.get('alone')}"))
    looks += [found(one, *_is_whole(home, name, ports[one])) for name in SERVICE_NAMES for one in replicas(name)]
    return looks + [found(one, parts.answers_ok(ports[one], "/readyz")) for one in replicas(PORTAL)]


def _is_whole(home: ClusterHome, service: str, port: int) -> tuple[bool, str]:
    """Whether a process is ready and lacks nothing: one that has lost the bus is ready. And what it lacks."""
    try:
        told = operators_look(home, service, f"http://{parts.HERE}:{port}").raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        return False, "does not answer"
    return told["ready"] and not told["problems"], "; ".join(told["problems"].values())


def why_not(home: ClusterHome) -> str | None:
    """What is not whole of NATS."""
    # It warns of every handshake that the client begins before it speaks.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    ports = (home.state() or {})["several"]
    addresses = [f"tls://{parts.HERE}:{ports[one]}" for one in NATS_NODES]
    password, setup = home.secret("nats-setup"), home.tls(SETUP_USER)
    return asyncio.run(nats_config.why_not_ready(addresses, password, setup, len(NODES)))


def _status(home: ClusterHome) -> int:
    looks = look(home)
    table = Table(title=str(home.path), title_justify="left")
    for column in ("process", "ready", "which"):
        table.add_column(column)
    for one in looks:
        table.add_row(one.name, "yes" if one.ready else "no", one.said)
    out.print(table)
    return 0 if all(one.ready for one in looks) else 1
