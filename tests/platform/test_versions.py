"""Two versions of a service side by side on one database, and migrations that are run by several at once; on real parts."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from shared.clock import SystemClock
from shared.database.at_once import insert_at_once
from shared.database.engine import make_engine
from shared.database.migrate import migrate
from shared.database.schemas import NOT_CURRENT, TOO_NEW, schema_problem
from shared.database.tables import Audit, InboxRow
from tests.platform.conftest import DatabaseOf
from tests.platform.real import HERE, Postgres

NEXT = '''
"""What a next version adds."""
import sqlalchemy as sa
from alembic import op

revision = "worklist_{number:04}"
down_revision = "worklist_{before:04}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    {what}
'''
EXPANDS = 'op.add_column("audit", sa.Column("more_{number}", sa.Integer, nullable=False, server_default="0"))'
CONTRACTS = 'op.execute("UPDATE schema_floor SET oldest = {number}")'


def next_version(folder: Path, number: int, what: str) -> str:
    folder.mkdir(exist_ok=True)
    (folder / f"v{number:04}_next.py").write_text(
        NEXT.format(number=number, before=number - 1, what=what.format(number=number))
    )
    return str(folder)


@pytest.mark.parametrize(
    ("written_for", "found", "oldest", "problem"),
    [
        ("intake_0002", "intake_0002", 1, None),
        ("intake_0002", "intake_0003", 1, None),
        ("intake_0002", "intake_0003", 2, None),
        ("intake_0002", "intake_0003", 3, TOO_NEW),
        ("intake_0002", "intake_0003", None, TOO_NEW),
        ("intake_0002", "intake_0001", 1, NOT_CURRENT),
        ("intake_0002", "casework_0003", 1, NOT_CURRENT),
        ("intake_0002", "an_older_one", 1, NOT_CURRENT),
        ("intake_0002", None, None, NOT_CURRENT),
    ],
)
def test_which_schemas_a_service_runs_on(
    written_for: str, found: str | None, oldest: int | None, problem: str | None
) -> None:
    assert schema_problem(written_for, found, oldest) == problem


class Owner:
    """Who migrates the database of worklist, as many at once as there are."""

    def __init__(self, postgres: Postgres) -> None:
        self.postgres = postgres

    async def migrates(self, *also: str) -> None:
        user, password = await self.postgres.user("worklist_owner")
        where = [(HERE, self.postgres.port)]
        await migrate("worklist", where, self.postgres.tls("setup"), user, password, also=also)

    async def found(self) -> Any:
        query = "SELECT version_num, (SELECT oldest FROM schema_floor) AS oldest FROM alembic_version"
        (row,) = await self.postgres.superuser("worklist")(query)
        return row["version_num"], row["oldest"]


@pytest.fixture
async def owner(postgres: Postgres, database_of: DatabaseOf) -> Owner:
    await database_of("worklist")
    return Owner(postgres)


async def test_several_migrate_at_once_and_do_no_harm(owner: Owner, postgres: Postgres, tmp_path: Path) -> None:
    slow = 'op.execute("SELECT pg_sleep(0.5)"); ' + EXPANDS
    also = next_version(tmp_path / "versions", 2, slow)
    await asyncio.gather(*(owner.migrates(also) for _ in range(4)))
    assert await owner.found() == ("worklist_0002", 1)


async def test_from_nothing_too(owner: Owner, postgres: Postgres) -> None:
    main = await postgres.connect()
    await main.execute("DROP DATABASE worklist WITH (FORCE)")
    await main.execute("CREATE DATABASE worklist")
    await main.execute("GRANT CONNECT ON DATABASE worklist TO worklist_app, worklist_owner")
    await main.close()
    database = await postgres.connect("worklist")
    await database.execute("GRANT USAGE, CREATE ON SCHEMA public TO worklist_owner")
    await database.close()
    await asyncio.gather(*(owner.migrates() for _ in range(3)))
    assert await owner.found() == ("worklist_0001", 1)


async def test_an_older_one_leaves_a_newer_database_alone(owner: Owner, tmp_path: Path) -> None:
    await owner.migrates(next_version(tmp_path / "versions", 2, EXPANDS))
    await owner.migrates()
    assert await owner.found() == ("worklist_0002", 1)


async def test_the_version_before_goes_on_writing_and_one_that_is_too_old_does_not(
    owner: Owner, postgres: Postgres, database_of: DatabaseOf, tmp_path: Path
) -> None:
    before = await database_of("worklist")
    folder = tmp_path / "versions"
    next_version(folder, 2, EXPANDS)

    async def writes() -> None:
        now = SystemClock().now()
        async with before.transaction() as session:
            session.add(InboxRow(id=uuid4(), producer="intake", event="x.v1", handled_at=now))
        user, password = await postgres.user("worklist_app")
        shown = postgres.tls("worklist")
        where = [(HERE, postgres.port)]
        engine = make_engine(where, "worklist", shown, user, password, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await insert_at_once(connection, [Audit(id=uuid4(), entry={}, written_at=now)])
        await engine.dispose()

    await writes()
    await owner.migrates(str(folder))
    await writes()
    assert schema_problem("worklist_0001", *await owner.found()) is None
    assert await postgres.superuser("worklist")("SELECT count(*) AS n FROM audit WHERE more_2 = 0") == [(2,)]
    next_version(folder, 3, CONTRACTS)
    await owner.migrates(str(folder))
    assert schema_problem("worklist_0001", *await owner.found()) == TOO_NEW
    assert schema_problem("worklist_0003", *await owner.found()) is None


async def test_a_service_cannot_say_that_it_may_run(postgres: Postgres, owner: Owner) -> None:
    name, password = await postgres.user("worklist_app")
    service = await asyncpg.connect(
        host=HERE,
        port=postgres.port,
        user=name,
        password=password,
        database="worklist",
        ssl=postgres.tls("worklist").context,
    )
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await service.execute("UPDATE schema_floor SET oldest = 1")
    await service.close()
