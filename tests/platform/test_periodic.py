"""What is done over everything has no row, and shows all the same: since when it fails, why, and what to do."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from shared.errors import CannotSucceed, PartDown
from shared.periodic import Periodic
from shared.queue import LONGEST, PATIENCE, SHORTEST
from shared.stuck import as_told
from tests.parts import stop
from tests.platform.desk import MovedClock

HOUR = 3600.0


class Act:
    """Does what it is told: nothing, or raise `problem`."""

    def __init__(self) -> None:
        self.problem: Exception | None = None
        self.done = 0

    async def __call__(self) -> None:
        if self.problem:
            raise self.problem
        self.done += 1


@pytest.fixture
def act() -> Act:
    return Act()


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


def periodic_of(act: Act, clock: MovedClock, soon: timedelta = LONGEST) -> Periodic:
    return Periodic("chores", act, clock, every=HOUR, remedy="sweep", soon=soon)


async def test_what_says_itself_when_it_is_due_again_is_asked_each_time(act: Act, clock: MovedClock) -> None:
    due = iter((HOUR, 5.0))
    one = Periodic("chores", act, clock, every=lambda: next(due), remedy="sweep")
    assert [await one.once(), await one.once()] == [HOUR, 5.0]


async def test_what_is_due_at_once_and_fails_is_not_tried_without_a_pause(act: Act, clock: MovedClock) -> None:
    one = Periodic("chores", act, clock, every=lambda: 0.0, remedy="sweep")
    act.problem = PartDown()
    assert await one.once() >= SHORTEST.total_seconds()


async def test_what_fails_shows_until_it_succeeds(act: Act, clock: MovedClock) -> None:
    one = periodic_of(act, clock)
    assert await one.once() == HOUR
    succeeded = clock.now()
    assert as_told(one.stuck()) == as_told(one.stuck()) | {"queue": "chores", "waiting": 0, "stuck": 0, "rows": []}
    clock.pass_by(HOUR)
    failed, act.problem = clock.now(), CannotSucceed("no law is in force")
    await one.once()
    assert one.stuck().count == 0, "what passes by itself is no trouble"
    clock.pass_by(PATIENCE.total_seconds())
    await one.once()
    assert as_told(one.stuck()) == {
        "queue": "chores",
        "waiting": 1,
        "stuck": 1,
        "oldest": failed.isoformat(),
        "rows": [
            {
                "id": None,
                "about": {"succeeded": succeeded.isoformat()},
                "since": failed.isoformat(),
                "attempts": 2,
                "why": "no law is in force",
                "parked": False,
            }
        ],
        "remedy": "sweep",
    }
    act.problem = None
    await one.once()
    assert one.stuck().count == 0


async def test_the_words_of_another_library_are_not_shown(act: Act, clock: MovedClock) -> None:
    one = periodic_of(act, clock)
    act.problem = ValueError("Jan Wilgenroos")
    await one.once()
    clock.pass_by(PATIENCE.total_seconds())
    assert [row.why for row in one.stuck().examples] == ["ValueError"]


@pytest.mark.parametrize(("soon", "longest"), [(LONGEST, LONGEST), (timedelta(seconds=2), timedelta(seconds=2))])
async def test_it_is_tried_again_ever_more_slowly_and_no_slower(
    act: Act, clock: MovedClock, soon: timedelta, longest: timedelta
) -> None:
    one = periodic_of(act, clock, soon)
    act.problem = PartDown()
    pauses = []
    for _ in range(40):
        pauses.append(await one.once())
        clock.pass_by(pauses[-1])
    assert pauses[0] == SHORTEST.total_seconds()
    assert pauses == sorted(pauses)
    assert pauses[-1] == longest.total_seconds()
    act.problem = None
    assert await one.once() == HOUR


async def test_what_hangs_is_begun_anew_and_shows(clock: MovedClock) -> None:
    async def hangs() -> None:
        await asyncio.Event().wait()

    one = Periodic("chores", hangs, clock, every=HOUR, remedy="sweep", at_most=timedelta(seconds=0.01))
    await one.once()
    clock.pass_by(PATIENCE.total_seconds())
    assert [row.why for row in one.stuck().examples] == ["it takes longer than its time"]


async def test_who_made_work_need_not_wait_for_the_hour(act: Act, clock: MovedClock) -> None:
    one = periodic_of(act, clock)
    task = asyncio.create_task(one.run())
    async with asyncio.timeout(10):
        for times in (1, 2, 3):
            while act.done < times:
                await asyncio.sleep(0)
            one.wake()
    await stop(task)
