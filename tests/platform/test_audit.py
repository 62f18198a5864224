"""Audit lines are numbered and chained by one writer, however many there are, and leave together."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from shared import audit
from shared.bus.post import Post
from shared.clock import SystemClock
from shared.contracts.common import Audited
from shared.database.engine import Database
from shared.database.tables import Audit, Outgoing
from tests.platform.conftest import DatabaseOf
from tests.platform.heard import Heard
from tests.platform.real import RealParts
from tests.security.attacker import NoSigner

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
async def database(database_of: DatabaseOf) -> Database:
    return await database_of("retention")


def numberer(database: Database) -> audit.AuditNumberer:
    post = Post("retention", NoSigner("retention"), SystemClock(), "0" * 20)  # type: ignore[arg-type]
    return audit.AuditNumberer(database, post, SystemClock())


async def write(database: Database, since: int, count: int) -> None:
    async with database.transaction() as session:
        session.add_all(
            audit.line(NOON + timedelta(seconds=n), "looked", actor=f"a{n}") for n in range(since, since + count)
        )


async def sent(database: Database) -> list[Audited]:
    async with database.reading() as session:
        bodies = (await session.scalars(select(col(Outgoing.body)))).all()
    return sorted((Audited.model_validate_json(body or b"") for body in bodies), key=lambda one: one.first)


async def test_lines_of_one_moment_are_one_message_in_their_order(database: Database) -> None:
    await write(database, 0, 5)
    assert await numberer(database).number_once() is False
    found = await sent(database)
    assert [(one.first, [line["actor"] for line in one.entries]) for one in found] == [(1, [f"a{n}" for n in range(5)])]
    async with database.reading() as session:
        rows = {row.entry["actor"]: row.seq for row in await session.scalars(select(Audit))}
    assert rows == {f"a{n}": n + 1 for n in range(5)}


async def test_two_writers_make_one_chain(database_of: DatabaseOf) -> None:
    """Two replicas, at once, while lines are added: no number twice, none left out, each batch chained to the last."""
    database, replica = await database_of("retention"), await database_of("retention")
    for round_ in range(4):
        await write(database, 10 * round_, 10)
        await asyncio.gather(*(numberer(one).number_once(most=3) for one in (database, replica, database, replica)))
    found = await sent(database)
    assert [n for one in found for n in range(one.first, one.first + len(one.entries))] == list(range(1, 41))
    previous = audit.GENESIS
    for one in found:
        assert one.previous == previous
        for entry in one.entries:
            previous = audit.chain(previous, entry)
        assert one.head == previous


async def test_numbering_takes_few_statements(database: Database, parts: RealParts) -> None:
    heard = await Heard.of(parts, database)
    await write(database, 0, 1)
    await numberer(database).number_once()
    await write(database, 1, 50)
    found = await heard.during(lambda: numberer(database).number_once())
    assert [one.split()[0].rstrip(";") for one in found] == [
        "BEGIN",
        "SELECT",
        "SELECT",
        "UPDATE",
        "UPDATE",
        "INSERT",
        "COMMIT",
    ], "one head, the lines, their numbers, the message: however many there are"
