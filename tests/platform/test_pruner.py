"""What has had its use goes at its age, and nothing before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from shared.audit import line
from shared.bus.post import Post
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.database.tables import Audit, InboxRow, Outgoing
from shared.numbering import AuditNumberer
from shared.service.pruner import BATCH_SIZE, Pruner
from shared.settings import STREAM_DAYS, ServiceSettings
from tests.parts import TOLD
from tests.platform.conftest import DatabaseOf
from tests.platform.proofs import proofs
from tests.security.attacker import NoSigner

NOW = datetime.now(UTC)


@pytest.fixture
async def database(database_of: DatabaseOf) -> Database:
    return await database_of("retention")


@pytest.fixture
def pruner(database: Database) -> Pruner:
    return Pruner(database, SystemClock(), inbox_days=120, audit_days=30, processing_days=1830)


async def write(database: Database, *days: float) -> list[UUID]:
    """Audit lines of that many days ago, numbered and sent as one message per call; their ids."""
    rows = [line(NOW - timedelta(days=one), "looked", actor="a") for one in days]
    async with database.transaction() as session:
        session.add_all(rows)
    post = Post("retention", NoSigner("retention"), SystemClock(), "0" * 20)  # type: ignore[arg-type]
    await AuditNumberer(database, post, SystemClock(), await proofs()).number_once()
    return [row.id for row in rows]


async def receipted(database: Database) -> None:
    """As when oversight's receipt has come for everything that was sent so far."""
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM outgoing"))


async def left(database: Database) -> set[UUID]:
    async with database.reading() as session:
        return set((await session.scalars(select(col(Audit.id)))).all())


async def test_inbox_rows_go_at_their_age_however_many(database: Database, pruner: Pruner) -> None:
    old = [
        InboxRow(id=uuid4(), producer="intake", event="keys-made.v1", handled_at=NOW - timedelta(days=121))
        for _ in range(BATCH_SIZE + 5)
    ]
    young = InboxRow(id=uuid4(), producer="intake", event="keys-made.v1", handled_at=NOW - timedelta(days=119))
    async with database.transaction() as session:
        session.add_all([*old, young])
    await pruner.prune()
    async with database.reading() as session:
        assert (await session.scalars(select(col(InboxRow.id)))).all() == [young.id]
    said = pruner.pruned.as_dict()
    assert (said["inbox"], said["audit"], said["problem"]) == (BATCH_SIZE + 5, 0, None)
    assert said["at"] is not None


async def test_audit_lines_go_after_the_receipt_and_their_age(database: Database, pruner: Pruner) -> None:
    old, young = await write(database, 31, 29)
    await pruner.prune()
    assert await left(database) == {old, young}, "no receipt has come"
    await receipted(database)
    later = await write(database, 40)
    await pruner.prune()
    assert await left(database) == {young, *later}, "what was sent after it waits for its own receipt"
    async with database.transaction() as session:
        session.add(unnumbered := line(NOW - timedelta(days=50), "looked", actor="a"))
    await receipted(database)
    await pruner.prune()
    assert await left(database) == {young, unnumbered.id}, "what has no number has not been sent"


async def test_the_chain_goes_on_where_lines_have_gone(database: Database, pruner: Pruner) -> None:
    await write(database, 31, 31)
    await receipted(database)
    await pruner.prune()
    await write(database, 0)
    async with database.reading() as session:
        assert (await session.scalars(select(col(Audit.seq)))).all() == [3]
        body = (await session.scalars(select(col(Outgoing.body)))).one()
    assert b'"first":3' in (body or b"")


async def test_the_service_cannot_take_away_or_change_what_is_young(database: Database) -> None:
    """Whatever it asks for, and whatever its clock says: this is how it would hide what was done."""
    (young,) = await write(database, 6)
    await receipted(database)
    ahead = NOW + timedelta(days=1000)
    await Pruner(database, SystemClock(), inbox_days=8, audit_days=-1000, processing_days=1830)._prune_audit(ahead)
    assert await left(database) == {young}
    moved = update(Audit).values(written_at=NOW - timedelta(days=99))
    for statement in (moved, update(Audit).values(entry={}), text("DELETE FROM audit")):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with database.transaction() as session:
                await session.execute(statement)


async def test_a_run_that_fails_is_seen(database: Database) -> None:
    broken = Pruner(database, SystemClock(), inbox_days=10**6, audit_days=30, processing_days=1830)
    with pytest.raises(OverflowError):
        await broken.prune()
    nothing = {"inbox": 0, "audit": 0, "processing": 0}
    assert broken.pruned.as_dict() == {"at": None, **nothing, "problem": "OverflowError"}


def test_an_age_that_a_message_outlives_is_refused() -> None:
    """A stream repeats what is younger; forgetting it earlier would let it act twice."""
    given = {**TOLD, "openbao_credentials": "x", "folder": "x", "tombstones": "x"}
    assert ServiceSettings(**given).inbox_days > STREAM_DAYS
    with pytest.raises(ValidationError):
        ServiceSettings(**given, inbox_days=STREAM_DAYS)
