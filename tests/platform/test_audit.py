"""Audit lines are numbered and chained by one writer, however many there are, and leave together."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from sqlalchemy import select
from sqlmodel import col

from shared import audit
from shared.bus.post import Post
from shared.clock import SystemClock
from shared.contracts.common import Audited
from shared.database.engine import Database
from shared.database.tables import Audit, Outgoing
from shared.errors import CannotSucceed, PartDown
from shared.keys.mac import Mac
from shared.numbering import AuditNumberer
from tests.platform.conftest import DatabaseOf
from tests.platform.heard import Heard
from tests.platform.proofs import proofs
from tests.platform.real import Handed, Postgres, RealParts
from tests.security.attacker import NoSigner

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
async def database(database_of: DatabaseOf) -> Database:
    return await database_of("retention")


async def numberer(database: Database) -> AuditNumberer:
    post = Post("retention", NoSigner("retention"), SystemClock(), "0" * 20)  # type: ignore[arg-type]
    return AuditNumberer(database, post, SystemClock(), await proofs())


async def write(database: Database, since: int, count: int) -> None:
    async with database.transaction() as session:
        session.add_all(
            audit.line(NOON + timedelta(seconds=n), "looked", actor=f"a{n}") for n in range(since, since + count)
        )


async def sent(database: Database) -> list[Audited]:
    async with database.reading() as session:
        bodies = (await session.scalars(select(col(Outgoing.body)))).all()
    return sorted((Audited.model_validate_json(body or b"") for body in bodies), key=lambda one: one.first)


async def test_lines_of_one_moment_are_one_message_in_their_order(database: Database) -> None:
    await write(database, 0, 5)
    assert await (await numberer(database)).number_once() is False
    found = await sent(database)
    assert [(one.first, [line["actor"] for line in one.entries]) for one in found] == [(1, [f"a{n}" for n in range(5)])]
    async with database.reading() as session:
        rows = {row.entry["actor"]: row.seq for row in await session.scalars(select(Audit))}
    assert rows == {f"a{n}": n + 1 for n in range(5)}


async def test_lines_that_come_all_the_time_go_together(database: Database) -> None:
    """The first at once; what comes while it is not long ago waits, and is one message with all that come meanwhile."""
    post = Post("retention", NoSigner("retention"), SystemClock(), "0" * 20)  # type: ignore[arg-type]
    numbering = AuditNumberer(database, post, SystemClock(), await proofs(), apart=3600)
    await write(database, 0, 1)
    await numbering.number()
    await write(database, 1, 1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await numbering.number()
    assert [one.first for one in await sent(database)] == [1]
    await write(database, 2, 1)
    await numbering.number_once()
    assert [(one.first, len(one.entries)) for one in await sent(database)] == [(1, 1), (2, 2)]


async def test_two_writers_make_one_chain(database_of: DatabaseOf) -> None:
    """Two replicas, at once, while lines are added: no number twice, none left out, each batch chained to the last."""
    database, replica = await database_of("retention"), await database_of("retention")
    for round_ in range(4):
        await write(database, 10 * round_, 10)
        await asyncio.gather(
            *[(await numberer(one)).number_once(most=3) for one in (database, replica, database, replica)]
        )
    found = await sent(database)
    assert [n for one in found for n in range(one.first, one.first + len(one.entries))] == list(range(1, 41))
    previous = audit.GENESIS
    for one in found:
        assert one.previous == previous
        for entry in one.entries:
            previous = audit.chain(previous, entry)
        assert one.head == previous


async def test_numbering_takes_few_statements(database: Database, parts: RealParts) -> None:
    heard = await Heard.of(parts, database)
    await write(database, 0, 1)
    await (await numberer(database)).number_once()
    await write(database, 1, 50)
    found = await heard.during((await numberer(database)).number_once)
    assert [one.split()[0].rstrip(";") for one in found] == [
        "BEGIN",
        "SELECT",
        "SELECT",
        "WITH",
        "INSERT",
        "COMMIT",
    ], "one head, the lines, their numbers, the message: however many there are"


FORGED = "INSERT INTO audit (id, entry, written_at, proof) VALUES (gen_random_uuid(), $1, '2020-01-01', $2)"
CHANGED = "UPDATE audit SET entry = jsonb_set(entry, '{actor}', '\"a9\"') WHERE entry->>'actor' = 'a1'"


async def test_a_line_that_the_administrator_inserts_or_changes_is_never_numbered(
    database: Database, postgres: Postgres
) -> None:
    """Without a proof, with one of another line, changed while it waits: told, shown, and nothing else waits for it."""
    await write(database, 0, 3)
    superuser = await postgres.connect("retention")
    try:
        theirs = await superuser.fetchval("SELECT proof FROM audit WHERE entry->>'actor' = 'a0'")
        for proof in (None, "", "v1:x", "door:x", theirs):
            await superuser.execute(FORGED, '{"action": "forged", "actor": "a9"}', proof)
        await superuser.execute(CHANGED)
    finally:
        await superuser.close()
    numbering = await numberer(database)
    while await numbering.number_once(most=3):
        pass
    while await numbering.number_once():
        pass
    entries = [entry for one in await sent(database) for entry in one.entries]
    assert [one["actor"] for one in entries if one["action"] == "looked"] == ["a0", "a2"]
    told = [one for one in entries if one["action"] == "audit lines refused"]
    assert len(entries) == 2 + len(told)
    assert {one["reason"] for one in told} == {"not-ours"}
    assert sum(one["times"] for one in told) == 6
    shown = await numbering.refused()
    assert (shown.waiting, shown.count, len(shown.examples)) == (6, 6, 6)


DROPPING = """
    CREATE FUNCTION drop_line() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
    CREATE TRIGGER drop_line BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION drop_line();
