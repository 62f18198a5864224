"""Waking who has something to do, instead of letting him look for it all the time; and ending who was told to end."""

from __future__ import annotations

import asyncio
import contextlib


def end_if_cancelled() -> None:
    """Raises CancelledError when this task was cancelled and goes on: somebody lost it.

    Libraries wait with `asyncio.wait_for`, which loses a cancellation that comes in the moment of what it waited for. A
    worker that calls them asks here each time round; without, its service never stops.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


class Wake:
    """Called by who made work; waited for by who does it, who looks now and then anyway: others may have made some."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def __call__(self) -> None:
        self._event.set()

    async def wait(self, at_most: float) -> None:
        """Until it is called, or `at_most` seconds. What is called for while somebody works is not missed."""
        end_if_cancelled()
        # Not `wait_for`: it loses a cancellation that comes in the moment of the call, and the worker never ends.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(at_most):
                await self._event.wait()
        self._event.clear()
