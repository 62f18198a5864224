"""How many processes of one service there are, as PostgreSQL sees them: each names its connections.

Nothing is kept for it and nobody has to say that he is still there: a process that dies loses its connections.
"""

from __future__ import annotations

import secrets
import time
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

PREFIX = "meldpunt-"
COUNTED_SECONDS = 5.0
PROCESSES = text(
    "SELECT count(DISTINCT application_name) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name LIKE 'meldpunt-%'"
)


def process_name() -> str:
    """What one process calls its connections: random, for it says nothing but that they are of one."""
    return PREFIX + secrets.token_hex(8)


class InAutocommit(Protocol):
    """What gives a session in autocommit: the database of the service."""

    def reading(self) -> AbstractAsyncContextManager[AsyncSession]: ...


class Processes:
    """How many there are, for who asks now and then: looked at again when what is known is some seconds old."""

    def __init__(self, database: InAutocommit) -> None:
        self._database = database
        self._until = 0.0
        self.count = 1

    async def look(self) -> None:
        """Raises PartDown."""
        if time.monotonic() < self._until:
            return
        async with self._database.reading() as session:
            self.count = await processes(await session.connection())
        self._until = time.monotonic() + COUNTED_SECONDS


async def processes(connection: AsyncConnection) -> int:
    """At least one: who asks. `connection` has to be in autocommit: a transaction sees the same all along."""
    return max(1, int((await connection.execute(PROCESSES)).scalar_one()))
