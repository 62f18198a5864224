"""Who may connect to the parts: nobody in plain text, and nobody without a certificate of this house that is valid today."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import nats.errors
import pytest
from cryptography import x509
from nats.aio.client import Client

from deploy.embedded import parts as embedded
from deploy.embedded.certificates import RENEW, Renewal
from deploy.embedded.home import Home, HouseError
from deploy.openbao import apply as bao_config
from deploy.tls.authority import Authority
from deploy.tls.identities import IDENTITIES, SETUP_USER
from shared.tls import OLDEST_VERSION, Tls
from tests.parts import new_folder, run_async
from tests.platform.real import HERE, Bao, Nats, Postgres, RealParts

Connect = Callable[["ssl.SSLContext | None"], Awaitable[Any]]
SSL_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
REFUSED = (
    OSError,
    ssl.SSLError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    httpx.TransportError,
    nats.errors.Error,
    asyncio.IncompleteReadError,
)


@pytest.fixture(scope="module")
def strangers(parts: RealParts, tmp_path_factory: pytest.TempPathFactory) -> dict[str, ssl.SSLContext]:
    """Who should get nowhere: each believes the servers of this house, so that it is they who refuse."""
    foreign = Authority(tmp_path_factory.mktemp("foreign") / "tls")
    foreign.make()
    ours = parts.home.authority
    real = {name: (parts.home.path / "tls" / name).read_bytes() for name in ("assessment.crt", "assessment.key")}
    now = datetime.now(UTC)
    ours.issue("assessment", now - timedelta(days=2), timedelta(days=1))
    expired = _context(ours.trusted, parts.home.tls("assessment"))
    for name, data in real.items():
        (parts.home.path / "tls" / name).write_bytes(data)
    return {
        "none": _context(ours.trusted, None),
        "foreign": _context(ours.trusted, foreign.of("assessment")),
        "expired": expired,
    }


def _context(authorities: Path, shown: Tls | None) -> ssl.SSLContext:
    made = ssl.create_default_context(cafile=str(authorities))
    if shown:
        made.load_cert_chain(shown.certificate, shown.key)
    return made


def to_openbao(openbao: Bao) -> Connect:
    async def connect(context: ssl.SSLContext | None) -> int:
        address = openbao.address if context else openbao.address.replace("https", "http")
        async with httpx.AsyncClient(verify=context or True) as http:
            answer = await http.get(f"{address}/v1/sys/health")
            if not context and answer.status_code == 400:
                # Go's words to who speaks plain text where TLS is spoken.
                raise ssl.SSLError(answer.text)
            return answer.status_code

    return connect


def to_postgres(postgres: Postgres) -> Connect:
    async def connect(context: ssl.SSLContext | None) -> int:
        connection = await asyncpg.connect(
            host=HERE,
            port=postgres.port,
            user="postgres",
            password=postgres.password,
            database="postgres",
            ssl=context or False,
            timeout=10,
        )
        found: int = await connection.fetchval("SELECT 200")
        await connection.close()
        return found

    return connect


def to_nats(nats: Nats) -> Connect:
    async def connect(context: ssl.SSLContext | None) -> int:
        if context:
            # The client of NATS tries again and again with whom it does not believe.
            _, writer = await asyncio.open_connection(HERE, nats.port, ssl=context)
            writer.close()
        await asyncio.wait_for(_nats(nats, context, "assessment", nats.passwords["assessment"]), 60)
        return 200

    return connect


async def _nats(nats: Nats, context: ssl.SSLContext | None, user: str, password: str) -> None:
    async def quiet(_: Exception) -> None:
        """What was refused is raised too."""

    client = Client()
    how: dict[str, Any] = {"tls": context, "tls_handshake_first": True} if context else {}
    address = nats.address if context else nats.address.replace("tls://", "nats://")
    try:
        await client.connect(
            address,
            user=user,
            password=password,
            allow_reconnect=False,
            # Who is refused in plain text hears nothing at all.
            connect_timeout=20 if context else 2,
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            error_cb=quiet,
            **how,
        )
        await client.flush(5)
    finally:
        with contextlib.suppress(Exception):
            await client.close()


@pytest.fixture(params=["openbao", "postgres", "nats"])
def part(request: pytest.FixtureRequest, parts: RealParts) -> Connect:
    if request.param == "openbao":
        return to_openbao(parts.openbao)
    return to_postgres(parts.postgres) if request.param == "postgres" else to_nats(parts.nats)


async def test_who_is_of_the_house_comes_in(part: Connect, parts: RealParts) -> None:
    assert await part(parts.home.tls("assessment").context) == 200


@pytest.mark.parametrize("who", ["none", "foreign", "expired"])
async def test_nobody_else_does(part: Connect, strangers: dict[str, ssl.SSLContext], who: str) -> None:
    with pytest.raises(REFUSED) as refused:
        await part(strangers[who])
    assert not isinstance(refused.value, TimeoutError)


async def test_nobody_speaks_in_plain_text(part: Connect) -> None:
    with pytest.raises(REFUSED):
        await part(None)


async def test_a_server_of_another_house_is_not_believed(part: Connect, tmp_path: Path) -> None:
    """Who sits between a service and a part hears nothing of it: no password, no token."""
    foreign = Authority(tmp_path / "tls")
    foreign.make()
    with pytest.raises(REFUSED) as refused:
        await part(foreign.of("assessment").context)
    assert not isinstance(refused.value, TimeoutError)


async def test_older_versions_are_refused(part: Connect, parts: RealParts) -> None:
    context = _context(parts.home.authority.trusted, parts.home.tls("assessment"))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert ssl.TLSVersion.TLSv1_3 == OLDEST_VERSION
    with pytest.raises(REFUSED) as refused:
        await part(context)
    assert not isinstance(refused.value, TimeoutError)


async def test_nats_wants_certificate_and_password_of_the_same_service(nats: Nats) -> None:
    """A stolen password, or a stolen certificate, is no key to somebody else's subjects."""
    for shows, says in (("assessment", "assessment"), (SETUP_USER, SETUP_USER)):
        await _nats(nats, nats.tls(shows).context, says, nats.passwords[says])
    for shows, says in (
        ("assessment", "intake"),
        ("assessment", SETUP_USER),
        (SETUP_USER, "assessment"),
        ("openbao", SETUP_USER),
        ("portal", "intake"),
    ):
        with pytest.raises(REFUSED):
            await _nats(nats, nats.tls(shows).context, says, nats.passwords[says])


