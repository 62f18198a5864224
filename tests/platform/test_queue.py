"""The queue on a real PostgreSQL: leases, fairness, order, and who is woken."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, exists, not_
from sqlalchemy.orm import aliased
from sqlmodel import col

from shared.errors import CannotSucceed
from shared.queue import IDLE, Queue
from tests.platform.chores import LEASE, Bench, Chore, is_empty, running, until


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


async def test_who_waits_is_woken_by_a_row_and_by_its_moment(bench: Bench) -> None:
    bench.watch.runs()
    seen: dict[UUID, datetime] = {}

    async def work(row: Chore) -> None:
        seen[row.id] = bench.watch.now()
        await bench.done(row)

    async with running(bench.queue(), work):
        await until(lambda: is_empty(bench))
        (later,) = await bench.add(late=timedelta(seconds=-5))
        (at_once,) = await bench.add()
        due = (await bench.all())[later].next_at
        await until(lambda: at_once in seen, 30)
        await until(lambda: later in seen, 30)
    assert seen[at_once] < due <= seen[later]
    assert seen[later] - due < IDLE / 2, "and not when it would have looked anyway"
