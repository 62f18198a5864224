"""Everything that waits is carried by one primitive: claim, back off, park, show.

A table that waits has the columns of `Waits`. Who claims a row moves its `next_at` to the end of a lease, in one
statement, and acts outside any transaction; if he dies the lease runs out and somebody else takes the row. What
fails steps back behind the others and, after a few tries, is parked: tried again ever more slowly, when nothing
else is due, and shown by `stuck` until it succeeds. Nothing is dropped, nothing that waits is invisible.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import structlog
from sqlalchemy import ColumnElement, DateTime, and_, func, literal, or_, select, true, union_all, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from shared.clock import Clock
from shared.database.engine import Database
from shared.database.tables import Waits
from shared.errors import CannotSucceed, PartDown
from shared.stuck import Counted, Stuck, StuckRow, why_of
from shared.wake import Wake

log = structlog.get_logger()

IDLE = timedelta(seconds=15)
"""How often is looked for what another process left; one's own is heard of at once."""
TRIES = 5
"""After so many tries that nobody foresaw, a row is parked."""
SHORTEST, LONGEST = timedelta(seconds=0.5), timedelta(seconds=30)
"""Between two tries of what backs off. The pause grows with how long it has waited."""
PARKED_FOR = timedelta(minutes=1), timedelta(hours=1)
"""Between two tries of what is parked."""
PATIENCE = timedelta(seconds=30)
"""What backs off, or is due and not taken, for longer than this is stuck."""


Row = TypeVar("Row", bound=Waits)
Work = Callable[[Row], Awaitable[None]]


