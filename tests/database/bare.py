"""A PostgreSQL with every service's database and schema, and nothing else of a house."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg

from deploy.embedded import parts
from deploy.embedded.home import Home, free_port
from deploy.postgres import roles
from shared.database.engine import Database
from shared.database.migrate import migrate
from shared.openbao import OpenBao
from shared.privileges import SERVICES
from shared.telemetry import Tracing


class OneUser(OpenBao):
    """Stands for OpenBao's database engine: it leases the one user that there is."""

    def __init__(self, user: str, password: str) -> None:
        super().__init__("", Path())
        self._user = {"username": user, "password": password}

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return {"data": self._user, "lease_id": "one", "lease_duration": 3600}


class BarePostgres:
    """Started by `running`; what is made in it goes with it."""

    def __init__(self, home: Home, port: int) -> None:
        self.home = home
        self.port = port
        self.password = home.secret("postgres")

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncIterator[BarePostgres]:
        folder = Path(tempfile.mkdtemp(prefix="meldpunt-test-"))
        folder.chmod(0o755)
        home = Home(folder / "house")
        home.make()
        port = free_port(0, set())
        command = parts.postgres(home, port)
        with (home.path / "logs" / "postgres.log").open("wb") as log:
            process = subprocess.Popen(command.argv, stdout=log, stderr=log, user=command.uid, cwd="/")
        try:
            await asyncio.to_thread(parts.wait_until, command.ready, 60, "PostgreSQL")
            found = cls(home, port)
            await found._fill()
            yield found
        finally:
            process.send_signal(signal.Signals(command.stop_signal))
            process.wait(60)
            shutil.rmtree(folder, ignore_errors=True)

    async def _fill(self) -> None:
        superuser = roles.Superuser("127.0.0.1", self.port, "postgres", self.password)
        await roles.apply(superuser, self.home.secret("postgres-openbao"), self.home.secret("door-password"))
        async with self.superuser("postgres") as connection:
            for service in SERVICES:
                for group in ("app", "owner"):
                    name = f"{service.name}_{group}"
                    await connection.execute(
                        f"CREATE ROLE test_{name} LOGIN PASSWORD '{self.password}' IN ROLE {name}; "
                        f"ALTER ROLE test_{name} SET role = '{name}'; ALTER ROLE test_{name} SET log_statement = 'all'"
                    )
        for service in SERVICES:
            await migrate(service.name, "127.0.0.1", self.port, f"test_{service.name}_owner", self.password)

    async def during(self, work: Callable[[], Awaitable[object]]) -> list[str]:
        """The statements that services sent while `work` ran, also what SQLAlchemy and asyncpg add of their own."""
        log = self.home.path / "logs" / "postgres.log"
        start = log.stat().st_size
        await work()
        with log.open("rb") as file:
            file.seek(start)
            said = file.read().decode()
        return re.findall(r"LOG:  (?:statement|execute [^:]*): (.*)", said)

    @asynccontextmanager
    async def superuser(self, database: str) -> AsyncIterator[Any]:
        connection = await asyncpg.connect(
            host="127.0.0.1", port=self.port, user="postgres", password=self.password, database=database
        )
        try:
            yield connection
        finally:
            await connection.close()

    async def execute(self, database: str, statement: str, *values: Any) -> None:
        """As the superuser: what services may not do themselves."""
        async with self.superuser(database) as connection:
            await connection.execute(statement, *values)

    @asynccontextmanager
    async def database(self, service: str) -> AsyncIterator[Database]:
        """The database of `service` as the service itself uses it."""
        bao = OneUser(f"test_{service}_app", self.password)
        database = Database(bao, service, "127.0.0.1", self.port, Tracing(service, None))
        await database.new_user()
        try:
            yield database
        finally:
            await database.engine.dispose()
