"""What the databases have, as their administrator sees it, against what was acknowledged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import asyncpg

from deploy.drills.journal import Journal, wrong
from deploy.embedded.home import Home, HouseError
from deploy.embedded.parts import HERE
from deploy.tls.identities import SETUP_USER

PATIENCE = 240


def verdict(home: Home, journal: Journal, say: Callable[[str], None]) -> list[str]:
    """What is lost or doubled in a house that had nothing before, once it had time to settle. By the journal, and, so that it
    is known that it would show, by one with a report that nobody kept: raises HouseError where that does not show."""
    end = time.monotonic() + PATIENCE
    while (found := _wrong(home, journal)) and time.monotonic() < end:
        time.sleep(2)
    invented = Journal([*journal.reports, "S-00000-00000"], journal.decisions)
    if len(_wrong(home, invented)) != len(found) + 1:
        raise HouseError("the drill does not see a report that is lost: what it says is worth nothing")
    counts = f"{len(journal.reports)} reports and {len(journal.decisions)} decisions were acknowledged"
    say(f"{counts}; {'nothing is lost, nothing is doubled' if not found else f'{len(found)} are wrong'}")
    return found


def _wrong(home: Home, journal: Journal) -> list[str]:
    dossiers = rows(home, "assessment", "SELECT number FROM dossier")
    decided = rows(home, "assessment", "SELECT number, id::text AS id FROM decision")
    told = rows(home, "oversight", "SELECT number FROM decided")
    return wrong(
        journal,
        [one["number"] for one in dossiers],
        [(one["number"], one["id"]) for one in decided],
        [one["number"] for one in told],
    )


def rows(home: Home, database: str, query: str, *values: Any) -> list[asyncpg.Record]:
    """What a query finds in the database of a service."""
    return asyncio.run(_rows(home, database, query, *values))


async def _rows(home: Home, database: str, query: str, *values: Any) -> list[asyncpg.Record]:
    _, _, port = (home.state() or {})["addresses"]["postgres"].rpartition(":")
    connection = await asyncpg.connect(
        host=HERE,
        port=int(port),
        user="postgres",
        password=home.secret("postgres"),
        database=database,
        ssl=home.tls(SETUP_USER).context,
    )
    try:
        return list(await connection.fetch(query, *values))
    finally:
        await connection.close()
