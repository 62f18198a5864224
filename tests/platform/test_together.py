"""Doing together what comes together: everybody gets his own result, and nobody takes another's work with him."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.batch import Batcher
from shared.clock import SystemClock
from shared.database.engine import LOCK_TIMEOUT, Database
from shared.database.tables import InboxRow
from shared.errors import PartDown
from tests.platform.conftest import DatabaseOf

# --- the batcher ----------------------------------------------------------------------------------------------------


class Worker:
    """Does batches when it is let; remembers them."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go = asyncio.Event()

    async def __call__(self, items: Sequence[int]) -> list[int | Exception]:
        self.batches.append(list(items))
        await self.go.wait()
        if 13 in items:
            raise PartDown
        return [ValueError(f"{one} is negative") if one < 0 else one * 2 for one in items]


async def begun(worker: Worker) -> None:
    while not worker.batches:
        await asyncio.sleep(0)


async def test_what_comes_while_it_is_busy_goes_together_and_in_order() -> None:
    worker = Worker()
    batcher: Batcher[int, int] = Batcher(worker, most=3)
    first = asyncio.create_task(batcher(1))
    await begun(worker)
    rest = [asyncio.create_task(batcher(n)) for n in (2, 3, 4, 5)]
    worker.go.set()
    assert await asyncio.gather(first, *rest) == [2, 4, 6, 8, 10]
    assert worker.batches == [[1], [2, 3, 4], [5]]


async def test_an_error_is_the_error_of_one_and_an_outage_of_all() -> None:
    worker = Worker()
    batcher: Batcher[int, int] = Batcher(worker)
    worker.go.set()
    good, bad = await asyncio.gather(batcher(1), batcher(-1), return_exceptions=True)
    assert good == 2
    assert isinstance(bad, ValueError)
    found = await asyncio.gather(batcher(1), batcher(13), return_exceptions=True)
    assert [type(one) for one in found] == [PartDown, PartDown]
    # And it goes on after an error.
    assert await batcher(3) == 6


async def test_a_caller_that_is_cancelled_takes_nobody_with_it() -> None:
    worker = Worker()
    batcher: Batcher[int, int] = Batcher(worker)
    first = asyncio.create_task(batcher(1))
    await begun(worker)
    gone, stays = asyncio.create_task(batcher(2)), asyncio.create_task(batcher(3))
    await asyncio.sleep(0)
    first.cancel()
    gone.cancel()
    worker.go.set()
    assert await stays == 6
    for one in (first, gone):
        with pytest.raises(asyncio.CancelledError):
            await one


# --- committing together --------------------------------------------------------------------------------------------


def line(identifier: UUID) -> InboxRow:
    return InboxRow(id=identifier, producer="intake", event="report.v1", handled_at=SystemClock().now())


async def stored(database: Database, *identifiers: UUID) -> int:
    async with database.transaction() as session:
        query = text("SELECT count(*) FROM inbox WHERE id = ANY(:ids)")
        return int((await session.execute(query, {"ids": list(identifiers)})).scalar_one())


async def transaction_of(session: AsyncSession) -> int:
    return int((await session.execute(text("SELECT txid_current()"))).scalar_one())


async def test_units_that_come_at_the_same_moment_are_one_transaction(database_of: DatabaseOf) -> None:
    database = await database_of("assessment")
    ids = [uuid4() for _ in range(12)]
    seen: list[int] = []

    async def unit(session: AsyncSession, identifier: UUID) -> None:
        session.add(line(identifier))
        seen.append(await transaction_of(session))

    await asyncio.gather(*(database.together(lambda session, one=one: unit(session, one)) for one in ids))  # type: ignore[misc]
    assert await stored(database, *ids) == len(ids)
    # The first may have gone alone; what came while it was busy went together.
    assert len(set(seen)) <= 2


async def test_one_that_fails_fails_alone_and_leaves_nothing_behind(database_of: DatabaseOf) -> None:
    database = await database_of("assessment")
    known, twice, *others = (uuid4() for _ in range(6))
    await database.together(lambda session: add(session, known))

    async def raises(session: AsyncSession) -> None:
        session.add(line(twice))
        raise ValueError("no")

    found = await asyncio.gather(
        database.together(lambda session: add(session, known)),
        database.together(raises),
        *(database.together(lambda session, one=one: add(session, one)) for one in others),  # type: ignore[misc]
        return_exceptions=True,
    )
    assert [type(one) for one in found] == [IntegrityError, ValueError, *[type(None)] * len(others)]
    assert await stored(database, known, *others) == 1 + len(others)
    assert await stored(database, twice) == 0


async def add(session: AsyncSession, identifier: UUID) -> None:
    session.add(line(identifier))


async def test_a_lost_connection_is_an_outage_for_everybody_and_nothing_is_half_done(database_of: DatabaseOf) -> None:
    database = await database_of("assessment")
    first, second = uuid4(), uuid4()

    async def cut(session: AsyncSession) -> None:
        session.add(line(first))
        await session.flush()
        # As when PostgreSQL is killed: the session of this very transaction ends.
        await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    found = await asyncio.gather(
        database.together(cut), database.together(lambda session: add(session, second)), return_exceptions=True
    )
    assert [type(one) for one in found] == [PartDown, PartDown]
    assert await stored(database, first, second) == 0
    await database.together(lambda session: add(session, second))
    assert await stored(database, second) == 1


async def test_who_waits_for_rows_is_woken_by_the_commit_and_not_before(database_of: DatabaseOf) -> None:
    database = await database_of("assessment")
    woken = database.inserted(InboxRow)
    waiting = asyncio.create_task(woken.wait(30))

    async def unit(session: AsyncSession) -> None:
        session.add(line(uuid4()))
        await session.flush()
        await asyncio.sleep(0)
        assert not waiting.done()

    await database.together(unit)
    await asyncio.wait_for(waiting, 10)


async def test_who_waits_for_a_lock_of_its_own_process_is_cut_off_and_says_so(database_of: DatabaseOf) -> None:
    """PostgreSQL cannot see that the holder waits for who wants it."""
    database = await database_of("assessment")
    lock = text("SELECT pg_advisory_xact_lock(1)")
    async with database.transaction() as session:
        assert (await session.execute(text("SHOW lock_timeout"))).scalar_one() == LOCK_TIMEOUT
        await session.execute(lock)

        async def unit(other: AsyncSession) -> None:
            await other.execute(text("SET LOCAL lock_timeout = '50ms'"))
            await other.execute(lock)

        with pytest.raises(PartDown, match="locked by others"):
            await database.together(unit)


async def test_who_waits_for_what_is_done_together_hears_that_it_was_cut_off() -> None:
    begun = asyncio.Event()

    async def work(items: Sequence[int]) -> Sequence[int]:
        begun.set()
        await asyncio.Event().wait()
        return items

    batcher: Batcher[int, int] = Batcher(work)
    first = asyncio.create_task(batcher(1))
    await begun.wait()
    second = asyncio.create_task(batcher(2))
    await asyncio.sleep(0)
    assert batcher.task is not None
    batcher.task.cancel()
    found = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(one) for one in found] == [PartDown, PartDown]
