"""The audit trail is followed however long it is; what was signed about it cannot be taken back unseen (R-D.5)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.oversight.follow import Lines, Reached, Walk
from services.oversight.trail import AuditBatch
from services.oversight.use_cases.chains import Chains
from shared.audit import chain
from shared.engine.head import vouch_for
from shared.service.platform import Platform
from tests.platform.conftest import PlatformOf
from tests.platform.real import Postgres

PAGE = 100
BATCH = 20
NOTHING = Reached()
Sql = Callable[..., Awaitable[None]]


@pytest.fixture
async def oversight(platform_of: PlatformOf) -> Platform:
    return await platform_of("oversight")


@pytest.fixture
def chains(oversight: Platform) -> Chains:
    return Chains(oversight, page=PAGE)


@pytest.fixture
def administrator(oversight: Platform, postgres: Postgres) -> Sql:
    """A database administrator, who may write any row; oversight itself may change none of these."""

    async def run(statement: str, *values: Any) -> None:
        connection = await postgres.connect("oversight")
        try:
            await connection.execute(statement, *values)
        finally:
            await connection.close()

    return run


async def tell(platform: Platform, count: int, after: Reached = NOTHING, word: str = "tried") -> Reached:
    """`count` lines of intake in batches, behind `after`."""
    head, end = after.head, after.seq + count
    async with platform.database.transaction() as session:
        for first in range(after.seq + 1, end + 1, BATCH):
            last = min(first + BATCH - 1, end)
            before, values = head, {"first": first, "last": last, "word": word}
            for n in range(first, last + 1):
                head = chain(head, {"action": word, "n": n})
            batch = AuditBatch(
                producer="intake",
                first=first,
                last=last,
                previous=before,
                head=head,
                headers={},
                body=b"",
            )
            session.add(await vouch_for(platform.mac, batch))
            lines = (
                "INSERT INTO audit_line (producer, seq, entry)"
                " SELECT 'intake', n, jsonb_build_object('action', CAST(:word AS text), 'n', n)"
                " FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS n"
            )
            await session.execute(text(lines), values)
    return Reached(end, head)


async def checked(chains: Chains, begin: Any = "checkpoint") -> dict[str, Any]:
    return await chains.check("intake", begin)


async def test_a_trail_longer_than_a_page_is_whole_and_is_not_followed_twice(
    oversight: Platform, chains: Chains
) -> None:
    assert (await checked(chains))["lines"] == 0
    at = await tell(oversight, 12 * PAGE + 7)
    first = await checked(chains)
    assert (first["lines"], first["problem"], first["checkedFrom"]) == (at.seq, None, 1)
    again = await checked(chains)
    assert (again["lines"], again["problem"], again["checkedFrom"]) == (at.seq, None, at.seq + 1)
    at = await tell(oversight, PAGE, at)
    assert (await checked(chains))["lines"] == at.seq
    whole = await checked(chains, "start")
    assert (whole["lines"], whole["problem"], whole["checkedFrom"]) == (at.seq, None, 1)


async def test_the_loop_serves_others_while_lines_are_hashed(oversight: Platform) -> None:
    """While a page is followed, the loop does something else that the page waits for: on the loop it would never end."""
    loop = asyncio.get_running_loop()
    sizes: list[int] = []

    class Slow(Walk):
        def follow(self, batches: Sequence[AuditBatch], lines: Lines) -> str | None:
            sizes.append(len(lines))
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(timeout=30)
            return super().follow(batches, lines)

    await tell(oversight, 5 * PAGE)
    found = await Chains(oversight, walk=Slow, page=PAGE).check("intake", "start")
    assert (found["lines"], found["problem"]) == (5 * PAGE, None)
    assert len(sizes) == 5
    assert max(sizes) <= PAGE


@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        ("UPDATE audit_line SET entry = '{}' WHERE seq = 250", "een regel tussen 241 en 260 is gewijzigd"),
        ("DELETE FROM audit_line WHERE seq = 250", "regel 250 ontbreekt"),
        ("DELETE FROM audit_batch WHERE first = 241", "regels vanaf 241 ontbreken of zijn vervangen"),
        (
            "UPDATE audit_batch SET last = 2000000000 WHERE first = 381",
            "het bericht met regels vanaf 381 is niet zoals het binnenkwam",
        ),
        (
            "UPDATE audit_batch SET headers = '{}', body = 'x' WHERE first = 21",
            "het bericht met regels vanaf 21 is niet zoals het binnenkwam",
        ),
        ("INSERT INTO audit_line VALUES ('intake', 401, NULL, NULL, '{}')", "regel 401 kwam met geen bericht"),
        ("INSERT INTO audit_line VALUES ('intake', 0, NULL, NULL, '{}')", "regel 0 kwam met geen bericht"),
        ("UPDATE audit_line SET record = 'S-1' WHERE seq = 250", "regel 250 staat onder een andere naam dan zij zegt"),
        ("UPDATE audit_line SET actor = 'anna' WHERE seq = 250", "regel 250 staat onder een andere naam dan zij zegt"),
    ],
)
async def test_what_is_changed_is_found(
    oversight: Platform, chains: Chains, administrator: Sql, harm: str, problem: str
) -> None:
    await tell(oversight, 4 * PAGE)
    await administrator(harm)
    for begin in ("checkpoint", "start"):
        assert (await checked(chains, begin))["problem"] == problem


async def test_an_old_line_before_the_checkpoint_is_found_by_a_whole_check(
    oversight: Platform, chains: Chains, administrator: Sql
) -> None:
    at = await tell(oversight, 4 * PAGE)
    assert (await checked(chains))["problem"] is None
    await administrator("UPDATE audit_line SET entry = '{}' WHERE seq = 5")
    assert (await checked(chains))["problem"] is None
    assert (await checked(chains, "start"))["problem"] == "een regel tussen 1 en 20 is gewijzigd"
    await tell(oversight, PAGE, at)
    assert (await checked(chains, "start"))["problem"] == "een regel tussen 1 en 20 is gewijzigd"


async def test_lines_that_are_replaced_together_with_their_chain_are_found(
    oversight: Platform, chains: Chains, administrator: Sql
) -> None:
    """Whoever can write rows can make a chain that is whole in itself; not one with the value that was signed."""
    await tell(oversight, 4 * PAGE)
    assert (await checked(chains))["problem"] is None
    await administrator("DELETE FROM audit_line; DELETE FROM audit_batch")
    await tell(oversight, 4 * PAGE, word="forged")
    assert (await checked(chains))["problem"] is not None
    found = await checked(chains, "start")
    assert found["problem"] == "regels tot en met 400 zijn vervangen sinds zij zijn gecontroleerd"


async def test_lines_that_vanish_from_the_end_are_found(
    oversight: Platform, chains: Chains, administrator: Sql
) -> None:
    await tell(oversight, 4 * PAGE)
    assert (await checked(chains))["problem"] is None
    await administrator("DELETE FROM audit_line WHERE seq > 300; DELETE FROM audit_batch WHERE first > 300")
    for begin in ("checkpoint", "start"):
        assert "ontbreken" in (await checked(chains, begin))["problem"]


async def test_a_forged_checkpoint_is_not_believed(
    oversight: Platform, chains: Chains, administrator: Sql, platform_of: PlatformOf
) -> None:
    """Neither one that nobody signed, nor another service's, nor oversight's own about another producer."""
    await tell(oversight, 4 * PAGE)
    await administrator("UPDATE audit_line SET entry = '{}' WHERE seq = 5")
    claims = {"producer": "intake", "seq": 4 * PAGE, "head": "0" * 64}
    retention = await platform_of("retention")
    forged = (
        "x.y.z",
        retention.signer.sign("meldpunt-audit-checkpoint", claims),
        oversight.signer.sign("meldpunt-message", claims),
        oversight.signer.sign("meldpunt-audit-checkpoint", claims | {"producer": "sources"}),
    )
    for statement in forged:
        await administrator("DELETE FROM audit_checkpoint")
        await administrator("INSERT INTO audit_checkpoint VALUES ('intake', $1)", statement)
        found = await checked(chains)
        assert (found["checkedFrom"], found["problem"]) == (1, "een regel tussen 1 en 20 is gewijzigd")


async def test_every_chain_is_followed_from_its_first_line_once_a_day(platform_of: PlatformOf) -> None:
    class Given:
        moment = datetime(2027, 1, 1, tzinfo=UTC)

        def now(self) -> datetime:
            return self.moment

    clock = Given()
    oversight = await platform_of("oversight", clock)
    chains = Chains(oversight, page=PAGE)
    await tell(oversight, PAGE)
    assert await chains.walk_what_is_due() > 1
    assert await chains.walk_what_is_due() == 0
    assert (await checked(chains))["wholeCheckAt"] == clock.moment.isoformat()
    clock.moment += timedelta(days=1)
    assert await chains.walk_what_is_due() > 1


async def test_who_sets_the_day_of_the_last_walk_ahead_stops_no_walk(
    oversight: Platform, chains: Chains, administrator: Sql
) -> None:
    """That day is signed with the rest; a statement that says otherwise is none of oversight's."""
    await tell(oversight, PAGE)
    assert await chains.walk_what_is_due() > 1
    assert await chains.walk_what_is_due() == 0
    claims = {"producer": "intake", "seq": 0, "head": "0" * 64, "walkedAt": "2100-01-01T00:00:00+00:00"}
    forged = oversight.signer.sign("meldpunt-message", claims)
    await administrator("UPDATE audit_checkpoint SET statement = $1 WHERE producer = 'intake'", forged)
    assert await chains.walk_what_is_due() == 1


async def test_lines_of_nobody_are_found(oversight: Platform, chains: Chains, administrator: Sql) -> None:
    await administrator("INSERT INTO audit_line VALUES ('nobody', 1, 'anna', 'S-1', '{}')")
    found = await chains.check("oversight", "start")
    assert found["problem"] == "er zijn regels van een dienst die niet bestaat: nobody"
