"""What a scrape costs the database: counts by the index of what waits, and never a look at every row that ever was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from deploy.embedded.home import SERVICE_NAMES
from shared.database.engine import Database
from shared.metrics.figures import Figures
from shared.service.service import Service
from tests.parts import told_of
from tests.platform.conftest import DatabaseOf
from tests.platform.real import HERE, Postgres, RealParts
from tests.platform.served import app_of

FEW = {"letterbox_key", "sealing_key"}
"""A key a day for each addressee: what is kept of them is read whole."""


@contextmanager
def asked_of(database: Database) -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """What it is asked, with the values."""
    found: list[tuple[str, tuple[Any, ...]]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        found.append((statement, tuple(values)))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield found
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


@pytest.mark.parametrize("name", SERVICE_NAMES)
async def test_a_scrape_looks_at_no_table_whole(
    name: str,
    parts: RealParts,
    database_of: DatabaseOf,
    postgres: Postgres,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at = {"database_hosts": f"{HERE}:{postgres.port}", **told_of(parts.home.tls(name))}
    service: Service = app_of(name, tmp_path, monkeypatch, **at).state.service
    database = await database_of(name)
    service.platform.database._lease = database._lease
    with asked_of(service.platform.database) as statements:
        await Figures(service)._read()
    await service.platform.close()
    connection = await postgres.connect(name)
    # There is hardly a row: the planner has to be told that there could be many.
    await connection.execute("SET enable_seqscan = off")
    scanned = []
    for one, values in statements:
        if one.startswith("SELECT"):
            plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {one}", *values)
            scanned += [table for kind, table in _scans(json.loads(plan)[0]["Plan"]) if kind == "Seq Scan"]
    await connection.close()
    assert len(statements) > 5
    assert set(scanned) - FEW == set()


def _scans(plan: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if "Relation Name" in plan:
        yield plan["Node Type"], plan["Relation Name"]
    for inner in plan.get("Plans", ()):
        yield from _scans(inner)
