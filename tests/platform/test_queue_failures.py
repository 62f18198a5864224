"""What fails in a queue holds up no other: back-off, parking, leases that run out, and its coming back."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID

from shared.errors import CannotSucceed, PartDown
from shared.queue import LONGEST, PARKED_FOR, TRIES
from tests.platform.chores import Bench, Chore, is_empty, is_parked, running, until


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
    for tries in range(1, TRIES + 1):
        (row,) = await queue.claim()
        await queue._try(row, work)
        left = (await bench.all())[bad]
        assert (left.parked_at is not None) == (tries == TRIES)
        assert left.waits_because == "KeyError", "by its type and nothing else"
        bench.watch.on(left.next_at - bench.watch.now())
    assert seen == [*range(1, TRIES + 1)]


async def test_what_can_never_succeed_is_parked_at_once_and_comes_back_when_it_can(bench: Bench) -> None:
    await bench.add(owner="x")
    mended = False

    async def work(row: Chore) -> None:
        if not mended:
            raise CannotSucceed("not signed")
        await bench.done(row)

    queue = bench.queue()
    async with running(queue, work):
        await until(lambda: is_parked(bench))
        stuck = await queue.stuck()
        assert (stuck.count, stuck.waiting) == (1, 1)
        (example,) = stuck.examples
        assert (example.why, example.about, example.parked) == ("not signed", {"owner": "x"}, True)
        assert stuck.oldest == example.since == bench.watch.now()
        mended = True
        bench.watch.on(PARKED_FOR[0])
        queue.wake()
        await until(lambda: is_empty(bench))
    assert (await queue.stuck()).count == 0


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