async def test_nats_knows_whom_by_his_certificate(nats: Nats) -> None:
    """Whoever calls himself another has the rights of who he shows he is, and of nobody else."""
    heard: list[str] = []

    async def error(problem: Exception) -> None:
        heard.append(str(problem).lower())

    client = Client()
    await client.connect(
        nats.address,
        user=SETUP_USER,
        password=nats.passwords["assessment"],
        tls=nats.tls("assessment").context,
        tls_handshake_first=True,
        error_cb=error,
    )
    await client.publish("$JS.API.STREAM.NAMES", b"")
    await client.flush(5)
    await asyncio.sleep(0.2)
    await client.close()
    assert any("permissions violation" in one for one in heard)


def test_nothing_is_said_before_the_handshake(nats: Nats) -> None:
    """Not even which version listens there."""
    with socket.create_connection((HERE, nats.port), timeout=1) as plain:
        plain.settimeout(1)
        with contextlib.suppress(TimeoutError, ConnectionError):
            assert plain.recv(64) == b""


def test_renewed_certificates_are_served_without_a_restart(parts: RealParts) -> None:
    """PostgreSQL, OpenBao and NATS read them again when they are told to; who connects sees the new one."""
    ports = {"postgres": parts.postgres.port, "openbao": parts.ports["openbao"], "nats": parts.nats.port}
    assert parts.openbao.address
    authority, asks = parts.home.authority, parts.home.tls(SETUP_USER)
    before = {name: _serial(name, port, asks) for name, port in ports.items()}
    for name in ports:
        authority.issue(name, datetime.now(UTC))
    embedded.postgres_certificates(parts.home)
    for name in ports:
        parts.reload(name)
    for name, port in ports.items():
        embedded.wait_until(partial(_differs, name, port, asks, before[name]), 20, name)


