"""The nodes of OpenBao of a cluster, and `meldpunt cluster compact`: each is provisioned anew after the other, so that a destroyed
key leaves every file of every one, while OpenBao goes on (docs/operating.md).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import hvac
import psutil

from deploy.cluster.home import BAO_NODES, ClusterHome
from deploy.embedded import parts
from deploy.embedded.home import HouseError
from deploy.embedded.parts import HERE, wait_until
from deploy.embedded.status import is_running
from deploy.embedded.storage import overwrite
from deploy.openbao import apply as bao_config
from deploy.openbao.active import active as active_of
from deploy.tls.identities import SETUP_USER

PATIENCE = 300
ENTRIES = 600
"""More than the log of raft keeps, with the settings of `deploy.openbao.server`: what its leader still has in its log it gives to
who joins."""


def command(home: ClusterHome, ports: Mapping[str, int], name: str, *, initializes: bool) -> parts.Command:
    """How a node is started. `initializes`: it makes the cluster when its folder is empty, which exactly one may do, once."""
    joins = [f"https://{HERE}:{ports[one]}" for one in BAO_NODES]
    cluster_port = ports[f"{name}-cluster"]
    return parts.openbao(home, ports[name], cluster_port, name=name, node=name, joins=joins, initializes=initializes)


def voters(bao: hvac.Client) -> set[str]:
    """The nodes with a vote; none while OpenBao does not answer."""
    try:
        found = bao.read("sys/storage/raft/configuration")["data"]["config"]["servers"]
    except (hvac.exceptions.VaultError, OSError, KeyError, TypeError):
        return set()
    return {one["node_id"] for one in found if one["voter"]}


def active(home: ClusterHome) -> str | None:
    """The node that leads; None while there is none."""
    return active_of(_addresses(home), home.tls(SETUP_USER))


def _addresses(home: ClusterHome) -> dict[str, str]:
    ports = (home.state() or {})["several"]
    return {one: f"https://{HERE}:{ports[one]}" for one in BAO_NODES}


def administrator(home: ClusterHome) -> hvac.Client:
    """At the active node. Raises HouseError where nobody is for too long."""
    wait_until(lambda: active(home) is not None, PATIENCE, "an active node of OpenBao")
    name = active(home)
    if name is None:
        raise HouseError("the active node of OpenBao went away again: try it once more")
    return bao_config.client(_addresses(home)[name], home.secret("provisioner"), home.tls(SETUP_USER))


def compact(home: ClusterHome, say: Callable[[str], None]) -> datetime:
    """Provision every node of a running cluster anew; the moment before which nothing that was destroyed is in any file.

    Raises HouseError; then nothing is recorded, and it can be done again. While a node is away the loss of another is an outage.
    """
    state = home.state()
    if not is_running(state) or "several" not in (state or {}):
        raise HouseError(f"no cluster is running in {home.path}: start one with `meldpunt cluster up`")
    bao = administrator(home)
    if voters(bao) != set(BAO_NODES):
        raise HouseError("not every node of OpenBao is there and has a vote: see `meldpunt cluster status`")
    moment = datetime.now(UTC)
    for one in range(ENTRIES):
        bao.write_data("kv/data/compaction-log", data={"data": {"n": one}})
    first = active(home)
    # The active one last: it goes on for as long as it can.
    for name in sorted(BAO_NODES, key=lambda one: one == first):
        began = time.monotonic()
        _anew(home, name)
        say(f"{name} was provisioned anew in {time.monotonic() - began:.0f} s")
    bao_config.note_compaction(administrator(home), moment)
    return moment


def _anew(home: ClusterHome, name: str) -> None:
    """Stopped, without a vote, with an empty folder, and a member again."""
    pid = (home.state() or {})["pids"][name]
    ports = json.loads((home.path / "run" / "ports.json").read_text())
    home.held(name).touch()
    try:
        wait_until(lambda: not psutil.pid_exists(pid), PATIENCE, f"the end of {name}")
        administrator(home).write("sys/storage/raft/remove-peer", server_id=name)
        overwrite(home.part(name) / "raft")
        # It joins, and makes no cluster of its own.
        command(home, ports, name, initializes=False)
    finally:
        home.held(name).unlink(missing_ok=True)
    bao = administrator(home)
    wait_until(lambda: voters(bao) == set(BAO_NODES), PATIENCE, f"{name}, as one with a vote,")
