"""What a read costs, and that a lost connection is noticed without asking."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.database.engine import Database
from shared.database.tables import Tombstone
from tests.platform.conftest import DatabaseOf
from tests.platform.heard import Heard
from tests.platform.real import RealParts


@pytest.fixture
async def database(database_of: DatabaseOf) -> Database:
    return await database_of("retention")


async def _read(database: Database) -> None:
    async with database.reading() as session:
        await session.execute(select(Tombstone))


async def _in_transaction(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(select(Tombstone))


async def test_a_read_is_one_round_trip(database: Database, parts: RealParts) -> None:
    heard = await Heard.of(parts, database)
    await _read(database)
    found = await heard.during(lambda: _read(database))
    assert [one.split()[0] for one in found] == ["SELECT"]


async def test_a_transaction_adds_its_begin_and_commit_and_no_ping(database: Database, parts: RealParts) -> None:
    heard = await Heard.of(parts, database)
    await _in_transaction(database)
    found = await heard.during(lambda: _in_transaction(database))
    assert [one.split()[0].rstrip(";") for one in found] == ["BEGIN", "SELECT", "COMMIT"]


async def test_a_connection_that_was_closed_is_replaced_at_checkout(database: Database, parts: RealParts) -> None:
    made: list[Any] = []
    event.listen(database.engine.sync_engine.pool, "connect", lambda one, _: made.append(one.driver_connection))
    await _read(database)
    main = await parts.postgres.connect()
    await main.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'retention'")
    await main.close()
    async with asyncio.timeout(60):
        while not made[0].is_closed():
            await asyncio.sleep(0.01)
    await _read(database)
    await _in_transaction(database)
    assert len(made) == 2


async def test_nothing_is_written_while_reading(database: Database) -> None:
    now = datetime.now(UTC)
    row = Tombstone(number="S-00000-00000", destroyed_at=now)
    change = update(Tombstone).where(col(Tombstone.number) == row.number).values(destroyed_at=now)
    for work in (lambda one: one.add(row), lambda one: one.execute(change)):
        with pytest.raises(TypeError, match="in a transaction"):
            await _try(database, work)


async def _try(database: Database, work: Callable[[AsyncSession], Any]) -> None:
    async with database.reading() as session:
        found = work(session)
        if found is not None:
            await found


async def test_each_query_sees_what_is_committed(database: Database) -> None:
    count = text("SELECT count(*) FROM tombstone WHERE number = 'S-00000-00001'")
    async with database.reading() as reading:
        assert (await reading.execute(count)).scalar_one() == 0
        async with database.transaction() as session:
            session.add(Tombstone(number="S-00000-00001", destroyed_at=datetime.now(UTC)))
        assert (await reading.execute(count)).scalar_one() == 1