class Queue(Generic[Row]):
    """The rows of `table` for which `of` holds.

    `lease` is an interval, or an SQL expression of the row that gives one; it has to be longer than the work.
    `of` may ask for more than that a row is not done: with `NOT EXISTS (an earlier one of the same dossier)`
    what belongs together is taken in its order. Who makes a row due otherwise than by adding it calls `wake`.
    """

    def __init__(
        self,
        database: Database,
        table: type[Row],
        clock: Clock,
        *,
        name: str,
        of: ColumnElement[bool],
        lease: timedelta | ColumnElement[timedelta],
        began: str,
        most: int = 40,
        shows: tuple[str, ...] = (),
        silent: str = "taken again and again, and never finished",
        remedy: str = "",
        ready: Callable[[], Awaitable[None]] | None = None,
        wake: Wake | None = None,
    ) -> None:
        """`began`: the column that says since when a row waits. `shows`: columns for `stuck`.

        `silent`: what `stuck` says of a row that is claimed again and again and of which nothing was noted.
        `remedy`: what who reads that is to do. `ready`: waits for the part that all the work needs, or raises
        PartDown; nothing is claimed meanwhile. `wake`: what wakes it, when that is not a row that is added.
        """
        self.name = name
        self._database = database
        self._table = table
        self._clock = clock
        self._of = of
        self._lease = lease
        self._began = began
        self._most = most
        self._shows = shows
        self._silent = silent
        self._remedy = remedy
        self._ready = ready
        self._busy: set[asyncio.Task[None]] = set()
        self._more = False
        self._look_at_parked: datetime | None = None
        self.wake = wake or database.inserted(table)

    # --- claim -----------------------------------------------------------------------------------

    async def claim(self, most: int | None = None) -> list[Row]:
        """Take at most `most` due rows, the longest due first; what is parked only when nothing else is due.

        Each is ours until its `next_at`. Raises PartDown.
        """
        return (await self._take(most or self._most))[0]

    async def _take(self, most: int) -> tuple[list[Row], datetime]:
        """Claimed rows, and the moment at which to look again."""
        now = self._clock.now()
        rows, again = await self._update(most, now, parked=False)
        if len(rows) < most and (self._look_at_parked is None or self._look_at_parked <= now):
            self._look_at_parked = now + PARKED_FOR[0] / 2
            rows += (await self._update(most - len(rows), now, parked=True))[0]
        return rows, min([again or now + IDLE, now + IDLE, *(row.next_at for row in rows)])

    async def _update(self, most: int, now: datetime, *, parked: bool) -> tuple[list[Row], datetime | None]:
        """One statement, which also says when the next row is due."""
        table = self._table
        waits = and_(self._of, col(table.parked_at).is_not(None) if parked else col(table.parked_at).is_(None))
        due = (
            select(col(table.id), col(table.next_at).label("was_due"))
            .where(waits, col(table.next_at) <= now)
            .order_by(col(table.next_at))
            .limit(most)
            .with_for_update(skip_locked=True)
            .cte("due")
        )
        moment = literal(now, DateTime(timezone=True))
        claimed = (
            update(table)
            .where(col(table.id) == due.c.id)
            .values(next_at=moment + self._lease, attempts=col(table.attempts) + 1)
            .returning(table, due.c.was_due)
            .cte("claimed")
        )
        row = aliased(table, claimed)
        upcoming = select(func.min(col(table.next_at)).label("at")).where(waits, col(table.next_at) > now).subquery()
        query = select(upcoming.c.at, row).select_from(upcoming)
        query = query.join(claimed, true(), isouter=True).order_by(claimed.c.was_due)
        found: list[Any] = list((await self._database.alone(query)).all())
        return [one for _, one in found if one is not None], found[0].at

    # --- back off, park --------------------------------------------------------------------------

    async def back_off(self, row: Row, why: str, *, counts: bool = True) -> None:
        """Try `row` again after a pause that grows; nothing happens when somebody else has it by now."""
        now = self._clock.now()
        pause = _between((now - (row.since or now)) / 4, (SHORTEST, LONGEST))
        if row.parked_at:
            pause = _between(now - row.parked_at, PARKED_FOR)
        attempts = row.attempts if counts else row.attempts - 1
        await self._note(row, next_at=now + pause, since=row.since or now, waits_because=why, attempts=attempts)

    async def park(self, row: Row, why: str) -> None:
        """Set `row` aside: it cannot succeed as it is, and is tried slowly in case that changes."""
        now = self._clock.now()
        parked = row.parked_at or now
        pause = _between(now - parked, PARKED_FOR)
        await self._note(row, next_at=now + pause, since=row.since or now, waits_because=why, parked_at=parked)

    async def _note(self, row: Row, **values: Any) -> None:
        mine = (col(self._table.id) == row.id, col(self._table.next_at) == row.next_at)
        await self._database.alone(update(self._table).where(*mine).values(**values))
        self.wake()

    # --- run -------------------------------------------------------------------------------------

    async def run(self, work: Work[Row]) -> None:
        """Claim and work until cancelled, at most `most` rows at a time.

        `work` gets a row outside any transaction, and marks it done in its own: deletes it, or changes it so that
        `of` holds no longer. What it leaves comes again at the end of its lease. PartDown: the row backs off.
        CannotSucceed: it is parked. Anything else: it backs off a few times, and is then parked. One row never
        holds up another.
        """
        try:
            while True:
                await self.wake.wait(await self._start_some(work))
        finally:
            for task in self._busy:
                task.cancel()
            await asyncio.gather(*self._busy, return_exceptions=True)

    async def _start_some(self, work: Work[Row]) -> float:
        """Claim what there is room for; returns for how many seconds nothing else will be due."""
        room = self._most - len(self._busy)
        if not self._has_room():
            # A batch at a time: to claim one row per row that is finished would double the statements.
            self._more = True
            return IDLE.total_seconds()
        try:
            if self._ready:
                await self._ready()
            rows, again = await self._take(room)
        except PartDown as problem:
            log.warning("queue waits", queue=self.name, problem=problem.detail)
            return 1.0
        self._more = len(rows) == room
        for row in rows:
            task = asyncio.create_task(self._try(row, work))
            self._busy.add(task)
            task.add_done_callback(self._done)
        return max(0.0, (again - self._clock.now()).total_seconds())

    def _has_room(self) -> bool:
        return 2 * len(self._busy) <= self._most

    def _done(self, task: asyncio.Task[None]) -> None:
        self._busy.discard(task)
        if self._more and self._has_room():
            self.wake()

    async def _try(self, row: Row, work: Work[Row]) -> None:
        try:
            try:
                left = row.next_at - self._clock.now()
                async with asyncio.timeout(left.total_seconds()):
                    await work(row)
            except Exception as problem:
                await self._failed(row, problem)
            else:
                if row.since:
                    await self._note(row, since=None, waits_because=None, parked_at=None)
        except Exception as problem:
            # Its lease runs out by itself.
            log.warning("a row is left to its lease", queue=self.name, row=str(row.id), problem=type(problem).__name__)

    async def _failed(self, row: Row, problem: Exception) -> None:
        why = why_of(problem)
        if isinstance(problem, (PartDown, TimeoutError)):
            # No mark against the row: whatever is slow or away, it is something else.
            if row.since is None:
                log.info("waits", queue=self.name, row=str(row.id), why=why)
            await self.back_off(row, why, counts=False)
            return
        parks = isinstance(problem, CannotSucceed) or row.attempts >= TRIES
        if parks and row.parked_at is None:
            log.error("parked", queue=self.name, row=str(row.id), why=why, exc_info=problem)
        elif not parks:
            log.warning("tried in vain", queue=self.name, row=str(row.id), why=why, attempt=row.attempts)
        await (self.park if parks else self.back_off)(row, why)

    # --- show ------------------------------------------------------------------------------------

    async def stuck(self, most: int = 20) -> Stuck:
        """How many rows wait, and those that do not get on: parked, in trouble for a while, never finished, never taken."""
        table, (troubled, since) = self._table, self._troubled()
        async with self._database.reading() as session:
            counted, oldest = self._together((await session.execute(self._counts())).all())
            rows: list[Row] = []
            if counted.stuck:
                query = select(table).where(self._of, troubled).order_by(since).limit(most)
                rows = list((await session.scalars(query)).all())
        examples = [self._show(row) for row in rows]
        return Stuck(self.name, counted.waiting, counted.stuck, oldest, examples, self._remedy)

    async def counted(self) -> Counted:
        """The same as counts alone, and since when the oldest of all waits. Raises PartDown."""
        return self._together((await self._database.alone(self._counts())).all())[0]

    def _counts(self) -> Any:
        """One statement for both who ask: a half by the index of what waits, a half by that of what is parked."""
        (troubled, since), began, parked = (
            self._troubled(),
            getattr(self._table, self._began),
            col(self._table.parked_at),
        )
        counts = (
            func.count(),
            func.count().filter(troubled),
            func.count().filter(parked.is_not(None)),
            func.min(began),
            func.min(since).filter(troubled),
        )
        return union_all(*(select(*counts).where(self._of, half) for half in (parked.is_(None), parked.is_not(None))))

    def _together(self, halves: Sequence[Any]) -> tuple[Counted, datetime | None]:
        """Both halves, and since when the oldest of those that do not get on is in trouble."""
        waiting, troubled, parked = (sum(half[place] for half in halves) for place in range(3))
        began, since = (min((half[place] for half in halves if half[place]), default=None) for place in (3, 4))
        return Counted(self.name, waiting, troubled, parked, began), since

    def _troubled(self) -> tuple[ColumnElement[bool], ColumnElement[datetime]]:
        """Which rows do not get on, and since when."""
        table, late = self._table, self._clock.now() - PATIENCE
        marks = (
            col(table.parked_at).is_not(None),
            col(table.since) <= late,
            col(table.attempts) >= TRIES,
            col(table.next_at) <= late,
        )
        return or_(*marks), func.coalesce(col(table.since), getattr(table, self._began))

    def _show(self, row: Row) -> StuckRow:
        about = {name: str(getattr(row, name)) for name in self._shows if getattr(row, name) is not None}
        why = row.waits_because or (self._silent if row.attempts else "due, and nobody takes it")
        return StuckRow(
            row.id, about, row.since or getattr(row, self._began), row.attempts, why, row.parked_at is not None
        )


def _between(pause: timedelta, bounds: tuple[timedelta, timedelta]) -> timedelta:
    return min(max(pause, bounds[0]), bounds[1])
