"""The databases of a house, as their administrator sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import asyncpg

from deploy.embedded.home import Home
from deploy.embedded.parts import HERE
from deploy.tls.identities import SETUP_USER
from shared.tls import Tls


@dataclass(frozen=True)
class Databases:
    port: int
    password: str
    tls: Tls
    """Of the set-up."""

    @classmethod
    def of(cls, home: Home, port: int) -> Databases:
        return cls(port, home.secret("postgres"), home.tls(SETUP_USER))

    async def rows(self, database: str, query: str, *values: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(
            host=HERE,
            port=self.port,
            user="postgres",
            password=self.password,
            database=database,
            ssl=self.tls.context,
        )
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()