def _differs(name: str, port: int, asks: Tls, before: int) -> bool:
    return _serial(name, port, asks) != before


def _serial(name: str, port: int, asks: Tls) -> int:
    """Of the certificate that is served."""
    with socket.create_connection((HERE, port), timeout=5) as plain:
        if name == "postgres":
            plain.sendall(SSL_REQUEST)
            assert plain.recv(1) == b"S"
        with asks.context.wrap_socket(plain, server_hostname=HERE) as shown:
            found = x509.load_der_x509_certificate(shown.getpeercert(binary_form=True) or b"")
    return found.serial_number


def test_every_identity_has_a_key_of_its_own_that_only_its_owner_reads(parts: RealParts) -> None:
    folder = parts.home.path / "tls"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert all(one.stat().st_mode & 0o777 == 0o600 for one in folder.iterdir())
    keys = [(folder / f"{name}.key").read_bytes() for name in IDENTITIES]
    assert len(set(keys)) == len(IDENTITIES)


def test_who_asks_gets_new_ones_and_what_goes_wrong_is_said(parts: RealParts) -> None:
    """The house does it between its other chores: nothing that goes wrong there stops it, and who asked is not left waiting."""
    said: list[str] = []
    home, told = parts.home, parts.openbao

    def away() -> None:
        raise OSError

    def serials() -> set[bytes]:
        return {home.tls(name).certificate.read_bytes() for name in IDENTITIES}

    before = serials()
    good, bad = (
        Renewal(home, parts.supervisor, anew, said.append, parts.nodes.one_by_one) for anew in (lambda: None, away)
    )
    good.when_due()
    assert serials() == before, "nobody asked, and it is not time"
    for renewal in (good, bad):
        home.write(home.certificates_asked, RENEW)
        renewal.when_due()
        assert not home.certificates_asked.exists()
    assert not serials() & before
    assert said[-1] == "certificates were not renewed: OSError"
    assert told.anew().is_authenticated()


def test_data_of_another_postgresql_are_refused_in_words() -> None:
    home = Home(new_folder("version") / "home")
    home.make()
    home.authority.make()
    home.part("postgres").mkdir()
    (home.part("postgres") / "PG_VERSION").write_text("18\n")
    with pytest.raises(HouseError, match="made by PostgreSQL 18, and this is 17"):
        embedded.postgres(home, 1)
    shutil.rmtree(home.path.parent)


def test_another_authority_while_everything_runs(parts: RealParts) -> None:
    """Afterwards the parts believe the new one alone, each other included, and nobody whom the former one knew."""
    said: list[str] = []
    openbao, nats = parts.openbao, parts.nats
    openbao.with_database(parts.postgres)
    former = Tls(_kept(parts, "ca.crt"), _kept(parts, "assessment.crt"), _kept(parts, "assessment.key"))

    def connect_anew() -> None:
        bao_config.connect_anew(openbao.anew())

    Renewal(parts.home, parts.supervisor, connect_anew, said.append, parts.nodes.one_by_one).new_authority()
    assert said == ["another authority signs the certificates"]
    context = _context(parts.home.authority.trusted, former)
    for part in (to_openbao(openbao), to_postgres(parts.postgres), to_nats(nats)):
        with pytest.raises(REFUSED):
            run_async(_called(part, context))
        assert run_async(_called(part, parts.home.tls("assessment").context)) == 200
    user, _ = bao_config.database_user(openbao.anew(), "assessment")
    assert user.startswith("v-")


def _kept(parts: RealParts, name: str) -> Path:
    """A copy of a file as it is."""
    copy = parts.home.path / f"former-{name}"
    copy.write_bytes((parts.home.path / "tls" / name).read_bytes())
    return copy


async def _called(part: Connect, context: ssl.SSLContext) -> Any:
    return await part(context)
