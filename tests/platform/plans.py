"""What a query touches: its plan as PostgreSQL carried it out, on tables that are filled to measure."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event

from shared.database.engine import Database
from tests.platform.real import Postgres


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


async def plans_of(
    database: Database, work: Callable[[], Awaitable[object]], *, by_index: bool = False
) -> list[tuple[Statement, Plan]]:
    """What `work` looks up or changes, explained; what it adds costs what it adds."""
    asked = [one for one in await statements_of(database, work) if "INSERT INTO" not in one.text]
    return [(one, await explain(database, one, by_index=by_index)) for one in asked]


def same_cost(few: Plan, many: Plan, filled: set[str], most_rows: int) -> None:
    """Nothing that is large is read whole, and no more is touched than with few rows.

    But for what a large index and table cost at most: two levels deeper, and rows that lie across one more page of each.
    """
    assert not filled & set(many.read_whole), str(many)
    assert many.rows <= most_rows, str(many)
    assert many.pages <= 1.5 * few.pages + 4 * many.looks, f"{many}\nwith few rows: {few}"


OF_ANOTHER = {
    "text": "'A' || n || x.{0}",
    "uuid": "gen_random_uuid()",
    "integer": "x.{0} + n * 1000",
}
"""How what tells a copy from its row is made, by its type."""
SMALL = {"ciphertext": "'x'", "body": "''::bytea", "headers": "'{{}}'::jsonb"}
COLUMNS = """
SELECT c.relname AS of, a.attname AS name, format_type(a.atttypid, NULL) AS kind,
  a.attname IN ('number', 'signal') OR EXISTS (
    SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND a.attnum = ANY (i.indkey)) AS tells
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname NOT IN ('alembic_version', 'audit_head')
ORDER BY c.relname, a.attnum
"""


async def filled(postgres: Postgres, service: str, rows: int, besides: Mapping[str, str] | None = None) -> set[str]:
    """Every table of `service` that has a row gets `rows` more, of other signals; returns the names of those tables.

    They are copies in everything but what tells them apart, and small. `besides`: of a table, which of its rows `x` are
    copied; else all.
    """
    superuser = await postgres.connect(service)
    large: dict[str, dict[str, str]] = {}
    try:
        for one in await superuser.fetch(COLUMNS):
            made = OF_ANOTHER[one["kind"]] if one["tells"] else SMALL.get(one["name"], 'x."{0}"')
            large.setdefault(one["of"], {})[one["name"]] = made.format(one["name"])
        for table in [*large]:
            which = (besides or {}).get(table, "true")
            there = await superuser.fetchval(f'SELECT count(*) FROM "{table}" x WHERE {which}')
            if not there:
                del large[table]
                continue
            names = ", ".join(f'"{name}"' for name in large[table])
            await superuser.execute(
                f'INSERT INTO "{table}" ({names}) SELECT {", ".join(large[table].values())} '
                f'FROM "{table}" x, generate_series(1, {-(-rows // there)}) n WHERE {which}'
            )
        await superuser.execute("VACUUM ANALYZE")
    finally:
        await superuser.close()
    return {*large}
