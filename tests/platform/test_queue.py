"""The queue on a real PostgreSQL: leases, fairness, back-off, parking, order, and what it shows."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import ColumnElement, and_, delete, exists, not_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import col

from shared.database.engine import Database
from shared.database.tables import Waits, moment
from shared.errors import CannotSucceed, PartDown
from shared.queue import LONGEST, PARKED_FOR, PATIENCE, TRIES, Queue
from tests.platform.conftest import DatabaseOf
from tests.platform.real import Postgres

LEASE = timedelta(seconds=20)


class Chore(Waits, table=True):
    """What waits in these tests. Those of one `owner` are done in the order of `turn`."""

    made_at: datetime = moment()
    owner: str = ""
    turn: int = 0


TABLE = """
CREATE TABLE chore (id uuid PRIMARY KEY, next_at timestamptz NOT NULL, attempts int NOT NULL, since timestamptz,
  waits_because text, parked_at timestamptz, made_at timestamptz NOT NULL, owner text NOT NULL, turn int NOT NULL);
GRANT ALL ON chore TO access_app
"""


class Watch:
    """A clock that stands still until it is moved, or runs when it is let go."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self._stands_at: datetime | None = datetime.now(UTC)

    def now(self) -> datetime:
        return (self._stands_at or datetime.now(UTC)) + self.ahead

    def on(self, step: timedelta) -> None:
        self.ahead += step

    def runs(self) -> None:
        self._stands_at = None


class Bench:
    """A table, a clock, and queues on it as several processes would have them."""

    def __init__(self, database: Database, another: Database) -> None:
        self.database = database
        self.another = another
        self.watch = Watch()

    def queue(self, *, other: bool = False, of: ColumnElement[bool] | None = None, **options: Any) -> Queue[Chore]:
        usual: dict[str, Any] = {"lease": LEASE, "began": "made_at", "shows": ("owner",)}
        return Queue(
            self.another if other else self.database,
            Chore,
            self.watch,
            name="chores",
            of=true() if of is None else of,
            **(usual | options),
        )

    async def add(self, count: int = 1, *, late: timedelta = timedelta(), **values: Any) -> list[UUID]:
        began = self.watch.now() - late
        rows = [
            Chore(id=uuid4(), next_at=began - timedelta(microseconds=count - i), made_at=began, **values)
            for i in range(count)
        ]
        async with self.database.transaction() as session:
            session.add_all(rows)
        return [row.id for row in rows]

    async def all(self) -> dict[UUID, Chore]:
        async with self.database.transaction() as session:
            return {row.id: row for row in await session.scalars(select(Chore))}

    async def done(self, row: Chore) -> None:
        async with self.database.transaction() as session:
            await session.execute(delete(Chore).where(col(Chore.id) == row.id))


@pytest.fixture
async def bench(postgres: Postgres, database_of: DatabaseOf) -> Bench:
    first, second = await database_of("access"), await database_of("access")
    connection = await postgres.connect("access")
    await connection.execute(TABLE)
    await connection.close()
    return Bench(first, second)


