"""What a queue shows as stuck: what is parked, what kills its workers, what nobody takes; no short trouble."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from shared.errors import PartDown
from shared.queue import PATIENCE, TRIES
from shared.stuck import LOOKED_TOGETHER, Stuck, side_by_side
from tests.platform.chores import LEASE, Bench


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


async def test_what_is_shown_and_what_is_counted_are_the_same(bench: Bench) -> None:
    queue = bench.queue()
    left, *_ = await bench.add(late=2 * PATIENCE)
    (claimed,) = await queue.claim()
    await queue.park(claimed, "it cannot succeed as it is")
    (late,) = await bench.add(late=PATIENCE)
    await bench.add()
    shown, counted = await queue.stuck(), await queue.counted()
    assert (shown.waiting, shown.count) == (counted.waiting, counted.stuck) == (3, 2)
    assert counted.parked == 1
    rows = await bench.all()
    assert shown.oldest == min(one.since for one in shown.examples)
    assert {one.id for one in shown.examples} == {left, late}
    assert counted.oldest == rows[left].made_at


async def test_queues_are_looked_at_side_by_side_and_never_all_at_once() -> None:
    looking: list[int] = []
    most = 0

    def look(place: int) -> Stuck:
        return Stuck(str(place), 0, 0, None)

    async def looks(place: int) -> Stuck:
        nonlocal most
        looking.append(place)
        most = max(most, len(looking))
        await asyncio.sleep(0)
        looking.remove(place)
        return look(place)

    places = range(4 * LOOKED_TOGETHER)
    found = await side_by_side([lambda place=place: looks(place) for place in places])  # type: ignore[misc]
    assert found == [look(place) for place in places]
    assert most == LOOKED_TOGETHER


async def test_where_one_cannot_be_looked_at_nobody_looks_at_the_others() -> None:
    looked: list[int] = []

    async def fails() -> Stuck:
        await asyncio.sleep(0)
        raise PartDown("the database is out of reach")

    async def looks(place: int) -> Stuck:
        looked.append(place)
        await asyncio.sleep(60)
        raise AssertionError("it was waited for")

    with pytest.raises(PartDown):
        await side_by_side([fails, *(lambda place=place: looks(place) for place in range(9))])
    assert len(looked) <= LOOKED_TOGETHER
