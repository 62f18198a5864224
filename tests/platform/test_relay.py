"""The relay on PostgreSQL: what is merely queued is not sent again, what is lost is, and nothing is held open."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, event, func, select
from sqlmodel import col

from shared.bus.receipts import Receipted
from shared.bus.relay import Publisher, Relay
from shared.clock import Clock, SystemClock
from shared.contracts.common import KeyRef, Receipts, Received
from shared.contracts.dossier import SignalEnded
from shared.database.engine import Database
from shared.database.tables import Outgoing
from shared.errors import PartDown
from shared.keys.signing import Verifier
from shared.keys.transit import Place, Transit
from shared.telemetry import Tracing
from tests.platform.conftest import DatabaseOf, PlatformOf
from tests.platform.real import Handed, Postgres

BACKLOG = 5000
EVENT = "report.v1"


def message(**more: Any) -> Outgoing:
    now = datetime.now(UTC)
    usual: dict[str, Any] = {"addressee": "assessment", "event": EVENT, "body": b"{}", "created_at": now}
    identifier = more.pop("id", uuid4())
    row = {"id": identifier, "next_at": now, "headers": {"ce-id": str(identifier)}} | usual | more
    return Outgoing(**row)


class Counting:
    """A publisher that counts, and hands on to `to`, so that a test decides what arrives and what gets lost."""

    def __init__(self, to: Callable[[Outgoing], None] = lambda _: None) -> None:
        self.sent: Counter[UUID] = Counter()
        self.up = True
        self.seq = 0
        self._to = to

    async def connected(self) -> None:
        if not self.up:
            raise PartDown("NATS is out of reach")

    async def publish(self, message: Outgoing) -> int:
        self.sent[message.id] += 1
        self.seq += 1
        self._to(message)
        return self.seq


class Ahead:
    """A clock that a test moves on."""

    ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def relay_on(database: Database, publisher: Publisher, resend: float, clock: Clock | None = None) -> Relay:
    nobody = Handed({})
    verifier, tracing = Verifier(nobody), Tracing("intake", None)
    return Relay("intake", database, nobody, publisher, verifier, clock or SystemClock(), tracing, resend)


@contextlib.asynccontextmanager
async def carrying(relay: Relay) -> AsyncIterator[Receipted]:
    """The relay at work; what it gives is to be told of receipts."""
    task = asyncio.create_task(relay.queue.run(relay.carry))
    yield Receipted(relay.queue._database, SystemClock(), {}, relay.heard.receipt, timedelta(days=1), lambda: None)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def post(database: Database, rows: list[Outgoing]) -> list[UUID]:
    async with database.transaction() as session:
        session.add_all(rows)
    return [row.id for row in rows]


async def left(database: Database) -> int:
    async with database.reading() as session:
        return int((await session.execute(select(func.count()).select_from(Outgoing))).scalar_one())


async def receipt(receipted: Receipted, *ids: UUID) -> None:
    message = Receipts(received=tuple(Received(message=one, of=EVENT, word=None) for one in ids))
    await receipted.end("assessment", message, {}, b"{}")


async def soon(look: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not look():
            await asyncio.sleep(0.01)


async def test_under_a_backlog_what_is_merely_queued_is_not_sent_again(database_of: DatabaseOf) -> None:
    """The addressee needs many times the patience of the sender; before, each message was sent 3.6 times."""
    database = await database_of("intake")
    stream: asyncio.Queue[UUID] = asyncio.Queue()
    publisher = Counting(lambda row: stream.put_nowait(row.id))
    wanted = set(await post(database, [message() for _ in range(BACKLOG)]))
    relay = relay_on(database, publisher, resend=2.0)
    async with carrying(relay) as receipted:
        while await left(database):
            # Some two hundred and fifty a second, in the order in which they came.
            some = [stream.get_nowait() for _ in range(min(50, stream.qsize()))]
            if some:
                await receipt(receipted, *some)
            await asyncio.sleep(0.2)
    assert set(publisher.sent) == wanted
    sends = sum(publisher.sent.values()) / BACKLOG
    print(f"sends per message with {BACKLOG} waiting: {sends:.3f}")
    assert sends <= 1.1


async def test_what_got_lost_is_sent_again_while_others_wait(database_of: DatabaseOf) -> None:
    """One in ten is lost on its way; the others are received one after the other."""
    database = await database_of("intake")
    stream: asyncio.Queue[UUID] = asyncio.Queue()
    rows = [message() for _ in range(100)]
    lost = {row.id for row in rows[::10]}
    publisher = Counting(
        lambda row: stream.put_nowait(row.id) if publisher.sent[row.id] > 1 or row.id not in lost else None
    )
    await post(database, rows)
    async with carrying(relay_on(database, publisher, resend=0.5)) as receipted:
        while await left(database):
            await receipt(receipted, await asyncio.wait_for(stream.get(), 30))
    assert {one for one in lost if publisher.sent[one] > 1} == lost


async def test_everything_comes_again_when_nats_has_lost_everything(database_of: DatabaseOf) -> None:
    """Its stream counts from the beginning: what it had is gone."""
    database = await database_of("intake")
    received: list[UUID] = []
    there = False
    publisher = Counting(lambda row: received.append(row.id) if there else None)
    wanted = set(await post(database, [message() for _ in range(500)]))
    async with carrying(relay_on(database, publisher, resend=0.5)) as receipted:
        await soon(lambda: set(publisher.sent) == wanted)
        there, publisher.seq = True, 0
        while await left(database):
            taken = received.copy()
            received.clear()
            await receipt(receipted, *taken)
            await asyncio.sleep(0.05)
    assert max(publisher.sent.values()) <= 4


async def test_an_addressee_that_is_away_is_asked_by_a_few(database_of: DatabaseOf) -> None:
    database = await database_of("intake")
    publisher = Counting()
    await post(database, [message() for _ in range(500)])
    relay = relay_on(database, publisher, resend=0.3)
    async with carrying(relay):
        await soon(lambda: len(publisher.sent) == 500)
        before = sum(publisher.sent.values())
        await soon(lambda: sum(publisher.sent.values()) > before)
        again = {one for one, times in publisher.sent.items() if times > 1}
    assert len(again) < 250, "the rest waits for the receipts of those that ask"


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
        await asyncio.wait_for(publishing.wait(), 10)
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
    told = SignalEnded(number="S-00000-00000")
    row = platform.post.envelope("intake", told, lock=KeyRef(mount=room.mount, key=key))
    if not signed:
        row.headers = row.headers | {"meldpunt-signature": "a.b.c"}
    other = platform.post.envelope("intake", told)
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
