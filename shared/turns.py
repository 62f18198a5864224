"""People go first: what came over the bus is begun when no request is being answered, or after a moment's wait.

Both share one event loop. With thousands of messages waiting, a request that needs twenty answers of PostgreSQL and
OpenBao would otherwise stand behind sixty messages at each of them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

PATIENCE_SECONDS = 0.3
"""For how long a message gives way: where requests never cease, messages still get on."""


class Turns:
    """One per process."""

    def __init__(self) -> None:
        self._requests = 0
        self._none = asyncio.Event()
        self._none.set()

    @contextlib.contextmanager
    def of_a_person(self) -> Iterator[None]:
        """While a request is being answered."""
        self._requests += 1
        self._none.clear()
        try:
            yield
        finally:
            self._requests -= 1
            if not self._requests:
                self._none.set()

    async def of_a_message(self) -> None:
        """Returns when a message may be begun."""
        if self._requests:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._none.wait()
