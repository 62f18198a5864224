"""Waking a worker, and ending one in the very moment in which it is woken."""

from __future__ import annotations

import asyncio
import contextlib

from shared.wake import Wake


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


async def test_who_was_told_to_end_ends_also_when_a_library_lost_it() -> None:
    """As `asyncio.wait_for` does when what it waits for comes in the moment of the cancellation."""
    wake, began = Wake(), asyncio.Event()

    async def loses_it() -> None:
        began.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)

    async def works() -> None:
        while True:
            await loses_it()
            await wake.wait(60)

    task = asyncio.create_task(works())
    await began.wait()
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=5)
    assert done
    assert task.cancelled()
