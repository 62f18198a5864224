"""Doing together what comes in together, without anybody waiting for a batch to fill."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from shared.errors import PartDown

In = TypeVar("In")
Out = TypeVar("Out")


class Batcher(Generic[In, Out]):
    """Calls `work` with everything that came in while the previous call was busy, at most `most` at a time.

    `work` returns one result per item, in their order; a result that is an exception is raised at the
    caller of that item, an exception that `work` raises at every caller of the batch.
    """

    def __init__(self, work: Callable[[Sequence[In]], Awaitable[Sequence[Out | Exception]]], most: int = 64) -> None:
        self._work = work
        self._most = most
        self._waiting: list[tuple[In, asyncio.Future[Out]]] = []
        self.task: asyncio.Task[None] | None = None
        """What does the work, while there is any."""

    async def __call__(self, item: In) -> Out:
        future: asyncio.Future[Out] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self.task is None:
            # A task of its own: a caller that is cancelled takes nobody else's work with it.
            self.task = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        batch: list[tuple[In, asyncio.Future[Out]]] = []
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                try:
                    results: Sequence[Out | Exception] = await self._work([item for item, _ in batch])
                except Exception as problem:
                    results = [problem] * len(batch)
                for (_, future), result in zip(batch, results, strict=True):
                    if future.done():
                        continue
                    if isinstance(result, Exception):
                        future.set_exception(result)
                    else:
                        future.set_result(result)
        except BaseException:
            # Whoever cut it off: nobody is left waiting for what does not come any more.
            for _, future in (*batch, *self._waiting):
                if not future.done():
                    future.set_exception(PartDown("what was done together was cut off"))
            self._waiting = []
            raise
        finally:
            self.task = None
