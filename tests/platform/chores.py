"""A table of chores that wait, a clock that a test moves, and queues on it as several processes have them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, select, true
from sqlmodel import col

from shared.database.engine import Database
from shared.database.tables import Waits, moment
from shared.queue import Queue
from tests.parts import stop

LEASE = timedelta(seconds=20)


class Chore(Waits, table=True):
    """What waits in these tests. Those of one `owner` are done in the order of `turn`."""

    made_at: datetime = moment()
    owner: str = ""
    turn: int = 0


TABLE = """
CREATE TABLE chore (id uuid PRIMARY KEY, next_at timestamptz NOT NULL, attempts int NOT NULL, since timestamptz,
  waits_because text, parked_at timestamptz, made_at timestamptz NOT NULL, owner text NOT NULL, turn int NOT NULL);
GRANT ALL ON chore TO access_app
"""


class Watch:
    """A clock that stands still until it is moved, or runs when it is let go."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self._stands_at: datetime | None = datetime.now(UTC)

    def now(self) -> datetime:
        return (self._stands_at or datetime.now(UTC)) + self.ahead

    def on(self, step: timedelta) -> None:
        self.ahead += step

    def runs(self) -> None:
        self._stands_at = None


class Bench:
    """A table, a clock, and queues on it as several processes would have them."""

    def __init__(self, database: Database, another: Database) -> None:
        self.database = database
        self.another = another
        self.watch = Watch()

    def queue(self, *, other: bool = False, of: ColumnElement[bool] | None = None, **options: Any) -> Queue[Chore]:
        usual: dict[str, Any] = {"lease": LEASE, "began": "made_at", "shows": ("owner",)}
        return Queue(
            self.another if other else self.database,
            Chore,
            self.watch,
            name="chores",
            of=true() if of is None else of,
            **(usual | options),
        )

    async def add(self, count: int = 1, *, late: timedelta = timedelta(), **values: Any) -> list[UUID]:
        began = self.watch.now() - late
        rows = [
            Chore(id=uuid4(), next_at=began - timedelta(microseconds=count - i), made_at=began, **values)
            for i in range(count)
        ]
        async with self.database.transaction() as session:
            session.add_all(rows)
        return [row.id for row in rows]

    async def all(self) -> dict[UUID, Chore]:
        async with self.database.transaction() as session:
            return {row.id: row for row in await session.scalars(select(Chore))}

    async def done(self, row: Chore) -> None:
        async with self.database.transaction() as session:
            await session.execute(delete(Chore).where(col(Chore.id) == row.id))


@contextlib.asynccontextmanager
async def running(queue: Queue[Chore], work: Callable[[Chore], Awaitable[None]]) -> AsyncIterator[None]:
    task = asyncio.create_task(queue.run(work))
    yield
    await stop(task)


async def until(look: Callable[[], Awaitable[bool] | bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while True:
            found = look()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.01)


async def is_parked(bench: Bench) -> bool:
    return all(row.parked_at for row in (await bench.all()).values())


async def is_empty(bench: Bench) -> bool:
    return not await bench.all()
