"""Which schemas a service runs on: the one that it was written for, and newer ones that still let it.

Two versions of a service run side by side while one follows the other. So a migration only adds what the version before
does not mind, and what nobody uses any more goes a version later; that one says so in `schema_floor`: the oldest code that
may still run. Each schema has the name of its service and a number, one more than the one before.
"""

from __future__ import annotations

import re

from sqlalchemy import text

NOT_CURRENT = "the schema is not current: run the migrations"
TOO_NEW = "the schema is newer than this version can use: start a newer one"
SCHEMA_FOUND = text("SELECT version_num, (SELECT oldest FROM schema_floor) AS oldest FROM alembic_version")
"""The schema of a database, and the number of the oldest that its code may have been written for."""
_NAME = re.compile(r"^(?P<service>[a-z]+)_(?P<number>\d{4})$")


def numbered(schema: str) -> tuple[str, int] | None:
    """Service and number of `schema`; None for what is none of ours."""
    found = _NAME.match(schema)
    return (found["service"], int(found["number"])) if found else None


def schema_problem(written_for: str, found: str | None, oldest: int | None) -> str | None:
    """Why code that was `written_for` a schema cannot run on `found`, which is for code of `oldest` and later; else None."""
    ours, there = numbered(written_for), numbered(found or "")
    if ours is None or there is None or there[0] != ours[0] or there[1] < ours[1]:
        return None if found == written_for else NOT_CURRENT
    return TOO_NEW if oldest is None or oldest > ours[1] else None
