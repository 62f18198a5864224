"""Compaction beside work and kills, and what production does instead: nodes re-provisioned one after another."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hvac
import psutil
import pytest

from deploy.embedded import parts
from deploy.embedded.home import PREFERRED_PORTS, Home
from deploy.embedded.storage import STAMP, overwrite
from deploy.openbao import apply as bao_config
from tests.house import TestHouse, until
from tests.parts import new_folder
from tests.ports import spread_ports
from tests.security.carve import carve
from tests.security.test_gone import named_in

pytestmark = pytest.mark.drill


@pytest.fixture(scope="module")
def nightly() -> Iterator[TestHouse]:
    with TestHouse(MELDPUNT_EMBEDDED_COMPACT_AT="03:00") as found:
        yield found


def nights_pass(house: TestHouse) -> None:
    """Its storage was last compacted two days ago; the running house sees it and begins."""
    stamp = house.home.part("openbao") / "raft" / STAMP
    stamp.write_text((datetime.now(UTC) - timedelta(days=2)).isoformat())


def was_compacted(house: TestHouse) -> bool:
    return datetime.now(UTC) - house.compacted_at() < timedelta(hours=1)


def test_a_house_compacts_at_night_while_reports_come(nightly: TestHouse) -> None:
    house = nightly
    # In the embedded house OpenBao also logs people in, and is away for a moment.
    house.client.token("collega", "intake")
    for _ in range(3):
        nights_pass(house)
        sent = [house.client.post("intake", "/v1/signals", "collega", _report(n)) for n in range(20)]
        until(lambda: was_compacted(house))
        house.all_ready()
        for one in sent:
            house.arrived(one["number"])


def _report(n: int) -> dict[str, Any]:
    received = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    return {
        "channel": "colleague",
        "receivedAt": received,
        "text": f"Een loods met veel verkeer in de nacht, nummer {n}.",
    }


@pytest.mark.parametrize("reaches", ["raft.new", "raft.old"])
def test_a_machine_that_stops_half_way_goes_on_where_it_was(nightly: TestHouse, reaches: str) -> None:
    """Every process of the house is killed as soon as the compaction has come so far."""
    house = nightly
    number = house.arrived(house.report())
    folder = house.home.part("openbao")
    nights_pass(house)
    until(lambda: (folder / reaches).exists() or was_compacted(house), every=0.001)
    kill_all(house)
    house.up()
    house.all_ready()
    assert was_compacted(house)
    assert [one.name for one in folder.glob("raft*")] == ["raft"]
    house.end(number)
    house.sealed(number)


def kill_all(house: TestHouse) -> None:
    main = psutil.Process((house.home.state() or {})["pid"])
    everything = [main, *main.children(recursive=True)]
    for one in everything:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    psutil.wait_procs(everything, 20)
    house.client.__exit__(None, None, None)


# --- production: three nodes ------------------------------------------------------------------------------------------


class Cluster:
    """Three nodes of OpenBao on raft, as processes, with one static seal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = Home(folder / "home")
        self.home.make()
        self.home.authority.make()
        spread_ports(self.home)
        free = [port for name, port in self.home.ports().items() if name in PREFERRED_PORTS]
        self.ports = {n: (free[2 * n], free[2 * n + 1]) for n in range(3)}
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        # Its configuration is that of the embedded node, at another address and with the others to join.
        parts.openbao(self.home, *self.ports[0])
        self._text = (self.home.part("openbao") / "openbao.hcl").read_text()

    def disk(self, node: int) -> Path:
        return self.folder / f"node-{node}" / "raft"

    def start(self, node: int) -> None:
        self.disk(node).mkdir(parents=True, exist_ok=True)
        mine, first = self.ports[node], self.ports[0]
        # The audit device is the same for all of them, or none but the first becomes active: here one file.
        text = self._text.replace(str(self.home.part("openbao") / "raft"), str(self.disk(node)))
        for old, new in zip(first, mine, strict=True):
            text = text.replace(f"127.0.0.1:{old}", f"127.0.0.1:{new}") if node else text
        text = text.replace('node_id = "embedded"', f'node_id = "node-{node}"\n{self._join(node)}')
        if any(self.disk(other).exists() for other in self.ports if other != node):
            text = text[: text.index("initialize ")]
        file = self.folder / f"node-{node}.hcl"
        file.write_text(text)
        file.chmod(0o600)
        argv = [parts.openbao(self.home, *first).argv[0], "server", f"-config={file}"]
        with (self.folder / f"node-{node}.log").open("ab") as log:
            self._running[node] = subprocess.Popen(argv, stdout=log, stderr=log, cwd=self.home.part("openbao"))

    def _join(self, node: int) -> str:
        tls = self.home.tls("openbao")
        shown = (
            f'leader_ca_cert_file = "{tls.authorities}"',
            f'leader_client_cert_file = "{tls.certificate}"',
            f'leader_client_key_file = "{tls.key}"',
        )
        joins = [
            f'retry_join {{ leader_api_addr = "https://127.0.0.1:{api}" {" ".join(shown)} }}'
            for n, (api, _) in self.ports.items()
            if n != node
        ]
        return "\n  ".join(joins)

    def stop(self, node: int) -> None:
        self._running[node].terminate()
        self._running[node].wait(30)

    def client(self, node: int) -> hvac.Client:
        return bao_config.client(
            f"https://127.0.0.1:{self.ports[node][0]}", self.home.secret("provisioner"), self.home.tls("setup")
        )

    def leader(self) -> int:
        for node, process in self._running.items():
            if process.poll() is None and parts.answers_ok(
                self.ports[node][0], "/v1/sys/health", self.home.tls("setup")
            ):
                return node
        return -1

    def active(self) -> int:
        until(lambda: self.leader() >= 0, 60)
        return self.leader()

    def voters(self) -> set[str]:
        try:
            answer = self.client(self.active()).read("sys/storage/raft/configuration")
        except (hvac.exceptions.VaultError, OSError):
            return set()
        return {one["node_id"] for one in answer["data"]["config"]["servers"] if one["voter"]}

    def all_vote(self) -> None:
        until(lambda: len(self.voters()) == 3, 120, every=0.5)

    def provision_anew(self, node: int) -> None:
        """As docs/operating.md says it."""
        self.stop(node)
        self.client(self.active()).write("sys/storage/raft/remove-peer", server_id=f"node-{node}")
        overwrite(self.disk(node))
        self.start(node)
        self.all_vote()

    def end(self) -> None:
        for process in self._running.values():
            process.kill()
            process.wait(10)


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    folder = new_folder("cluster")
    found = Cluster(folder)
    yield found
    found.end()
    shutil.rmtree(folder, ignore_errors=True)


