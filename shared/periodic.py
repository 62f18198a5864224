"""What is done again and again over everything, and so has no row to wait in: it shows when it does not succeed.

A queue (`shared.queue`) carries what waits row by row. Numbering audit lines, renewing leases or making lists has no
row to park; it is tried again after a pause that grows, and stands in `meldpunt status` as a queue does until it
succeeds: since when, why, and what to do. What is known of it is in memory: a new process tries at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from shared.clock import Clock
from shared.errors import PartDown
from shared.queue import LONGEST, PATIENCE, SHORTEST, TRIES
from shared.stuck import Stuck, StuckRow, why_of
from shared.wake import Wake

log = structlog.get_logger()

Done = TypeVar("Done")

AT_MOST = timedelta(minutes=10)


class Periodic:
    """`act`, done every so often and whenever it is woken; what it did before it failed stands."""

    def __init__(
        self,
        name: str,
        act: Callable[[], Awaitable[object]],
        clock: Clock,
        *,
        every: float | Callable[[], float],
        remedy: str,
        soon: timedelta = LONGEST,
        at_most: timedelta = AT_MOST,
        wake: Wake | None = None,
    ) -> None:
        """`every`: seconds from a success to the next time, or what says how many these are now. `soon`: the longest
        pause after a failure. `at_most`: what takes longer hangs, and is begun anew.

        `remedy`: what who reads in `status` that it fails is to do. `wake`: what wakes it, when others call it too.
        """
        self.name = name
        self._act = act
        self._clock = clock
        self._every = every
        self._remedy = remedy
        self._soon = soon
        self._at_most = at_most
        self.wake = wake or Wake()
        self._began = clock.now()
        self._succeeded: datetime | None = None
        self._since: datetime | None = None
        self._tries = 0
        self._why = ""

    async def run(self) -> None:
        """Try, again and again, until cancelled."""
        while True:
            await self.wake.wait(await self.once())

    async def once(self) -> float:
        """Try now, whatever becomes of it; returns after how many seconds it is to be tried again."""
        began = self._clock.now()
        try:
            async with asyncio.timeout(self._at_most.total_seconds()):
                await self._act()
        except Exception as problem:
            self._failed(began, problem)
            pause = min(max((self._clock.now() - (self._since or began)) / 4, SHORTEST), self._soon)
            # What says itself when it is due again may say: at once. A failure waits all the same.
            return pause.total_seconds() if callable(self._every) else min(pause.total_seconds(), self._every)
        if self._since:
            log.info("succeeds again", act=self.name)
        self._succeeded, self._since, self._tries = self._clock.now(), None, 0
        return self._every() if callable(self._every) else self._every

    def _failed(self, began: datetime, problem: Exception) -> None:
        self._since = self._since or began
        self._tries += 1
        self._why = why_of(problem)
        if isinstance(problem, PartDown):
            log.info("waits", act=self.name, why=self._why)
        elif self._tries in (1, TRIES):
            # Said when it begins and when it goes on; in between and afterwards `status` says it.
            log.error("failed", act=self.name, why=self._why, exc_info=problem)

    @property
    def age(self) -> timedelta:
        """How long ago it succeeded last; before the first time since this was made."""
        return self._clock.now() - (self._succeeded or self._began)

    @property
    def failing(self) -> timedelta:
        """For how long it has failed; nothing when it succeeded the last time."""
        return self._clock.now() - self._since if self._since else timedelta()

    def stuck(self) -> Stuck:
        """Itself, as the one row of a queue, when it has failed for a while; nothing otherwise."""
        if self._since is None or self._since > self._clock.now() - PATIENCE:
            return Stuck(self.name, 0, 0, None, [], self._remedy)
        about = {"succeeded": self._succeeded.isoformat()} if self._succeeded else {}
        row = StuckRow(None, about, self._since, self._tries, self._why, parked=False)
        return Stuck(self.name, 1, 1, self._since, [row], self._remedy)


async def all_of(acts: Iterable[Awaitable[Done]]) -> list[Done]:
    """What `acts` give, one after the other; none of them waits for another to succeed.

    Raises, when all were tried, what the first raised that failed.
    """
    found: list[Done] = []
    failed: list[Exception] = []
    for one in acts:
        try:
            found.append(await one)
        except Exception as problem:
            failed.append(problem)
    if failed:
        raise failed[0]
    return found
