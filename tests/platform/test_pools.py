"""The connections of one process to PostgreSQL: how many, and what becomes of them when the server is read-only."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared.clock import SystemClock
from shared.database.engine import Database, of_at_most
from shared.database.tables import InboxRow
from shared.errors import PartDown
from tests.platform.conftest import DatabaseOf, PlatformOf


async def writes(database: Database) -> None:
    async with database.transaction() as session:
        session.add(InboxRow(id=uuid4(), producer="intake", event="x.v1", handled_at=SystemClock().now()))


async def process(database: Database) -> int:
    async with database.reading() as session:
        return int((await session.execute(text("SELECT pg_backend_pid()"))).scalar_one())


async def test_a_server_that_is_read_only_is_an_outage_and_its_connections_are_dropped(
    database_of: DatabaseOf,
) -> None:
    """As a primary is that has become a standby: it keeps the connections that it has."""
    database = await database_of("worklist")
    await writes(database)
    before = await process(database)
    await database.alone(text("SET default_transaction_read_only = on"))
    with pytest.raises(PartDown):
        await writes(database)
    await writes(database)
    assert await process(database) != before


@pytest.mark.parametrize("connections", [4, 8, 11, 20])
def test_a_pool_has_no_more_than_it_may(connections: int) -> None:
    pool = of_at_most(connections)
    assert pool["pool_size"] + pool["max_overflow"] == connections
    assert pool["max_overflow"] >= 0


async def test_a_process_has_no_more_than_its_setting(platform_of: PlatformOf) -> None:
    platform = await platform_of("worklist", database_connections=4)
    engine = platform.database.engine
    release = asyncio.Event()

    async def holds() -> None:
        async with engine.connect():
            await release.wait()

    held = [asyncio.create_task(holds()) for _ in range(8)]
    await asyncio.sleep(1)
    most = engine.pool.checkedout()  # type: ignore[attr-defined]
    release.set()
    await asyncio.gather(*held)
    assert most == 4