def test_nodes_that_are_provisioned_anew_hold_no_destroyed_key(cluster: Cluster) -> None:
    cluster.start(0)
    cluster.active()
    for node in (1, 2):
        cluster.start(node)
    cluster.all_vote()
    bao = cluster.client(cluster.active())
    bao_config.apply(bao)
    gone, kept = ({secrets.token_hex(16): "" for _ in range(12)} for _ in range(2))
    for name in (*gone, *kept):
        bao.write(f"room-signal/keys/{name}", type="aes256-gcm96")
    for name in gone:
        bao.write(f"room-signal/keys/{name}/config", deletion_allowed=True)
        bao.delete(f"room-signal/keys/{name}")
    assert all(named_in(cluster.disk(node), gone) for node in cluster.ports)
    # What the leader still has in its log it gives to who joins: as much again has to follow it first.
    for n in range(600):
        bao.write_data("kv/data/compaction-log", data={"data": {"n": n}})
    first = cluster.active()
    for node in sorted(cluster.ports, key=lambda one: one == first):
        cluster.provision_anew(node)
    seal = bytes.fromhex(cluster.home.secret("openbao-seal-key"))
    for node in cluster.ports:
        assert not named_in(cluster.disk(node), gone)
        assert set(kept) <= carve(cluster.disk(node), seal).keys()
    bao = cluster.client(cluster.active())
    assert all(bao.read(f"room-signal/keys/{name}") for name in kept)
