"""PostgreSQL on several servers: the one that takes writes is used, and one that takes none any more is an outage."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from shared.database.engine import Database
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
