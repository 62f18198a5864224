"""Rows of several tables in one statement: one round trip to PostgreSQL, committed whole or not at all.

For the door, where on a busy machine every round trip is a wait that a reporter feels.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from shared.database.tables import table_of


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)


async def insert_at_once(connection: AsyncConnection, rows: Sequence[SQLModel]) -> None:
    """Insert `rows`; needs the right to insert and no other. `connection` has to be in autocommit."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        tables.setdefault(table_of(type(row)).name, []).append(row.model_dump())
    names = sorted(tables)
    # Named one by one: a column that a newer version added gets its default, where a whole record would say NULL.
    columns = {name: ", ".join(f'"{one}"' for one in tables[name][0]) for name in names}
    inserts = ", ".join(
        # Names of our own tables only; every value is bound.
        f"t{n} AS (INSERT INTO {name} ({columns[name]}) SELECT {columns[name]} FROM jsonb_populate_recordset(NULL::{name}, CAST(:rows{n} AS jsonb)))"  # noqa: S608
        for n, name in enumerate(names)
    )
    values = {f"rows{n}": json.dumps(tables[name], default=_plain) for n, name in enumerate(names)}
    await connection.execute(text(f"WITH {inserts} SELECT 1"), values)
