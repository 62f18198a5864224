"""Waking who has something to do, instead of letting him look for it all the time; and ending who was told to end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection
from typing import Any


async def end(tasks: Collection[asyncio.Task[Any]], again: float = 15.0) -> None:
    """Cancel `tasks` until they have ended, whatever they end with.

    Libraries wait with `asyncio.wait_for`, which loses a cancellation that comes in the moment of what it waited for. Who
    lost it goes on for ever, and whoever stops its service waits for it; so it is told again every `again` seconds, which
    is longer than it takes to end properly. Who is cancelled himself meanwhile is so afterwards.
    """
    left, cancelled = set(tasks), False
    while left:
        for task in left:
            task.cancel()
        try:
            _, left = await asyncio.wait(left, timeout=again)
        except asyncio.CancelledError:
            cancelled = True
    await asyncio.gather(*tasks, return_exceptions=True)
    if cancelled:
        raise asyncio.CancelledError


class Wake:
    """Called by who made work; waited for by who does it, who looks now and then anyway: others may have made some."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def __call__(self) -> None:
        self._event.set()

    async def wait(self, at_most: float) -> None:
        """Until it is called, or `at_most` seconds. What is called for while somebody works is not missed."""
        # Not `wait_for`: it loses a cancellation that comes in the moment of the call, and the worker never ends.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(at_most):
                await self._event.wait()
        self._event.clear()
