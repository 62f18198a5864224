"""A caller's leases are remembered for two seconds; dates and ends count at once (R-7.4). Only access gives any."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.contracts.access import Leases
from shared.database.engine import Database
from shared.errors import CannotSucceed
from shared.identity import Identity
from shared.keys.signing import Verifier
from shared.leases import LONGEST_LEASE, Designations
from tests.platform.conftest import BaoOf, DatabaseOf, PlatformOf
from tests.platform.designated import AccessSays, designation, hear
from tests.platform.heard import Heard
from tests.platform.real import Postgres, RealParts

WHO = "hanna"
NOON = datetime.now(UTC).replace(microsecond=0)
"""The moment of these tests; a signature is of the present."""


class GivenClock:
    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment


class Listening:
    """One process of sources: what it heard, and who calls it."""

    def __init__(self, database: Database, verifier: Verifier, clock: GivenClock, access: AccessSays) -> None:
        self.seconds = 0.0
        self.database = database
        self.designations = Designations(verifier, clock, database, lambda: self.seconds)
        self.identity = Identity("sources", verifier, clock, self.designations)
        self._access = access

    async def hear(self, *, ends: datetime | None, lease: int = 600) -> None:
        """A beacon of access: one designation until `ends`, or none. Who asks next is not told that it came."""
        given = () if ends is None else (designation(WHO, "oov", NOON, until=ends),)
        envelope, message = await self._access.leases(*given, lease=timedelta(seconds=lease), issued_at=NOON)
        async with self.database.transaction() as session:
            await self.designations.keep(session, envelope.headers, envelope.body or b"", message)

    async def roles(self) -> frozenset[str]:
        return (await self.identity.person(_claims())).roles


@pytest.fixture
async def database(database_of: DatabaseOf) -> Database:
    return await database_of("sources")


@pytest.fixture
def clock() -> GivenClock:
    return GivenClock()


@pytest.fixture
def known(database: Database, bao_of: BaoOf, clock: GivenClock) -> Listening:
    return Listening(database, Verifier(bao_of("sources")), clock, AccessSays(bao_of("access"), clock))


def _claims() -> dict[str, Any]:
    """A token that tells of both roles for years; only the leases differ in these tests."""
    ends = (NOON + timedelta(days=900)).isoformat()
    roles = ("oov", "vervanger")
    return {"sub": WHO, "designations": [{"role": one, "startsAt": NOON.isoformat(), "endsAt": ends} for one in roles]}


async def test_requests_within_two_seconds_ask_once(database: Database, known: Listening, parts: RealParts) -> None:
    heard = await Heard.of(parts, database)
    await known.hear(ends=NOON + timedelta(days=1))

    async def five() -> None:
        for _ in range(5):
            assert await known.roles() == {"oov"}

    assert len([one for one in await heard.during(five) if one.startswith("SELECT lease.")]) == 1


async def test_after_two_seconds_is_asked_again(known: Listening) -> None:
    await known.hear(ends=NOON + timedelta(days=1))
    assert await known.roles() == {"oov"}
    await known.hear(ends=None)
    # As another replica, which did not hear of it: it believes what it remembers, and no longer.
    known.seconds = 1.999
    assert await known.roles() == {"oov"}
    known.seconds = 2.0
    assert await known.roles() == set()


@pytest.mark.refused("R-7.4")
async def test_an_end_that_was_told_counts_at_once(known: Listening) -> None:
    await known.hear(ends=NOON + timedelta(days=1))
    assert await known.roles() == {"oov"}
    await known.hear(ends=None)
    known.designations.forget()
    assert await known.roles() == set()
    await known.hear(ends=NOON + timedelta(days=1))
    known.designations.forget()
    assert await known.roles() == {"oov"}


@pytest.mark.refused("R-7.4")
async def test_an_end_date_and_the_end_of_a_lease_are_judged_at_each_request(
    known: Listening, clock: GivenClock
) -> None:
    await known.hear(ends=NOON + timedelta(seconds=1), lease=600)
    assert await known.roles() == {"oov"}
    clock.moment = NOON + timedelta(seconds=1)
    assert await known.roles() == set()
    clock.moment = NOON
    await known.hear(ends=NOON + timedelta(days=1), lease=1)
    known.designations.forget()
    assert await known.roles() == {"oov"}
    clock.moment = NOON + timedelta(seconds=1)
    assert await known.roles() == set()


@pytest.mark.refused("R-7.4")
async def test_a_look_that_began_before_the_end_is_not_remembered_after_it(known: Listening) -> None:
    await known.hear(ends=NOON + timedelta(days=1))
    look = asyncio.create_task(known.roles())
    # It is under way: it has chosen where its answer is remembered.
    await asyncio.sleep(0)
    await known.hear(ends=None)
    known.designations.forget()
    await look
    assert await known.roles() == set()


# --- whoever can write rows --------------------------------------------------------------------------

Attack = Callable[[Any, Leases], Awaitable[object]]


def _forged(message: Leases) -> bytes:
    """For years, and for somebody else besides."""
    body = message.model_dump(mode="json")
    one = body["designations"][0] | {"user_id": "mallory"}
    return json.dumps(body | {"lease_until": "2099-01-01T00:00:00Z", "designations": [one]}).encode()


ATTACKS: dict[str, tuple[str, Attack]] = {
    "an own row in the place of the one that was heard": (
        "not-signed",
        lambda sql, heard: sql.execute("UPDATE lease SET headers = '{}', body = $1", _forged(heard)),
    ),
    "other words under the real signature": (
        "not-signed",
        lambda sql, heard: sql.execute("UPDATE lease SET body = $1", _forged(heard)),
    ),
    "headers that are none": ("not-signed", lambda sql, heard: sql.execute("UPDATE lease SET headers = '[1]'")),
    "a header that is no text": (
        "not-signed",
        lambda sql, heard: sql.execute("UPDATE lease SET headers = headers || '{\"meldpunt-signature\": 7}'"),
    ),
    "no words at all": (
        "not-signed",
        lambda sql, heard: sql.execute("ALTER TABLE lease ALTER body DROP NOT NULL; UPDATE lease SET body = NULL"),
    ),
}


@pytest.mark.refused("R-7.3")
@pytest.mark.parametrize(("code", "attack"), ATTACKS.values(), ids=ATTACKS.keys())
async def test_a_row_that_access_did_not_sign_gives_nobody_anything(
    code: str, attack: Attack, platform_of: PlatformOf, bao_of: BaoOf, clock: GivenClock, postgres: Postgres
) -> None:
    platform = await platform_of("assessment", clock)
    access = AccessSays(bao_of("access"), clock)
    envelope, message = await access.leases(designation(WHO, "oov", NOON))
    await hear(platform, envelope, message)
    await change(postgres, lambda sql: attack(sql, message))
    # Another process, that has heard nothing itself; what it found it goes by until it is told to look.
    designations = Designations(platform.verifier, clock, platform.database, lambda: 0.0)
    assert await designations.with_role({"oov"}) == set()
    assert await designations.of("mallory") == []
    # It shows, and is told once.
    stuck = designations.doubts.stuck()
    assert (stuck.count, stuck.examples[0].why) == (1, "access did not sign this, or not as it stands here")
    designations.forget()
    assert await designations.with_role({"oov"}) == set()
    assert await _lines(postgres) == [code]
    # The process that heard it goes by what it heard, for as long as that lasts.
    platform.designations.forget()
    assert await platform.designations.with_role({"oov"}) == {WHO}
    assert await platform.designations.of("mallory") == []
    # And what access says next stands in its place.
    await access.to(platform, designation("bram", "oov", NOON))
    assert await designations.with_role({"oov"}) == set()
    designations.forget()
    assert await designations.with_role({"oov"}) == {"bram"}
    assert designations.doubts.stuck().count == 0


@pytest.mark.refused("R-7.3", "R-7.4")
async def test_a_row_that_is_inserted_where_there_was_none_is_nobodys(
    platform_of: PlatformOf, bao_of: BaoOf, clock: GivenClock, postgres: Postgres
) -> None:
    platform = await platform_of("assessment", clock)
    _, message = await AccessSays(bao_of("access"), clock).leases(designation("mallory", "oov", NOON))
    # Everything is right about it, but that it is signed by somebody else: the service itself.
    signature = platform.signer.sign("meldpunt-message", {"id": "x"})
    headers = {"ce-id": "x", "ce-type": "nl.meldpunt.leases.v1", "ce-to": "all", "meldpunt-signature": signature}
    body = message.model_dump_json().encode()
    await change(
        postgres,
        lambda sql: sql.execute(
            "INSERT INTO lease (id, headers, body) VALUES (1, $1::jsonb, $2)", json.dumps(headers), body
        ),
    )
    assert await platform.designations.of("mallory") == []
    assert await _lines(postgres) == ["not-signed"]


@pytest.mark.refused("R-7.4")
async def test_what_was_said_before_an_end_is_not_believed_after_it(
    platform_of: PlatformOf, bao_of: BaoOf, clock: GivenClock, postgres: Postgres
) -> None:
    """The row of a minute ago is genuine, and its lease still runs."""
    platform = await platform_of("assessment", clock)
    access = AccessSays(bao_of("access"), clock)
    before = await access.to(platform, designation("mallory", "oov", NOON))
    clock.moment += timedelta(seconds=1)
    await access.to(platform)
    assert await platform.designations.of("mallory") == []
    await change(
        postgres,
        lambda sql: sql.execute(
            "UPDATE lease SET headers = $1::jsonb, body = $2",
            json.dumps({name: before.headers[name] for name in before.headers}),
            before.body,
        ),
    )
    platform.designations.forget()
    assert await platform.designations.of("mallory") == []
    assert await _lines(postgres) == ["older-than-heard"]


@pytest.mark.refused("R-7.4")
async def test_access_that_knows_less_than_it_did_is_not_believed(
    platform_of: PlatformOf, bao_of: BaoOf, clock: GivenClock
) -> None:
    """Its database was put back; what it said before holds until its lease runs out."""
    platform = await platform_of("assessment", clock)
    access = AccessSays(bao_of("access"), clock)
    await access.to(platform, designation(WHO, "oov", NOON), seq=7)
    clock.moment += timedelta(seconds=1)
    with pytest.raises(CannotSucceed, match="put back"):
        await access.to(platform, designation("mallory", "oov", NOON), seq=6)
    assert await platform.designations.with_role({"oov"}) == {WHO}
    # What only comes late is nothing new, and no trouble.
    await access.to(platform, designation("mallory", "oov", NOON), seq=6, issued_at=NOON - timedelta(seconds=9))
    assert await platform.designations.with_role({"oov"}) == {WHO}
    clock.moment += timedelta(seconds=300)
    assert await platform.designations.with_role({"oov"}) == set()


async def change(postgres: Postgres, work: Callable[[Any], Awaitable[object]]) -> None:
    """As the superuser of assessment's database."""
    connection = await postgres.connect("assessment")
    try:
        await work(connection)
    finally:
        await connection.close()