"""


NUMBERING = """
    CREATE FUNCTION number_line() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.seq := 1000000; RETURN NEW; END';
    CREATE TRIGGER number_line BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION number_line();
"""


async def test_a_count_that_is_set_back_numbers_nothing_and_shows(database: Database, postgres: Postgres) -> None:
    """As who takes a batch out of the post, and has the other lines of it numbered anew, would do it."""
    await write(database, 0, 3)
    numbering = await numberer(database)
    await numbering.number_once()
    superuser = await postgres.connect("retention")
    try:
        await superuser.execute("UPDATE audit_head SET seq = 0, chain = $1", audit.GENESIS)
        await superuser.execute("DELETE FROM outgoing; DELETE FROM audit WHERE seq = 2; UPDATE audit SET seq = NULL")
    finally:
        await superuser.close()
    with pytest.raises(CannotSucceed, match="set back"):
        await numbering.number_once()
    assert await sent(database) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (NUMBERING, "DROP FUNCTION number_line CASCADE"),
        (DROPPING, "DROP FUNCTION drop_line CASCADE"),
        ("SELECT 1", "DELETE FROM audit"),
        ("SELECT 1", CHANGED),
    ],
    ids=["a trigger that numbers it", "a trigger that drops it", "deleted", "changed"],
)
async def test_a_line_that_is_taken_away_before_it_has_a_number_is_missed(
    database: Database, postgres: Postgres, monkeypatch: pytest.MonkeyPatch, before: str, after: str
) -> None:
    """Its own process knows that it was committed: the next line and `meldpunt status` say so."""
    monkeypatch.setattr("shared.numbering.MISSED_SECONDS", 0)
    post = Post("retention", NoSigner("retention"), SystemClock(), "0" * 20)  # type: ignore[arg-type]
    assert database.stamps is not None
    numbering = AuditNumberer(database, post, SystemClock(), cast(audit.Proofs, database.stamps))
    superuser = await postgres.connect("retention")
    try:
        await superuser.execute(before)
        await write(database, 1, 1)
        await superuser.execute(after)
    finally:
        await superuser.close()
    await write(database, 2, 1)
    for _ in range(3):
        # What the service does of itself, again and again.
        await numbering.number()
    told = [entry for one in await sent(database) for entry in one.entries if entry["action"] != "audit lines refused"]
    assert [one["action"] for one in told] == ["looked", "audit-lines-missed not believed"]
    assert told[0]["actor"] == "a2"
    assert numbering.missed.stuck().waiting == 1


async def test_lines_that_wait_or_that_another_process_numbers_are_not_missed(database_of: DatabaseOf) -> None:
    database, replica = await database_of("retention"), await database_of("retention")
    post = Post("retention", NoSigner("retention"), SystemClock(), "0" * 20)  # type: ignore[arg-type]
    numbering = AuditNumberer(database, post, SystemClock(), cast(audit.Proofs, database.stamps))
    await write(database, 0, 5)
    await numbering.miss(seconds=0)
    assert numbering.missed.stuck().waiting == 0
    await (await numberer(replica)).number_once()
    await numbering.miss(seconds=0)
    assert numbering.missed.stuck().waiting == 0
    assert cast(audit.Proofs, database.stamps).overdue(0, 10) == []


@pytest.mark.parametrize("at_the_door", [False, True], ids=["begun before", "at the door, before"])
async def test_what_another_process_numbers_as_this_one_begins_is_not_missed(
    database_of: DatabaseOf, at_the_door: bool
) -> None:
    """Two that start together: the other is there first, and has numbered this one's first lines before this one looks."""
    database, replica = await database_of("retention"), await database_of("retention")
    post = Post("retention", NoSigner("retention"), SystemClock(), "0" * 20)  # type: ignore[arg-type]
    other, numbering = (
        await numberer(replica),
        AuditNumberer(database, post, SystemClock(), cast(audit.Proofs, database.stamps)),
    )
    await write(replica, 0, 2)
    await other.number_once()
    if not at_the_door:
        await numbering.begin()
    await write(database, 2, 3)
    if at_the_door:
        await numbering.begin()
    await other.number_once()
    await write(database, 5, 1)
    await numbering.number_once()
    await numbering.miss(seconds=0)
    assert numbering.missed.stuck().waiting == 0
    assert cast(audit.Proofs, database.stamps).overdue(0, 10) == []


