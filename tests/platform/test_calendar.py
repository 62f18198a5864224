"""Retention's calendar: what cannot be listed holds up nothing else, and shows."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.retention.settings import Settings
from services.retention.tables import ActiveCase, DestructionList, SealedSignal
from services.retention.use_cases import Listing
from shared.clock import calendar_date
from shared.contracts.retention import Listed, MoveCase, Overdue
from shared.database.tables import Outgoing
from shared.engine.head import vouch_for
from shared.errors import CannotSucceed
from shared.queue import PATIENCE
from shared.service.platform import Platform
from tests.platform.conftest import PlatformOf
from tests.platform.desk import VERSION, MovedClock
from tests.platform.real import Postgres

BEFORE_ANY_LAW = date(2001, 1, 1)
LONG_AGO = date(1999, 1, 1)
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'retention' AND wait_event_type = 'Lock'"


async def fill(platform: Platform) -> None:
    """A signal that is due, a list that nobody approved in time, and a case to be moved."""
    late = DestructionList(id=uuid4(), listed_on=LONG_AGO, approve_before=LONG_AGO, ultimate_on=LONG_AGO)
    signals = [
        SealedSignal(
            number=number,
            version=5,
            state=state,
            list_id=list_id,
            phase=1,
            ending="weging-1:no-suspicion",
            article="art. 12 lid 2",
            protocol=VERSION,
            received_on=LONG_AGO,
            decided_on=LONG_AGO,
            ends_on=LONG_AGO,
            decisions=[],
            sealed_at=datetime(1999, 1, 1, tzinfo=UTC),
            staying=[],
        )
        for number, state, list_id in (("S-00000-00001", "sealed", None), ("S-00000-00002", "listed", late.id))
    ]
    case = ActiveCase(
        number="S-00000-00003", protocol=VERSION, closed_on=LONG_AGO, last_act_on=LONG_AGO, moves_on=LONG_AGO
    )
    for one in (*signals, case):
        await vouch_for(platform.mac, one)
    async with platform.database.transaction() as session:
        session.add_all([late, *signals, case])


async def told(platform: Platform) -> list[str]:
    async with platform.database.reading() as session:
        return sorted((await session.scalars(select(col(Outgoing.event)))).all())


async def test_without_a_law_nothing_is_listed_and_the_rest_goes_on(platform_of: PlatformOf) -> None:
    """On a day on which no version is in force nobody can say until when a list waits for its approval."""
    clock = MovedClock(datetime.combine(BEFORE_ANY_LAW, datetime.min.time(), UTC) + timedelta(hours=12))
    platform = await platform_of("retention")
    platform.clock = clock
    await fill(platform)
    listing = Listing(platform, Settings(**platform.settings.model_dump()))
    with pytest.raises(CannotSucceed, match="no version of the protocol is in force here on 2001-01-01"):
        await listing.run_for(BEFORE_ANY_LAW)
    assert await told(platform) == sorted([MoveCase.event, Overdue.event])
    await listing.calendar.once()
    clock.pass_by(PATIENCE.total_seconds())
    (row,) = listing.calendar.stuck().examples
    assert row.why == "no version of the protocol is in force here on 2001-01-01"
    clock.at = datetime.now(UTC)
    await listing.calendar.once()
    assert listing.calendar.stuck().count == 0
    assert Listed.event in await told(platform)


async def test_two_processes_look_at_one_calendar_and_each_thing_is_told_once(
    platform_of: PlatformOf, postgres: Postgres
) -> None:
    both = [await platform_of("retention") for _ in range(2)]
    await fill(both[0])
    listings = [Listing(one, Settings(**one.settings.model_dump())) for one in both]
    today = calendar_date(datetime.now(UTC))
    superuser, other = await postgres.connect("retention"), await postgres.connect("retention")
    async with superuser.transaction(), asyncio.timeout(60):
        # So that both have come to where they would tell before either has.
        await superuser.execute("SELECT FROM destruction_list FOR UPDATE")
        running = [asyncio.create_task(one.run_for(today)) for one in listings]
        while await other.fetchval(WAITING) < len(running):
            await asyncio.sleep(0.05)
    made = await asyncio.gather(*running)
    await superuser.close()
    await other.close()
    assert len([one for some in made for one in some]) == 1
    assert await told(both[0]) == sorted([Listed.event, MoveCase.event, Overdue.event])


async def test_none_of_its_acts_waits_for_another(platform_of: PlatformOf, monkeypatch: pytest.MonkeyPatch) -> None:
    platform = await platform_of("retention")
    await fill(platform)
    listing = Listing(platform, Settings(**platform.settings.model_dump()))

    async def fails(today: date) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(listing, "_end_holds", fails)
    monkeypatch.setattr(listing, "_escalate", fails)
    with pytest.raises(ZeroDivisionError):
        await listing.run()
    assert await told(platform) == sorted([MoveCase.event, Listed.event])