@contextlib.asynccontextmanager
async def running(queue: Queue[Chore], work: Callable[[Chore], Awaitable[None]]) -> AsyncIterator[None]:
    task = asyncio.create_task(queue.run(work))
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def until(look: Callable[[], Awaitable[bool] | bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while True:
            found = look()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.01)


# --- claiming -------------------------------------------------------------------------------------


async def test_two_workers_never_hold_the_same_row(bench: Bench) -> None:
    wanted = set(await bench.add(300))
    queues = [bench.queue(), bench.queue(other=True), bench.queue(), bench.queue(other=True)]
    held: list[UUID] = []

    async def take_all(queue: Queue[Chore]) -> None:
        while rows := await queue.claim(7):
            held.extend(row.id for row in rows)

    await asyncio.gather(*(take_all(queue) for queue in queues))
    # Who was just passing a row that another had locked may have stopped early; nobody has had one twice.
    await take_all(queues[0])
    assert len(held) == 300
    assert set(held) == wanted


async def test_the_lease_of_a_killed_worker_runs_out(bench: Bench) -> None:
    await bench.add()
    killed, other = bench.queue(), bench.queue(other=True)
    (first,) = await killed.claim()
    bench.watch.on(LEASE - timedelta(milliseconds=1))
    assert await other.claim() == []
    bench.watch.on(timedelta(milliseconds=1))
    (second,) = await other.claim()
    assert second.id == first.id
    assert second.attempts == 2
    await killed.park(first, "said by who has lost it")
    assert (await bench.all())[first.id].parked_at is None, "who has lost a row says nothing about it"


async def test_the_longest_due_come_first_and_what_is_not_due_does_not_come(bench: Bench) -> None:
    young = await bench.add(3)
    old = await bench.add(3, late=timedelta(minutes=1))
    await bench.add(1, late=timedelta(minutes=-1))
    assert [row.id for row in await bench.queue().claim()] == old + young


async def test_what_belongs_together_is_taken_in_its_order(bench: Bench) -> None:
    earlier = aliased(Chore)
    of = not_(exists().where(and_(col(earlier.owner) == col(Chore.owner), col(earlier.turn) < col(Chore.turn))))
    for turn in (3, 1, 2):
        for owner in ("a", "b"):
            await bench.add(owner=owner, turn=turn)
    queue = bench.queue(of=of)
    seen: list[tuple[str, int]] = []

    async def work(row: Chore) -> None:
        seen.append((row.owner, row.turn))
        if row.owner == "b" and row.turn == 2:
            raise CannotSucceed("not this one")
        await bench.done(row)
        queue.wake()

    bench.watch.runs()
    async with running(queue, work):
        await until(lambda: len(seen) == 5)
        await asyncio.sleep(0)
    assert [turn for owner, turn in seen if owner == "a"] == [1, 2, 3]
    assert [turn for owner, turn in seen if owner == "b"] == [1, 2], "what comes after what is parked waits for it"


# --- what fails -----------------------------------------------------------------------------------


async def test_a_bad_row_holds_up_no_other(bench: Bench) -> None:
    """As many bad ones as are taken at once, all of them first in line, and one that never ends."""
    bad = set(await bench.add(6, late=timedelta(hours=1)))
    slow = set(await bench.add(1, late=timedelta(hours=1)))
    good = set(await bench.add(200))
    tries: Counter[UUID] = Counter()
    done: set[UUID] = set()

    async def work(row: Chore) -> None:
        tries[row.id] += 1
        if row.id in bad:
            raise RuntimeError("nobody foresaw this")
        if row.id in slow:
            await asyncio.Event().wait()
        await bench.done(row)
        done.add(row.id)

    bench.watch.runs()
    async with running(bench.queue(most=6), work):
        await until(lambda: good <= done)
    assert all(tries[one] == 1 for one in good), "nor is one taken twice"
    left = await bench.all()
    assert set(left) == bad | slow
    assert all(left[one].waits_because == "RuntimeError" for one in bad)


async def test_what_nobody_foresaw_is_tried_a_few_times_and_parked(bench: Bench) -> None:
    (bad,) = await bench.add()
    seen: list[int] = []

    async def work(row: Chore) -> None:
        seen.append(row.attempts)
        raise KeyError("content that no log may have")

    queue = bench.queue()
    async with running(queue, work):
        while (await bench.all())[bad].parked_at is None:
            await asyncio.sleep(0.005)
            bench.watch.on(LONGEST)
            queue.wake()
    assert seen[-1] >= TRIES
    assert len(seen) <= TRIES + 1
    assert (await bench.all())[bad].waits_because == "KeyError", "by its type and nothing else"


async def test_what_can_never_succeed_is_parked_at_once_and_comes_back_when_it_can(bench: Bench) -> None:
    await bench.add(owner="x")
    mended = False

    async def work(row: Chore) -> None:
        if not mended:
            raise CannotSucceed("not signed")
        await bench.done(row)

    queue = bench.queue()
    async with running(queue, work):
        await until(lambda: _is_parked(bench))
        stuck = await queue.stuck()
        assert (stuck.count, stuck.waiting) == (1, 1)
        (example,) = stuck.examples
        assert (example.why, example.about, example.parked) == ("not signed", {"owner": "x"}, True)
        assert stuck.oldest == example.since == bench.watch.now()
        mended = True
        bench.watch.on(PARKED_FOR[0])
        queue.wake()
        await until(lambda: _is_empty(bench))
    assert (await queue.stuck()).count == 0


async def _is_parked(bench: Bench) -> bool:
    return all(row.parked_at for row in (await bench.all()).values())


async def _is_empty(bench: Bench) -> bool:
    return not await bench.all()


async def test_parked_rows_come_after_all_others_and_ever_more_slowly(bench: Bench) -> None:
    queue = bench.queue()
    (parked,) = await bench.add(late=timedelta(hours=1))
    await queue.park((await queue.claim())[0], "no")
    pauses: list[timedelta] = []
    for _ in range(9):
        began = bench.watch.now()
        row = (await bench.all())[parked]
        bench.watch.on(row.next_at - began)
        pauses.append(row.next_at - began)
        young = await bench.add(3)
        rows = await queue.claim()
        assert [one.id for one in rows] == [*young, parked], "however long it has been due"
        await queue.park(rows[-1], "no")
        for one in rows[:3]:
            await bench.done(one)
    assert pauses[0] == PARKED_FOR[0]
    assert pauses == sorted(pauses)
    assert pauses[-1] == PARKED_FOR[1]


async def test_a_part_that_is_away_parks_nothing_and_the_pause_grows(bench: Bench) -> None:
    (only,) = await bench.add()
    queue, pauses = bench.queue(), []
    for _ in range(40):
        (row,) = await queue.claim()
        await queue._failed(row, PartDown("OpenBao is away"))
        found = (await bench.all())[only]
        pauses.append(found.next_at - bench.watch.now())
        bench.watch.on(pauses[-1])
        assert (found.attempts, found.parked_at) == (0, None)
    assert pauses == sorted(pauses)
    assert pauses[0] < timedelta(seconds=1)
    assert pauses[-1] == LONGEST


async def test_what_takes_longer_than_its_lease_is_ended_before_another_begins(bench: Bench) -> None:
    await bench.add()
    bench.watch.runs()
    now_at_it = tries = 0

    async def work(row: Chore) -> None:
        nonlocal now_at_it, tries
        now_at_it, tries = now_at_it + 1, tries + 1
        assert now_at_it == 1
        try:
            await asyncio.sleep(60)
        finally:
            now_at_it -= 1

    async with (
        running(bench.queue(lease=timedelta(seconds=0.3)), work),
        running(bench.queue(other=True, lease=timedelta(seconds=0.3)), work),
    ):
        await until(lambda: tries >= 3)
    assert all(row.parked_at is None for row in (await bench.all()).values()), "it is something else that is slow"


# --- waking and showing ---------------------------------------------------------------------------


async def test_who_waits_is_woken_by_a_row_and_by_its_moment(bench: Bench) -> None:
    bench.watch.runs()
    seen: dict[UUID, datetime] = {}

    async def work(row: Chore) -> None:
        seen[row.id] = bench.watch.now()
        await bench.done(row)

    async with running(bench.queue(), work):
        await until(lambda: _is_empty(bench))
        (later,) = await bench.add(late=timedelta(seconds=-0.7))
        (at_once,) = await bench.add()
        due = (await bench.all())[later].next_at
        await until(lambda: at_once in seen, 2)
        await until(lambda: later in seen, 2)
    assert seen[at_once] < due <= seen[later]


async def test_what_kills_its_workers_is_shown(bench: Bench) -> None:
    (deadly,) = await bench.add(late=timedelta(minutes=5))
    queue = bench.queue(silent="its worker ends without a word")
    for _ in range(TRIES):
        await queue.claim()
        bench.watch.on(LEASE)
    stuck = await queue.stuck()
    assert [(one.id, one.why, one.attempts) for one in stuck.examples] == [
        (deadly, "its worker ends without a word", TRIES)
    ]
    assert stuck.oldest == (await bench.all())[deadly].made_at


async def test_what_nobody_takes_is_shown(bench: Bench) -> None:
    (left,) = await bench.add(late=PATIENCE)
    await bench.add(late=PATIENCE / 2)
    (example,) = (await bench.queue().stuck()).examples
    assert (example.id, example.attempts) == (left, 0)
    assert "nobody takes it" in example.why


async def test_a_short_trouble_is_not_shown_and_a_longer_one_is(bench: Bench) -> None:
    (row,) = await bench.add()
    queue = bench.queue()
    await queue.back_off((await queue.claim())[0], "NATS is out of reach", counts=False)
    assert (await queue.stuck()).count == 0
    bench.watch.on(PATIENCE)
    (example,) = (await queue.stuck()).examples
    assert (example.id, example.why, example.parked) == (row, "NATS is out of reach", False)
