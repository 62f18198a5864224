"""Waking a worker, and ending one in the very moment in which it is woken."""

from __future__ import annotations

import asyncio
import contextlib

from shared.wake import Wake, end


async def test_who_is_woken_and_ended_in_the_same_moment_ends() -> None:
    """`asyncio.wait_for` loses the cancellation there, and a service that stops would wait for its worker for ever."""
    wake = Wake()

    async def work() -> None:
        while True:
            await wake.wait(10)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    wake()
    await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=5)
    ended = bool(done)
    while not task.done():
        task.cancel()
        await asyncio.sleep(0)
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert ended


async def test_what_was_called_for_before_is_not_missed() -> None:
    wake = Wake()
    wake()
    async with asyncio.timeout(5):
        await wake.wait(60)


async def test_who_loses_a_cancellation_is_told_again() -> None:
    """As `asyncio.wait_for` does when what it waits for comes in the moment of the cancellation."""
    began, lost = asyncio.Event(), 0

    async def loses_two() -> None:
        nonlocal lost
        while True:
            began.set()
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                lost += 1
                if lost > 2:
                    raise

    async def fails() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise ValueError

    tasks = [asyncio.create_task(one()) for one in (loses_two, fails)]
    await began.wait()
    async with asyncio.timeout(5):
        await end(tasks, again=0.01)
    assert lost == 3
    assert tasks[0].cancelled()
    assert isinstance(tasks[1].exception(), ValueError)


async def test_who_ends_others_sees_it_through() -> None:
    """Also when it is told to end itself meanwhile, as a service is that stops slowly."""
    tries = 0

    async def slow() -> None:
        nonlocal tries
        while tries < 3:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                tries += 1

    worker = asyncio.create_task(slow())
    await asyncio.sleep(0)
    stopping = asyncio.create_task(end([worker], again=0.05))
    await asyncio.sleep(0)
    stopping.cancel()
    async with asyncio.timeout(5):
        await asyncio.wait({stopping})
    assert worker.done()
    assert stopping.cancelled()
