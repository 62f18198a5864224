"""What is configured for several of a part, as far as one of them can show it. All of them together are a drill."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.cluster.home import BAO_NODES, NATS_NODES, ClusterHome, replicas
from deploy.embedded import parts as embedded
from deploy.embedded.home import SERVICE_NAMES
from deploy.embedded.supervise import Supervisor
from deploy.nats import config as nats_config
from deploy.openbao.server import Server, server_config
from deploy.tls.identities import SETUP_USER
from shared.errors import PartDown
from shared.openbao import OpenBao
from tests.parts import NOBODY, new_folder
from tests.platform.conftest import BaoOf
from tests.platform.real import HERE, Bao
from tests.ports import spread_ports


@pytest.fixture(scope="module")
def alone() -> Iterator[tuple[ClusterHome, str, int]]:
    """One server of three, the other two of which are not there: home, address of its clients, port of its routes."""
    home = ClusterHome(new_folder("nats") / "house")
    home.make()
    spread_ports(home)
    home.authority.make()
    ports = home.ports()
    name, routes = NATS_NODES[0], [(HERE, ports[f"{one}-routes"]) for one in NATS_NODES]
    node = nats_config.Node(name, *routes[0], routes, home.secret("nats-routes"))
    everyone = {one: home.secret(f"nats-{one}") for one in (SETUP_USER, *SERVICE_NAMES)}
    config = nats_config.server_config(
        host=HERE,
        port=ports[name],
        store=str(home.part(name) / "store"),
        passwords=everyone,
        tls=home.tls("nats"),
        node=node,
    )
    supervisor = Supervisor(home, print)
    supervisor.start(embedded.nats(home, ports[name], config, name), wait=60)
    yield home, f"tls://{HERE}:{ports[name]}", routes[0][1]
    supervisor.stop()


async def test_who_is_up_and_leads_nobody_is_not_ready(alone: tuple[ClusterHome, str, int]) -> None:
    """It takes connections and calls itself ready; two of three are missing, and it can keep nothing."""
    home, address, _ = alone
    why = await nats_config.why_not_ready([address], home.secret("nats-setup"), home.tls(SETUP_USER), 3)
    assert why is not None
    assert "nobody leads" in why


async def test_who_is_away_is_not_ready(alone: tuple[ClusterHome, str, int]) -> None:
    home, address, _ = alone
    away = [address, f"tls://{HERE}:1"]
    why = await nats_config.why_not_ready(away, home.secret("nats-setup"), home.tls(SETUP_USER), 3)
    assert why is not None
    assert "out of reach" in why


async def _on_the_routes(home: ClusterHome, port: int, password: str) -> bytes:
    """What a server says at its routes to who is a service of this house, and calls himself a server."""
    shown = home.tls("assessment").context
    reader, writer = await asyncio.open_connection(HERE, port, ssl=shown)
    said = b""
    with contextlib.suppress(TimeoutError, OSError):
        async with asyncio.timeout(30):
            await reader.readuntil(b"\r\n")
            begun = {"server_id": "X" * 56, "name": "nats-9", "user": "routes", "pass": password, "cluster": "meldpunt"}
            writer.write(b"CONNECT " + json.dumps(begun).encode() + b"\r\nPING\r\n")
            while not (b"PONG" in said or b"-ERR" in said):
                more = await reader.read(4096)
                if not more:
                    break
                said += more
    writer.close()
    return said


async def test_a_certificate_alone_makes_nobody_a_server(alone: tuple[ClusterHome, str, int]) -> None:
    """Every service has a certificate of the house; whoever is taken for a server reads every subject."""
    home, _, port = alone
    assert b"PONG" not in await _on_the_routes(home, port, "guessed")
    assert b"PONG" in await _on_the_routes(home, port, home.secret("nats-routes")), "or this shows nothing"


def a_node(name: str) -> Server:
    home = Path("/h")
    joins = [f"https://{HERE}:{port}" for port in (1, 2, 3)]
    first = name == BAO_NODES[0]
    return Server(HERE, 1, 2, name, home, home / "log", home / "seal", home / "first", NOBODY, joins, first)


def test_one_node_makes_the_cluster_and_all_join_it() -> None:
    """Were each to make one, there would be three."""
    made = [server_config(a_node(name)) for name in BAO_NODES]
    assert [len(re.findall(r"^initialize ", one, re.MULTILINE)) for one in made] == [1, 0, 0]
    assert all(one.count("retry_join {") == len(BAO_NODES) for one in made)
    assert all("disable_standby_reads = true" in one for one in made)
    assert len({re.search("file_path = .*", one)[0] for one in made}) == 1, "or none but the first can take over"  # type: ignore[index]
    assert "retry_join" not in server_config(replace(a_node(BAO_NODES[0]), joins=()))


async def test_the_node_that_is_active_is_found(openbao: Bao, bao_of: BaoOf) -> None:
    known = bao_of("assessment")
    credentials = openbao.credentials("assessment")
    several = OpenBao(["https://127.0.0.1:1", openbao.address], credentials, known._tls)
    try:
        assert (await several.call("GET", "kv/data/nats/assessment"))["data"]["data"]["password"]
        assert await several.reachable()
    finally:
        await several.close()


async def test_where_none_is_active_it_is_an_outage(openbao: Bao, bao_of: BaoOf) -> None:
    away = ["https://127.0.0.1:1", "https://127.0.0.1:2"]
    nowhere = OpenBao(away, openbao.credentials("assessment"), bao_of("assessment")._tls)
    try:
        assert not await nowhere.reachable()
        with pytest.raises(PartDown):
            await nowhere.call("GET", "kv/data/nats/assessment")
    finally:
        await nowhere.close()


def test_everything_of_several_has_a_port_of_its_own() -> None:
    ports = ClusterHome.preferred_ports
    assert len(set(ports.values())) == len(ports)
    assert {one for name in SERVICE_NAMES for one in replicas(name)} | set(NATS_NODES) | set(BAO_NODES) <= set(ports)
