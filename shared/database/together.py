"""Committing together what comes together: a commit costs the disk the same for one as for many."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager

import structlog
from opentelemetry.context import Context, attach, detach, get_current
from sqlalchemy.ext.asyncio import AsyncSession

from shared.batch import Batcher
from shared.errors import PartDown

log = structlog.get_logger()

UnitOfWork = Callable[[AsyncSession], Awaitable[None]]
_Unit = tuple[UnitOfWork, Context]


class GroupCommit:
    """Runs units of work that come at the same moment in one transaction, made by `begin`."""

    def __init__(self, begin: Callable[[], AbstractAsyncContextManager[AsyncSession]]) -> None:
        self._begin = begin
        self._batch: Batcher[_Unit, None] = Batcher(self._commit_all)

    async def __call__(self, work: UnitOfWork) -> None:
        """Returns when what `work` wrote is on disk; raises what it raises.

        When something fails, each is done in a transaction of its own, so `work` may run twice and must keep
        nothing but what it writes. It does not see what others in the same transaction have not flushed.
        """
        await self._batch((work, get_current()))

    async def _commit_all(self, units: Sequence[_Unit]) -> list[Exception | None]:
        if len(units) > 1:
            try:
                await self._commit(units)
                return [None] * len(units)
            except PartDown:
                raise
            except Exception as problem:
                log.info("committed one by one", problem=type(problem).__name__)
        return [await self._commit_one(unit) for unit in units]

    async def _commit_one(self, unit: _Unit) -> Exception | None:
        try:
            await self._commit([unit])
        except Exception as problem:
            return problem
        return None

    async def _commit(self, units: Sequence[_Unit]) -> None:
        async with self._begin() as session:
            for work, context in units:
                # Its audit lines and messages belong to the caller's trace.
                token = attach(context)
                try:
                    await work(session)
                finally:
                    detach(token)
