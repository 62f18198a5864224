"""PostgreSQL on several servers: the one that takes writes is used, and one that takes none any more is an outage."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from shared.database.engine import Database
from shared.database.hosts import SILENT_SECONDS
from shared.errors import PartDown
from shared.settings import ServiceSettings
from shared.telemetry import Tracing
from tests.parts import TOLD
from tests.platform.conftest import DatabaseOf
from tests.platform.real import HERE, Handed, Postgres

CLOSED = (HERE, 1)


async def on(postgres: Postgres, *hosts: tuple[str, int]) -> Database:
    user, password = await postgres.user("assessment_app")
    lease = {"lease_id": "none", "lease_duration": 3600, "data": {"username": user, "password": password}}
    bao = Handed({"database/creds/assessment": lease})
    database = Database(bao, "assessment", hosts, postgres.tls("assessment"), Tracing("assessment", None))
    await database.new_user()
    return database


async def test_a_server_that_is_away_is_passed_over(postgres: Postgres) -> None:
    await postgres.fresh("assessment")
    database = await on(postgres, CLOSED, (HERE, postgres.port))
    assert await database.reachable()
    await database.engine.dispose()


async def test_one_that_takes_no_writes_is_not_the_one(postgres: Postgres) -> None:
    await postgres.fresh("assessment")
    main = await postgres.connect()
    await main.execute("ALTER DATABASE assessment SET default_transaction_read_only = on")
    await main.close()
    database = await on(postgres, (HERE, postgres.port))
    assert not await database.reachable()
    await database.engine.dispose()


async def test_who_became_a_standby_is_an_outage_and_let_go(database_of: DatabaseOf) -> None:
    """Also on a connection that was open before: trying again later finds another server, or this one promoted."""
    database = await database_of("assessment")
    write = text("UPDATE inbox SET producer = producer")
    async with database.transaction() as session:
        before = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        await session.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"))
    with pytest.raises(PartDown):
        async with database.transaction() as session:
            await session.execute(write)
    async with database.transaction() as session:
        assert (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one() != before
        await session.execute(write)


@contextlib.asynccontextmanager
async def a_silent_one() -> AsyncIterator[tuple[tuple[str, int], list[asyncio.StreamWriter]]]:
    """It takes connections and answers nothing, as the network before a machine that is lost: where it is, and who came."""
    heard: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _reader, writer: heard.append(writer), HERE, 0)
    try:
        yield (HERE, server.sockets[0].getsockname()[1]), heard
    finally:
        server.close()
        for one in heard:
            one.close()
        await server.wait_closed()


async def test_one_that_says_nothing_keeps_nobody_from_the_others(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the three seconds in which a service is asked whether it is ready; and only the first connection waits."""
    await postgres.fresh("assessment")
    async with a_silent_one() as (silent, heard):
        database = await on(postgres, silent, (HERE, postgres.port))
        assert await database.reachable()
        await database.engine.dispose()
        asked = len(heard)
        # However long who was silent would have been waited for: it is not asked first again.
        monkeypatch.setattr("shared.database.hosts.HEAD_START_SECONDS", 60)
        assert await database.reachable()
        assert len(heard) == asked
        monkeypatch.undo()
        await database.engine.dispose()
        alone = await on(postgres, silent)
        assert not await alone.reachable()
        await alone.engine.dispose()


async def test_a_user_whom_one_does_not_know_yet_is_known_by_the_next(postgres: Postgres) -> None:
    """A standby learns of a user a moment later than the primary that made him: it refuses, and the other is asked."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)
        writer.write(b"S")
        await writer.start_tls(theirs)
        await reader.readexactly(int.from_bytes(await reader.readexactly(4)) - 4)
        fields = b"SFATAL\0VFATAL\0C28P01\0Mno such user\0\0"
        writer.write(b"E" + (len(fields) + 4).to_bytes(4) + fields)
        await writer.drain()
        writer.close()

    shown = postgres.tls("postgres")
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    theirs.load_cert_chain(shown.certificate, shown.key)
    await postgres.fresh("assessment")
    server = await asyncio.start_server(refuse, HERE, 0)
    standby = (HERE, server.sockets[0].getsockname()[1])
    database = await on(postgres, standby, (HERE, postgres.port))
    async with database.transaction() as session:
        assert (await session.execute(text("SELECT 1"))).scalar_one() == 1
    await database.engine.dispose()
    alone = await on(postgres, standby)
    with pytest.raises(PartDown):
        async with alone.transaction() as session:
            await session.execute(text("SELECT 1"))
    await alone.engine.dispose()
    server.close()
    await server.wait_closed()


async def test_the_system_hangs_up_on_who_confirms_nothing(postgres: Postgres) -> None:
    """A machine that is lost says no good-bye: what was asked of it would wait for a quarter of an hour."""
    await postgres.fresh("assessment")
    database = await on(postgres, (HERE, postgres.port))
    async with database.engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        assert raw is not None
        found = raw._transport.get_extra_info("socket")
        assert found.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == SILENT_SECONDS * 1000
        assert found.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    await database.engine.dispose()


def test_addresses_are_encrypted_ones_and_as_many_as_there_are() -> None:
    files = {"openbao_credentials": "x", "folder": "x", "tombstones": "x"}
    several = {
        "openbao_address": "https://a:8200, https://b:8200/",
        "nats_address": "tls://a:4222, tls://b:4222",
        "database_hosts": "a:5432, [::1]:5433",
    }
    found = ServiceSettings(**(TOLD | files | several))
    assert found.openbao_nodes == ["https://a:8200", "https://b:8200"]
    assert found.nats_servers == ["tls://a:4222", "tls://b:4222"]
    assert found.databases == [("a", 5432), ("::1", 5433)]
    wrong = {
        "openbao_address": "https://a:8200,http://b:8200",
        "nats_address": "tls://a:4222,nats://b:4222",
        "database_hosts": "postgresql://a:5432",
    }
    with pytest.raises(ValidationError) as refused:
        ServiceSettings(**(TOLD | files | wrong))
    assert {one["loc"][0] for one in refused.value.errors()} == set(wrong)
    with pytest.raises(ValidationError) as refused:
        ServiceSettings(**{name: value for name, value in (TOLD | files).items() if not name.startswith("tls_")})
    assert {one["loc"][0] for one in refused.value.errors()} == {"tls_authorities", "tls_certificate", "tls_key"}
