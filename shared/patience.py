"""Waiting for so long and no longer, also for what goes on when it is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """Wait for `work`, at most `seconds`; raises what it raises, or TimeoutError.

    `asyncio.timeout` waits for ever when what it cancels goes on regardless, and a connection whose server goes away
    while it is made or closed does that. Here it is cancelled and left behind.
    """
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    finally:
        if not task.done():
            task.cancel()
            task.add_done_callback(lambda late: late.cancelled() or late.exception())
    if not done:
        raise TimeoutError
    return task.result()
