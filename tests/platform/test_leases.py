"""A caller's leases are remembered for two seconds; dates and ends count at once (R-7.4)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import uuid4

import pytest

from shared.bus.inbox import Incoming
from shared.contracts.access import Designation, Leases
from shared.database.engine import Database
from shared.errors import CannotSucceed
from shared.identity import LONGEST_LEASE, Identity, keep_leases
from shared.keys.signing import Verifier
from shared.service.service import Service
from tests.platform.boxes import as_superuser
from tests.platform.conftest import DatabaseOf, PlatformOf
from tests.platform.heard import Heard
from tests.platform.real import Postgres, RealParts

WHO = "hanna"
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


class GivenClock:
    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
async def database(database_of: DatabaseOf) -> Database:
    return await database_of("sources")


@pytest.fixture
def clock() -> GivenClock:
    return GivenClock()


@pytest.fixture
def known(database: Database, clock: GivenClock) -> Identity:
    return Identity("sources", cast(Verifier, None), clock, database)


def _claims() -> dict[str, Any]:
    """A token that tells of both roles for years; only the leases differ in these tests."""
    ends = (NOON + timedelta(days=900)).isoformat()
    roles = ("oov", "vervanger")
    return {"sub": WHO, "designations": [{"role": one, "startsAt": NOON.isoformat(), "endsAt": ends} for one in roles]}


_beacons = iter(range(10**6))


async def _hear(database: Database, *, ends: datetime | None, lease: int = 600) -> None:
    """A beacon of access: one designation until `ends`, or none."""
    given = () if ends is None else (Designation(user_id=WHO, role="oov", starts_at=NOON, ends_at=ends),)
    issued = NOON + timedelta(milliseconds=next(_beacons))
    async with database.transaction() as session:
        beacon = Leases(issued_at=issued, lease_until=NOON + timedelta(seconds=lease), designations=given)
        await keep_leases(session, beacon)


async def test_requests_within_two_seconds_ask_once(database: Database, known: Identity, parts: RealParts) -> None:
    heard = await Heard.of(parts, database)
    await _hear(database, ends=NOON + timedelta(days=1))

    async def five() -> None:
        for _ in range(5):
            assert (await known.person(_claims())).roles == {"oov"}

    assert len([one for one in await heard.during(five) if one.startswith("SELECT lease.")]) == 1


async def test_after_two_seconds_is_asked_again(database: Database, clock: GivenClock) -> None:
    seconds = 0.0
    known = Identity("sources", cast(Verifier, None), clock, database, lambda: seconds)
    await _hear(database, ends=NOON + timedelta(days=1))
    assert (await known.person(_claims())).roles == {"oov"}
    await _hear(database, ends=None)
    # As another replica, which did not hear of it: it believes what it remembers, and no longer.
    seconds = 1.999
    assert (await known.person(_claims())).roles == {"oov"}
    seconds = 2.0
    assert (await known.person(_claims())).roles == set()


@pytest.mark.refused("R-7.4")
async def test_an_end_that_was_told_counts_at_once(database: Database, known: Identity) -> None:
    await _hear(database, ends=NOON + timedelta(days=1))
    assert (await known.person(_claims())).roles == {"oov"}
    await _hear(database, ends=None)
    known.forget()
    assert (await known.person(_claims())).roles == set()
    await _hear(database, ends=NOON + timedelta(days=1))
    known.forget()
    assert (await known.person(_claims())).roles == {"oov"}


@pytest.mark.refused("R-7.4")
async def test_an_end_date_and_the_end_of_a_lease_are_judged_at_each_request(
    database: Database, known: Identity, clock: GivenClock
) -> None:
    await _hear(database, ends=NOON + timedelta(seconds=1), lease=600)
    assert (await known.person(_claims())).roles == {"oov"}
    clock.moment = NOON + timedelta(seconds=1)
    assert (await known.person(_claims())).roles == set()
    clock.moment = NOON
    await _hear(database, ends=NOON + timedelta(days=1), lease=1)
    known.forget()
    assert (await known.person(_claims())).roles == {"oov"}
    clock.moment = NOON + timedelta(seconds=1)
    assert (await known.person(_claims())).roles == set()


@pytest.mark.refused("R-7.4")
async def test_a_look_that_began_before_the_end_is_not_remembered_after_it(database: Database, known: Identity) -> None:
    await _hear(database, ends=NOON + timedelta(days=1))
    look = asyncio.create_task(known.person(_claims()))
    # It is under way: it has chosen where its answer is remembered.
    await asyncio.sleep(0)
    await _hear(database, ends=None)
    known.forget()
    await look
    assert (await known.person(_claims())).roles == set()


# --- a lease has a longest time, whoever says otherwise -----------------------------------------------------------------


def _told(clock: GivenClock, **moments: timedelta) -> Leases:
    """What access says at noon, with a certificate that is good: nobody else signs it."""
    issued = clock.now() + moments.get("issued", timedelta())
    return Leases(issued_at=issued, lease_until=issued + moments.get("lasts", timedelta(minutes=5)), designations=())


@pytest.mark.refused("R-7.4")
@pytest.mark.parametrize(
    "moments",
    [
        {"lasts": LONGEST_LEASE + timedelta(seconds=1)},
        {"lasts": timedelta(days=365_000)},
        {"lasts": timedelta()},
        {"lasts": -timedelta(days=1)},
        {"issued": timedelta(days=1)},
        {"issued": timedelta(days=365_000), "lasts": timedelta(minutes=5)},
    ],
)
async def test_access_itself_cannot_be_believed_for_longer(
    platform_of: PlatformOf, clock: GivenClock, moments: dict[str, timedelta]
) -> None:
    platform = await platform_of("access", clock)
    service = Service(platform)
    handle, access = service._handlers()[Leases.event], Incoming(uuid4(), "access", signed=True)
    await handle(access, _told(clock))
    await handle(access, _told(clock, lasts=LONGEST_LEASE))
    with pytest.raises(CannotSucceed):
        await handle(access, _told(clock, **moments))


@pytest.mark.refused("R-7.4")
async def test_a_row_cannot_be_believed_for_longer(database: Database, known: Identity, postgres: Postgres) -> None:
    await _hear(database, ends=NOON + timedelta(days=1))
    assert (await known.person(_claims())).roles == {"oov"}
    await as_superuser(postgres, "sources", "UPDATE lease SET lease_until = '2099-01-01', ends_at = '2099-01-01'")
    known.forget()
    assert (await known.person(_claims())).roles == set()
