"""What a query touches: its plan as PostgreSQL carried it out, on tables that are filled to measure."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from shared.database.engine import Database


@dataclass(frozen=True)
class Statement:
    """A statement as it was sent, with its parameters."""

    text: str
    values: tuple[Any, ...]


async def statements_of(database: Database, work: Callable[[], Awaitable[object]]) -> list[Statement]:
    """What `work` asks of the database, through the session or beside it."""
    found: list[Statement] = []

    def note(_c: Any, _cursor: Any, text: str, values: Any, _context: Any, many: bool) -> None:
        # One of several alike costs what each of them does.
        found.append(Statement(text, tuple(values[0] if many else values)))

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        await work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return found


@dataclass(frozen=True)
class Plan:
    """A plan and what it cost. `pages`: buffers, from the cache or not. `rows`: the most that one node gave or threw away."""

    statement: str
    tree: dict[str, Any]

    @property
    def nodes(self) -> list[dict[str, Any]]:
        return list(_nodes(self.tree))

    @property
    def pages(self) -> int:
        return int(self.tree["Shared Hit Blocks"]) + int(self.tree["Shared Read Blocks"])

    @property
    def rows(self) -> int:
        return max(
            int((one["Actual Rows"] + one.get("Rows Removed by Filter", 0)) * one["Actual Loops"]) for one in self.nodes
        )

    @property
    def read_whole(self) -> list[str]:
        """The tables that were read from the beginning to the end."""
        return [one["Relation Name"] for one in self.nodes if one["Node Type"] == "Seq Scan"]

    @property
    def looks(self) -> int:
        """How often an index was gone down."""
        return sum(int(one["Actual Loops"]) for one in self.nodes if "Index" in one["Node Type"])

    def __str__(self) -> str:
        steps = [f"{one['Node Type']} {one.get('Index Name') or one.get('Relation Name', '')}" for one in self.nodes]
        return f"{self.pages} pages, {self.rows} rows, {' < '.join(steps)}: {self.statement}"


def _nodes(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield tree
    for one in tree.get("Plans", ()):
        yield from _nodes(one)


async def explain(database: Database, statement: Statement, *, by_index: bool = False) -> Plan:
    """Carry `statement` out, whatever it is, and take it back. `by_index`: as it is done when tables are large."""
    async with database.engine.connect() as connection:
        if by_index:
            await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            await connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
        asked = f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, SUMMARY OFF, FORMAT JSON) {statement.text}"
        found = (await connection.exec_driver_sql(asked, statement.values)).scalar_one()
        await connection.rollback()
    tree = json.loads(found) if isinstance(found, str) else found
    return Plan(" ".join(statement.text.split()), tree[0]["Plan"])
