"""The databases of a house, as their administrator sees them."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from deploy.embedded.home import Home
from deploy.embedded.parts import HERE
from deploy.postgres.roles import Superuser
from deploy.tls.identities import SETUP_USER
from shared.database.hosts import Connecting

VERSION = "SELECT current_setting('server_version_num')::int / 10000 AS version"
CLUSTER = "SELECT system_identifier::text AS id FROM pg_control_system()"


@dataclass(frozen=True)
class Databases:
    """Of one server, or of several of which one takes writes."""

    superuser: Superuser

    @classmethod
    def of(cls, home: Home, port: int) -> Databases:
        return cls(Superuser([(HERE, port)], "postgres", home.secret("postgres"), home.tls(SETUP_USER)))

    async def rows(self, database: str, query: str, *values: Any) -> list[asyncpg.Record]:
        connection = await Connecting(self.superuser.hosts)(
            user=self.superuser.user,
            password=self.superuser.password,
            database=database,
            ssl=self.superuser.tls.context,
        )
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()

    async def version(self) -> str:
        """The first number of that of the server."""
        return str((await self.rows("postgres", VERSION))[0]["version"])

    async def cluster(self) -> str:
        """What PostgreSQL calls this server and every copy of it."""
        return str((await self.rows("postgres", CLUSTER))[0]["id"])

    @property
    def address(self) -> str:
        """As a tool of PostgreSQL is told where it is, of several servers the one that takes writes."""
        hosts, ports = (",".join(str(one[place]) for one in self.superuser.hosts) for place in (0, 1))
        return f"host={hosts} port={ports} user={self.superuser.user} target_session_attrs=read-write"

    @contextlib.contextmanager
    def environment(self) -> Iterator[dict[str, str]]:
        """Of a tool of PostgreSQL: over TLS with the certificate of the set-up, the password in a file."""
        shown = self.superuser.tls
        with tempfile.TemporaryDirectory() as folder:
            password = Path(folder) / "pgpass"
            descriptor = os.open(password, os.O_WRONLY | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "w") as stream:
                stream.write(f"*:*:*:*:{_escaped(self.superuser.password)}\n")
            yield {
                "PGPASSFILE": str(password),
                "PGSSLMODE": "verify-full",
                "PGSSLROOTCERT": str(shown.authorities),
                "PGSSLCERT": str(shown.certificate),
                "PGSSLKEY": str(shown.key),
                "PGSSLMINPROTOCOLVERSION": "TLSv1.3",
            }


def _escaped(password: str) -> str:
    """As a file of passwords has it."""
    return password.replace("\\", "\\\\").replace(":", "\\:")
