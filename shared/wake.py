"""Waking who has something to do, instead of letting him look for it all the time."""

from __future__ import annotations

import asyncio
import contextlib


class Wake:
    """Called by who made work; waited for by who does it, who looks now and then anyway: others may have made some."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def __call__(self) -> None:
        self._event.set()

    async def wait(self, at_most: float) -> None:
        """Until it is called, or `at_most` seconds. What is called for while somebody works is not missed."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), at_most)
        self._event.clear()
