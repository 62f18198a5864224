"""Two PostgreSQLs: what is committed is on both, one takes the other's place, and nobody else says which."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import http.client
import json
import shutil
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from deploy.cluster import replica
from deploy.cluster.home import POSTGRES_NODES, ClusterHome
from deploy.cluster.house import Cluster
from deploy.embedded.certificates import Renewal
from deploy.embedded.home import HouseError
from deploy.embedded.house import Options
from deploy.embedded.parts import HERE
from deploy.postgres import etcd
from deploy.postgres.patroni import API_USER, REPLICATOR
from deploy.tls.identities import ETCD, SETUP_USER
from shared.database.hosts import Connecting
from shared.tls import Tls
from tests.parts import new_folder
from tests.ports import spread_ports


class OnlyPostgres(Cluster):
    """Of a cluster the PostgreSQLs, and nothing else."""

    def begin(self) -> None:
        self.home.make()
        spread_ports(self.home)
        self.home.authority.make()
        self._ports = self.home.ports()
        self._start_postgres()

    def renew(self) -> None:
        Renewal(self.home, self._supervisor, lambda: None, print, lambda: None).renew(everything=True)

    def end(self) -> None:
        self._supervisor.stop()
        replica.end_left(self.home)

    @property
    def ports(self) -> dict[str, int]:
        return self._ports

    @property
    def hosts(self) -> list[tuple[str, int]]:
        return self._postgres_hosts


@pytest.fixture(scope="module")
def two() -> Iterator[OnlyPostgres]:
    home = ClusterHome(new_folder("replica") / "cluster")
    if why := replica.why_alone(home):
        pytest.skip(f"a cluster has one PostgreSQL here: {why}")
    there = OnlyPostgres(home, Options(), print)
    try:
        there.begin()
        yield there
    finally:
        there.end()


async def connect(two: OnlyPostgres, hosts: list[tuple[str, int]] | None = None) -> asyncpg.Connection:
    password, tls = two.home.secret("postgres"), two.home.tls(SETUP_USER)
    given = {"user": "postgres", "password": password, "database": "postgres", "ssl": tls.context, "timeout": 30}
    return await Connecting(hosts or two.hosts, "read-write" if hosts is None else "any")(**given)


def roles_of(two: OnlyPostgres) -> dict[str, str]:
    return {name: one.role for name, one in replica.members(two.home, two.ports).items()}


async def both(two: OnlyPostgres) -> dict[str, str]:
    """Which is what; for a moment neither may answer, and who follows may not have been chosen yet."""
    async with asyncio.timeout(120):
        while sorted((found := roles_of(two)).values()) != ["leader", "sync_standby"]:
            await asyncio.sleep(0.2)
    return found


async def test_a_commit_waits_until_both_have_it(two: OnlyPostgres) -> None:
    follower = next(name for name, role in (await both(two)).items() if role != "leader")
    primary = await connect(two)
    assert await primary.fetchval("SHOW synchronous_standby_names") == f'"{follower}"'
    assert await primary.fetchval("SELECT sync_state FROM pg_stat_replication") == "sync"
    await primary.close()


def test_no_older_tls_is_spoken(two: OnlyPostgres) -> None:
    """By PostgreSQL its own setting says so; Patroni has none."""
    for name in POSTGRES_NODES:
        older = ssl.create_default_context(cafile=str(two.home.authority.trusted))
        shown = two.home.tls(SETUP_USER)
        older.load_cert_chain(shown.certificate, shown.key)
        for newest, is_taken in ((ssl.TLSVersion.TLSv1_3, True), (ssl.TLSVersion.TLSv1_2, False)):
            older.maximum_version = newest
            with (
                socket.create_connection((HERE, two.ports[f"{name}-api"]), timeout=5) as plain,
                contextlib.nullcontext() if is_taken else pytest.raises(ssl.SSLError),
                older.wrap_socket(plain, server_hostname=HERE) as there,
            ):
                there.sendall(b"GET /readiness HTTP/1.0\r\n\r\n")
                assert b" 200 " in there.recv(100)


async def test_who_copies_shows_a_certificate_of_his_own(two: OnlyPostgres) -> None:
    """Every service has a certificate of the house: with that and the password nobody reads the whole database."""

    async def copies(shown: str) -> None:
        there = await asyncpg.connect(
            host=HERE,
            port=two.ports["postgres-1"],
            user=REPLICATOR,
            password=two.home.secret("postgres-replicator"),
            ssl=two.home.tls(shown).context,
            server_settings={"replication": "true"},
            timeout=30,
        )
        await there.close()

    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
        await copies("intake")
    await copies(REPLICATOR)


def test_nobody_writes_who_is_the_primary_without_the_password(two: OnlyPostgres) -> None:
    """Neither with a certificate of a service, nor with the one that Patroni shows."""
    put = {"key": base64.b64encode(b"/service/meldpunt/leader").decode(), "value": base64.b64encode(b"me").decode()}
    for shown in ("intake", ETCD):
        status = etcd.ask(HERE, two.ports[ETCD], two.home.tls(shown), "kv/put", put)
        assert status in (http.client.BAD_REQUEST, http.client.FORBIDDEN), shown


def ask_to_switch(two: OnlyPostgres, password: str) -> int:
    """The status of the answer; 0 while nobody says that he leads."""
    leader = next((name for name, role in roles_of(two).items() if role == "leader"), None)
    if leader is None:
        return 0
    port = two.ports[f"{leader}-api"]
    connection = http.client.HTTPSConnection(HERE, port, timeout=60, context=two.home.tls(SETUP_USER).context)
    sent = base64.b64encode(f"{API_USER}:{password}".encode()).decode()
    connection.request("POST", "/switchover", json.dumps({"leader": leader}), {"Authorization": f"Basic {sent}"})
    status = connection.getresponse().status
    connection.close()
    return status


async def test_other_certificates_are_served_when_there_are_some(two: OnlyPostgres) -> None:
    """Without a start: Patroni reads its own again, and has PostgreSQL read theirs."""

    async def served(port: int, tls: Tls) -> bytes | None:
        # Patroni lets go of its port for a moment when it begins with another certificate.
        with contextlib.suppress(OSError):
            _, there = await asyncio.open_connection(HERE, port, ssl=tls.context, server_hostname=HERE)
            shown: bytes = there.get_extra_info("ssl_object").getpeercert(binary_form=True)
            there.close()
            with contextlib.suppress(OSError):
                await there.wait_closed()
            return shown
        return None

    ports, setup = [two.ports[f"{one}-api"] for one in POSTGRES_NODES], two.home.tls(SETUP_USER)
    before = [await served(port, setup) for port in ports]
    two.renew()
    setup = two.home.tls(SETUP_USER)
    async with asyncio.timeout(120):
        for port, old in zip(ports, before, strict=True):
            while await served(port, setup) in (None, old):
                await asyncio.sleep(0.2)
    for host in two.hosts:
        there = await connect(two, [host])
        shown = there._transport.get_extra_info("ssl_object").getpeercert(True)
        assert ssl.DER_cert_to_PEM_cert(shown) == setup.certificate.with_name("postgres.crt").read_text()
        await there.close()
    await both(two)


async def test_the_other_takes_over_and_has_everything(two: OnlyPostgres) -> None:
    """Whoever knows both is connected to the other, and who asks for it without the password changes nothing."""
    before = await both(two)
    assert await asyncio.to_thread(ask_to_switch, two, "guessed") == http.client.UNAUTHORIZED
    primary = await connect(two)
    await primary.execute("CREATE TABLE kept (what text)")
    await primary.execute("INSERT INTO kept VALUES ('acknowledged')")
    await primary.close()
    async with asyncio.timeout(180):
        # It is refused while the other has not been asked yet how it is.
        while await asyncio.to_thread(ask_to_switch, two, two.home.secret("patroni")) != http.client.OK:
            await asyncio.sleep(0.5)
        while await both(two) == before:
            await asyncio.sleep(0.2)
    primary = await connect(two)
    assert await primary.fetchval("SELECT what FROM kept") == "acknowledged"
    await primary.close()


def test_without_etcd_a_cluster_has_one_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine without it everything else goes on; who had two does not go on with one of them."""
    monkeypatch.setattr(shutil, "which", lambda _: None)
    home = ClusterHome(tmp_path / "cluster")
    home.make()
    assert "etcd" in (replica.why_alone(home) or "")
    home.part(POSTGRES_NODES[0]).mkdir()
    with pytest.raises(HouseError, match="begun with two"):
        replica.why_alone(home)


def test_a_cluster_that_began_with_one_goes_on_with_it(tmp_path: Path) -> None:
    home = ClusterHome(tmp_path / "cluster")
    home.make()
    home.part("postgres").mkdir()
    assert replica.why_alone(home) == "it was begun with one"


def test_a_replica_that_nobody_waits_for_is_not_whole() -> None:
    assert replica.Member("leader", "running", None).is_whole
    assert replica.Member("sync_standby", "streaming", 0).is_whole
    assert not replica.Member("replica", "streaming", 0).is_whole
    assert not replica.Member("sync_standby", "stopped", None).is_whole
    assert "lag 7 bytes" in replica.Member("sync_standby", "streaming", 7).said
