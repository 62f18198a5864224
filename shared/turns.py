"""People go first: what came over the bus is begun when no request is being answered, or after a moment's wait.

Both share one event loop. With thousands of messages waiting, a request that needs twenty answers of PostgreSQL and
OpenBao would otherwise stand behind sixty messages at each of them. Those that were begun are not stopped; so while
people are at work only a few are begun at a time, which takes a third of the speed of a process that catches up.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

PATIENCE_SECONDS = 0.3
"""For how long a message gives way: where requests never cease, messages still get on."""
AT_WORK_SECONDS = 60.0
FEW = 4
"""How many messages are in work at a time while they are."""


class Turns:
    """One per process. `at_work`: for how many seconds after a request people are thought to be at work."""

    def __init__(self, at_work: float = AT_WORK_SECONDS) -> None:
        self._at_work_for = at_work
        self._requests = 0
        self._none = asyncio.Event()
        self._none.set()
        self._asked_at: float | None = None
        self._begun = 0
        self._ended = asyncio.Event()

    @contextlib.contextmanager
    def of_a_person(self) -> Iterator[None]:
        """While a request is being answered."""
        self._requests += 1
        self._none.clear()
        try:
            yield
        finally:
            self._asked_at = asyncio.get_running_loop().time()
            self._requests -= 1
            if not self._requests:
                self._none.set()

    @contextlib.asynccontextmanager
    async def of_a_message(self) -> AsyncIterator[None]:
        """While a message is in work; entered when it may be begun."""
        if self._requests:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._none.wait()
        while self._begun >= FEW and self._at_work():
            self._ended.clear()
            await self._ended.wait()
        self._begun += 1
        try:
            yield
        finally:
            # Nothing is awaited here: a message that is cut off twice, as its connection ends, still gives its place up.
            self._begun -= 1
            self._ended.set()

    def _at_work(self) -> bool:
        return self._asked_at is not None and asyncio.get_running_loop().time() - self._asked_at < self._at_work_for
