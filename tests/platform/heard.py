"""What PostgreSQL hears from a service: every statement, also those that SQLAlchemy and asyncpg add of their own."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from shared.database.engine import Database
from tests.platform.real import RealParts


class Heard:
    """Made by `of`, before the database is used for the first time."""

    def __init__(self, parts: RealParts) -> None:
        self._log = parts.home.path / "logs" / "postgres.log"

    @classmethod
    async def of(cls, parts: RealParts, database: Database) -> Heard:
        name = database.engine.url.database
        main = await parts.postgres.connect()
        try:
            await main.execute(f"ALTER DATABASE \"{name}\" SET log_statement = 'all'")
        finally:
            await main.close()
        return cls(parts)

    async def during(self, work: Callable[[], Awaitable[object]]) -> list[str]:
        """The first line of each statement that was sent while `work` ran."""
        start = self._log.stat().st_size
        await work()
        with self._log.open("rb") as file:
            file.seek(start)
            said = file.read().decode()
        return re.findall(r"LOG:  (?:statement|execute [^:]*): (.*)", said)
