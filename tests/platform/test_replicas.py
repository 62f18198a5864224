"""Two processes of one service: what they let through together, and how each knows of the other."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from starlette.requests import Request

from shared.database.engine import make_engine
from shared.database.processes import Processes, process_name, processes
from shared.errors import TooMany
from shared.http.rate import Rate
from tests.platform.conftest import DatabaseOf, PlatformOf
from tests.platform.real import HERE, Postgres

pytestmark = pytest.mark.usefixtures("one_minute")


def visitor(host: str) -> Request:
    return Request({"type": "http", "client": (host, 1), "headers": []})


def let_through(rates: list[Rate], hosts: list[str]) -> int:
    """How many of these get through, at one process after the other."""
    found = 0
    for n, host in enumerate(hosts):
        try:
            rates[n % len(rates)].take(visitor(host))
        except TooMany:
            continue
        found += 1
    return found


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_a_visitor_has_no_more_with_several_processes_than_with_one(processes: int) -> None:
    rates = [Rate(120, lambda: processes) for _ in range(processes)]
    assert let_through(rates, ["192.0.2.1"] * 300) == 30
    assert let_through(rates, [f"192.0.2.{n % 200 + 2}" for n in range(600)]) == 90


def test_a_share_that_gets_small_lets_somebody_through() -> None:
    rates = [Rate(2, lambda: 5) for _ in range(5)]
    assert let_through(rates, [f"192.0.2.{n}" for n in range(50)]) == 5


async def test_each_process_is_counted_once_and_no_more_when_it_is_gone(
    database_of: DatabaseOf, postgres: Postgres
) -> None:
    await database_of("worklist")
    where, shown = [(HERE, postgres.port)], postgres.tls("worklist")
    users = [await postgres.user("worklist_app") for _ in range(2)]
    each: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"}
    first, second = (make_engine(where, "worklist", shown, *user, process=process_name(), **each) for user in users)
    async with first.connect() as one:
        async with first.connect() as more, second.connect() as another:
            await more.execute(text("SELECT 1"))
            assert await processes(one) == await processes(another) == 2
        await second.dispose()
        for _ in range(50):
            if await processes(one) == 1:
                break
            await one.execute(text("SELECT pg_sleep(0.1)"))
        assert await processes(one) == 1
    await first.dispose()


async def test_a_stranger_has_no_more_with_two_processes_of_a_service(platform_of: PlatformOf) -> None:
    """As export counts who fetches: every process of a service names its connections, and looks how many there are."""
    both = [await platform_of("export") for _ in range(2)]
    for one in both:
        async with one.database.reading() as first, one.database.reading() as second:
            # Several connections of one process, which it keeps.
            await first.execute(text("SELECT 1"))
            await second.execute(text("SELECT 1"))
    counted = [Processes(one.database) for one in both]
    for each in counted:
        await each.look()
    assert [each.count for each in counted] == [2, 2]
    assert let_through([Rate(120, lambda: counted[0].count) for _ in both], ["192.0.2.1"] * 300) == 30
    await both[1].database.engine.dispose()
    counted[0]._until = 0
    async with asyncio.timeout(20):
        while counted[0].count == 2:
            await counted[0].look()
            counted[0]._until = 0
    assert let_through([Rate(120, lambda: counted[0].count)], ["192.0.2.1"] * 300) == 30