async def test_a_line_that_was_given_an_older_number_is_missed(database: Database, postgres: Postgres) -> None:
    """As who would have it stand where one stands already that oversight was told of."""
    post = Post("retention", NoSigner("retention"), SystemClock(), "0" * 20)  # type: ignore[arg-type]
    await write(database, 0, 2)
    await (await numberer(database)).number_once()
    assert database.stamps is not None
    numbering = AuditNumberer(database, post, SystemClock(), cast(audit.Proofs, database.stamps))
    cast(audit.Proofs, database.stamps).numbered(list(cast(audit.Proofs, database.stamps).waiting))
    await numbering.begin()
    await write(database, 2, 1)
    superuser = await postgres.connect("retention")
    try:
        await superuser.execute("DELETE FROM audit WHERE seq = 1; UPDATE audit SET seq = 1 WHERE seq IS NULL")
    finally:
        await superuser.close()
    await numbering.miss(seconds=0)
    assert numbering.missed.stuck().waiting == 1


async def test_the_door_proves_its_lines_while_openbao_is_away() -> None:
    """With what it has at hand; nobody else has that, and no other service believes it."""
    door = audit.Proofs(Mac("intake", Handed({})), at_hand=b"of the door")
    row = audit.line(NOON, "report accepted", actor=None, concerns=())
    assert door.put_on(row)
    assert await door.holds(row.id, row.entry, row.proof)
    assert not await door.holds(row.id, row.entry | {"actor": "a9"}, row.proof)
    assert not await audit.Proofs(Mac("intake", Handed({})), b"another").holds(row.id, row.entry, row.proof)
    assert not await audit.Proofs(Mac("intake", Handed({}))).holds(row.id, row.entry, row.proof)
    with pytest.raises(PartDown):
        audit.Proofs(Mac("retention", Handed({}))).put_on(row)
