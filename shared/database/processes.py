"""How many processes of one service there are, as PostgreSQL sees them: each names its connections.

Nothing is kept for it and nobody has to say that he is still there: a process that dies loses its connections.
"""

from __future__ import annotations

import secrets

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

PREFIX = "meldpunt-"
PROCESSES = text(
    "SELECT count(DISTINCT application_name) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name LIKE 'meldpunt-%'"
)


def process_name() -> str:
    """What one process calls its connections: random, for it says nothing but that they are of one."""
    return PREFIX + secrets.token_hex(8)


async def processes(connection: AsyncConnection) -> int:
    """At least one: who asks. `connection` has to be in autocommit: a transaction sees the same all along."""
    return max(1, int((await connection.execute(PROCESSES)).scalar_one()))
