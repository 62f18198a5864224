"""The relay on PostgreSQL: when a message leaves, what it holds open meanwhile, and the key that it locks first."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, event
from sqlmodel import col

from shared.bus.relay import Relay
from shared.clock import SystemClock
from shared.contracts.common import KeyRef
from shared.contracts.dossier import ClosedTo
from shared.database.tables import Outgoing
from shared.keys.transit import Place, Transit
from tests.platform.carried import Ahead, Counting, carrying, message, post, relay_on, soon
from tests.platform.conftest import DatabaseOf, PlatformOf
from tests.platform.real import Postgres


async def test_a_message_leaves_at_its_moment_and_can_be_taken_back_until_then(database_of: DatabaseOf) -> None:
    database = await database_of("intake")
    now, publisher, clock = datetime.now(UTC), Counting(), Ahead()
    later, back = (message(next_at=now + timedelta(hours=1)) for _ in range(2))
    at_once = message()
    relay = relay_on(database, publisher, resend=20, clock=clock)
    async with carrying(relay):
        await post(database, [later, back, at_once])
        await soon(lambda: publisher.sent[at_once.id] == 1)
        assert set(publisher.sent) == {at_once.id}
        async with database.transaction() as session:
            taken = delete(Outgoing).where(col(Outgoing.id) == back.id, col(Outgoing.attempts) == 0)
            assert (await session.execute(taken.returning(col(Outgoing.id)))).first() is not None
        clock.ahead = timedelta(hours=1)
        relay.queue.wake()
        await soon(lambda: publisher.sent[later.id] == 1)
    assert publisher.sent[back.id] == 0


async def test_no_transaction_is_open_while_a_message_is_published(database_of: DatabaseOf, postgres: Postgres) -> None:
    database = await database_of("intake")
    publishing, go_on = asyncio.Event(), asyncio.Event()

    class Slow(Counting):
        async def publish(self, message: Outgoing) -> int:
            publishing.set()
            await go_on.wait()
            return await super().publish(message)

    publisher = Slow()
    await post(database, [message() for _ in range(3)])
    async with carrying(relay_on(database, publisher, resend=20)):
        await asyncio.wait_for(publishing.wait(), 60)
        connection = await postgres.connect("intake")
        open_ones = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'intake' AND state LIKE 'idle in trans%'"
        assert await connection.fetchval(open_ones) == 0
        assert await connection.fetchval("SELECT min(attempts) FROM outgoing") == 1, "to claim is to note the sending"
        await connection.close()
        go_on.set()
        await soon(lambda: len(publisher.sent) == 3)


async def test_nothing_is_claimed_while_nats_is_away(database_of: DatabaseOf) -> None:
    database = await database_of("intake")
    publisher = Counting()
    publisher.up = False
    (one,) = await post(database, [message()])
    relay = relay_on(database, publisher, resend=20)
    async with carrying(relay):
        await asyncio.sleep(0)
        assert (await relay.queue.stuck()).waiting == 1
        publisher.up = True
        await soon(lambda: publisher.sent[one] == 1, 10)
    async with database.reading() as session:
        assert (await session.get_one(Outgoing, one)).attempts == 1


async def test_a_claim_under_a_backlog_goes_by_its_index(database_of: DatabaseOf, postgres: Postgres) -> None:
    """Forty of twenty thousand: nothing is sorted and nothing is read but what is taken."""
    database = await database_of("intake")
    await post(database, [message() for _ in range(40)])
    connection = await postgres.connect("intake")
    columns = "addressee, event, headers, body, attempts, created_at, next_at"
    await connection.execute(
        f"INSERT INTO outgoing (id, {columns}) SELECT gen_random_uuid(), 'assessment', 'report.v1', '{{}}', 'x', 0,"
        " now(), now() - make_interval(secs => n) FROM generate_series(1, 20000) n; ANALYZE outgoing"
    )
    await connection.close()
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        seen.append((statement, values))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    relay = relay_on(database, Counting(), resend=20)
    assert len(await relay.queue.claim()) == 40
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    ((statement, values),) = seen
    async with database.engine.connect() as plain:
        found = await plain.exec_driver_sql(f"EXPLAIN {statement}", values)
        plan = "\n".join(row[0] for row in found)
    assert "outgoing_due_idx" in plan, plan
    assert "Seq Scan on outgoing" not in plan, plan


@pytest.mark.parametrize("signed", [True, False])
async def test_the_key_is_locked_before_the_first_publication(platform_of: PlatformOf, signed: bool) -> None:
    """And a hand-over that this service did not sign locks nothing, is parked and shown, and holds up no other."""
    platform = await platform_of("assessment")
    room, key = platform.room(), uuid4().hex
    await room.make(key)
    place = Place(room.mount, "S-00000-00000", "x", 1)
    ciphertext = (await room.encrypt(key, [(place, b"words")]))[0]
    told = ClosedTo(number="S-00000-00000", person="farid", closed=True)
    row = platform.post.envelope("rights", told, lock=KeyRef(mount=room.mount, key=key))
    if not signed:
        row.headers = row.headers | {"meldpunt-signature": "a.b.c"}
    other = platform.post.envelope("rights", told)
    locked: list[bool] = []

    async def opens() -> bool:
        with contextlib.suppress(Exception):
            return await Transit(platform.bao, room.mount).decrypt(key, [(place, ciphertext)]) == [b"words"]
        return False

    class Looking(Counting):
        async def publish(self, message: Outgoing) -> int:
            if message.id == row.id:
                locked.append(not await opens())
            return await super().publish(message)

    publisher = Looking()
    relay = Relay(
        "assessment", platform.database, platform.bao, publisher, platform.verifier, SystemClock(), platform.tracing, 20
    )
    async with carrying(relay):
        await post(platform.database, [row, other])
        await soon(lambda: publisher.sent[other.id] == 1)
        if signed:
            await soon(lambda: publisher.sent[row.id] == 1)
        else:
            async with asyncio.timeout(20):
                while not (await relay.queue.stuck()).count:
                    await asyncio.sleep(0.05)
    assert locked == ([True] if signed else [])
    if not signed:
        (example,) = (await relay.queue.stuck()).examples
        assert (example.id, example.parked) == (row.id, True)
        assert "did not sign" in example.why
        assert await opens()