async def _lines(postgres: Postgres) -> list[str]:
    """Why a lease was not believed, as the audit trail says it."""
    connection = await postgres.connect("assessment")
    try:
        rows = await connection.fetch("SELECT entry FROM audit")
    finally:
        await connection.close()
    entries = [json.loads(row["entry"]) for row in rows]
    return [one["reason"] for one in entries if one["action"] == "lease not believed"]


# --- a lease has a longest time, whoever says otherwise -----------------------------------------------------------------


@pytest.mark.refused("R-7.4")
@pytest.mark.parametrize(
    "moments",
    [
        {"lease": LONGEST_LEASE + timedelta(seconds=1)},
        {"lease": timedelta(days=365_000)},
        {"lease": timedelta()},
        {"lease": -timedelta(days=1)},
        {"issued_at": NOON + timedelta(days=1)},
        {"issued_at": NOON + timedelta(days=365_000)},
    ],
    ids=["an hour and a second", "a thousand years", "no time", "backwards", "of tomorrow", "of another age"],
)
async def test_access_itself_cannot_be_believed_for_longer(
    platform_of: PlatformOf, bao_of: BaoOf, clock: GivenClock, postgres: Postgres, moments: dict[str, Any]
) -> None:
    """Neither when it says so with its own signature, nor when somebody puts that into the row."""
    platform = await platform_of("assessment", clock)
    access = AccessSays(bao_of("access"), clock)
    await access.to(platform, designation(WHO, "oov", NOON), lease=LONGEST_LEASE)
    with pytest.raises(CannotSucceed, match="longer"):
        await access.to(platform, designation("mallory", "oov", NOON), **moments)
    envelope, _ = await access.leases(designation("mallory", "oov", NOON), **moments)
    headers = json.dumps(dict(envelope.headers))
    await change(
        postgres,
        lambda sql: sql.execute("UPDATE lease SET headers = $1::jsonb, body = $2", headers, envelope.body),
    )
    platform.designations.forget()
    assert await platform.designations.of("mallory") == []
    assert await _lines(postgres) == ["too-long"]
