"""Single real parts with the least privileges of the table, in seconds: what is between the law and a whole house.

One `Parts` serves a whole run. Each part starts at its first use and is configured by the same code as in a
house; what a test gets of it is fresh: a database cloned from a migrated template, streams made anew.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import asyncpg
import hvac
import nats

from deploy.embedded import parts
from deploy.embedded.home import Home
from deploy.embedded.nodes import Nodes
from deploy.embedded.storage import KeyStorage
from deploy.embedded.supervise import Supervisor
from deploy.nats import config as nats_config
from deploy.openbao import apply as bao_config
from deploy.openbao.log_ins import credentials
from deploy.postgres import roles
from deploy.tls.identities import SETUP_USER
from shared.database.migrate import migrate
from shared.errors import PartDown
from shared.openbao import TIMEOUT_SECONDS, OpenBao
from shared.privileges import SERVICES
from tests import reports
from tests.parts import NOBODY, new_folder, run_async
from tests.ports import spread_ports

HERE = "127.0.0.1"


class Handed(OpenBao):
    """What a service gets from OpenBao at its start, handed over without OpenBao; everything else is out of reach."""

    def __init__(self, answers: dict[str, dict[str, Any]]) -> None:
        super().__init__("https://127.0.0.1:1", Path("/nowhere"), NOBODY)
        self._answers = answers

    async def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, seconds: float = TIMEOUT_SECONDS
    ) -> dict[str, Any]:
        if path not in self._answers:
            raise PartDown("OpenBao is not here")
        return self._answers[path]


class RealParts:
    """PostgreSQL, NATS and OpenBao, each from its first use until `stop`."""

    def __init__(self) -> None:
        self._folder = new_folder("parts")
        self.home = Home(self._folder / "home")
        self.home.make()
        self.home.authority.make()
        spread_ports(self.home)
        self.ports = self.home.ports()
        self.supervisor = Supervisor(self.home, lambda _: None)
        self._failed_before = len(reports.failed)

    def stop(self) -> None:
        self.supervisor.stop()
        if len(reports.failed) > self._failed_before:
            reports.keep(self.home.path / "logs", self._folder.name)
        shutil.rmtree(self._folder, ignore_errors=True)

    @cached_property
    def postgres(self) -> Postgres:
        self.supervisor.start(parts.postgres(self.home, self.ports["postgres"]), wait=60)
        return Postgres(self.home, self.ports["postgres"])

    @cached_property
    def nats(self) -> Nats:
        found = Nats(self.home, self.ports["nats"])
        self.supervisor.start(parts.nats(self.home, found.port, found.config), wait=30)
        return found

    @cached_property
    def openbao(self) -> Bao:
        self.supervisor.start(self.write_openbao("openbao"), wait=60)
        return Bao(self.home, self.ports["openbao"])

    @property
    def key_storage(self) -> KeyStorage:
        return parts.key_storage(self.home, self.ports["openbao-cluster"])

    @property
    def nodes(self) -> Nodes:
        """OpenBao's one node, as who starts it again one by one sees it."""
        return Nodes(self.supervisor, lambda: {"openbao": self.ports["openbao"]}, self.openbao.anew, self.home.tls)

    def write_openbao(self, name: str) -> parts.Command:
        """The configuration of that node, as the files of its home are now."""
        return parts.openbao(self.home, self.ports[name], self.ports[f"{name}-cluster"])

    def reload(self, name: str) -> None:
        """Have a part read its files again."""
        self.supervisor.tell(name, signal.SIGHUP)

    def without_openbao(self, work: Callable[[], None]) -> None:
        """Do `work` while it is stopped."""
        self.supervisor.without("openbao", work)


class Postgres:
    """A server with the roles of the table; per service a migrated template."""

    def __init__(self, home: Home, port: int) -> None:
        self.port = port
        self.password = home.secret("postgres")
        self.provisioner_password = home.secret("postgres-openbao")
        self._templates: set[str] = set()
        self.tls = home.tls
        superuser = roles.Superuser([(HERE, port)], "postgres", self.password, home.tls("setup"))
        run_async(roles.apply(superuser, self.provisioner_password, home.secret("door-password")))

    async def connect(self, database: str = "postgres") -> asyncpg.Connection:
        """As the superuser."""
        return await asyncpg.connect(
            host=HERE,
            port=self.port,
            user="postgres",
            password=self.password,
            database=database,
            ssl=self.tls("setup").context,
        )

    def superuser(self, service: str) -> Superuser:
        """The administrator of PostgreSQL, at the rows of `service`."""
        return Superuser(self, service)

    async def fresh(self, service: str) -> None:
        """The database of `service` as it is after the migrations; who is connected to it is thrown out."""
        if service not in self._templates:
            await self._make_template(service)
        name = f'"{service}"'
        async with self._administrator() as main:
            await main.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await main.execute(f"CREATE DATABASE {name} TEMPLATE template_{service}")
            # What is granted on a database does not come along with its template.
            await main.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
            await main.execute(f"GRANT CONNECT ON DATABASE {name} TO {service}_app, {service}_owner")
            if service == "intake":
                await main.execute(f"GRANT CONNECT ON DATABASE {name} TO {roles.DOOR}")

    async def _make_template(self, service: str) -> None:
        user, password = await self.user(f"{service}_owner")
        await migrate(service, [(HERE, self.port)], self.tls("setup"), user, password)
        async with self._administrator() as main:
            await main.execute(f'ALTER DATABASE "{service}" RENAME TO template_{service}')
        self._templates.add(service)

    async def user(self, group: str) -> tuple[str, str]:
        """A user of `group`, made with the statements that OpenBao makes one with: name and password."""
        name, password = f"{group}-{secrets.token_hex(4)}", secrets.token_urlsafe(16)
        values = {"name": name, "password": password, "expiration": "infinity"}
        async with self._administrator() as main:
            for statement in roles.creation_statements(group):
                for key, value in values.items():
                    statement = statement.replace(f"{{{{{key}}}}}", value)
                await main.execute(statement)
        return name, password

    @contextlib.asynccontextmanager
    async def _administrator(self) -> Any:
        main = await self.connect()
        try:
            yield main
        finally:
            await main.close()


class Superuser:
    """Whoever can write all rows of one service, past it; each statement on a connection of its own."""

    def __init__(self, postgres: Postgres, service: str) -> None:
        self._postgres, self._service = postgres, service

    async def __call__(self, statement: str, *values: Any) -> list[Any]:
        connection = await self._postgres.connect(self._service)
        try:
            return list(await connection.fetch(statement, *values))
        finally:
            await connection.close()

    async def kept(self, *tables: str) -> dict[str, str]:
        """All rows of these tables, to be put back another day."""
        return {
            table: (await self(f"SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]')::text AS all FROM {table} x"))[0]["all"]
            for table in tables
        }

    async def put_back(self, kept: dict[str, str]) -> None:
        """As they were, and nothing of what came since."""
        for table, rows in kept.items():
            await self(f"DELETE FROM {table}")
            await self(f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, $1::jsonb)", rows)


class Nats:
    """A server with the users, streams and consumers of the table."""

    def __init__(self, home: Home, port: int) -> None:
        self.port = port
        self.address = f"tls://{HERE}:{port}"
        self.tls = home.tls
        self.passwords = {name: secrets.token_urlsafe(16) for name in (SETUP_USER, *_NAMES)}
        store = str(home.part("nats") / "store")
        self.config = nats_config.server_config(
            host=HERE, port=port, store=store, passwords=self.passwords, tls=home.tls("nats")
        )

    async def connect(self, user: str) -> Any:
        """As `user`, with his own certificate."""
        return await nats.connect(
            self.address,
            user=user,
            password=self.passwords[user],
            tls=self.tls(user).context,
            tls_handshake_first=True,
        )

    async def fresh(self) -> None:
        """Streams and consumers as the set-up makes them, with nothing in them."""
        connection = await self.connect(SETUP_USER)
        try:
            js = connection.jetstream()
            for stream in await js.streams_info():
                await js.delete_stream(str(stream.config.name))
        finally:
            await connection.close()
        await nats_config.apply(self.address, self.passwords[SETUP_USER], self.tls(SETUP_USER))


class Bao:
    """A server with the mounts and policies of the table, and an AppRole per service."""

    def __init__(self, home: Home, port: int) -> None:
        self.address = f"https://{HERE}:{port}"
        self.tls = home.tls
        self._home = home
        self._has_database = False
        self.administrator: hvac.Client = bao_config.client(
            self.address, home.secret("provisioner"), home.tls(SETUP_USER)
        )
        bao_config.apply(self.administrator)
        bao_config.note_compaction(self.administrator, datetime.now(UTC))

    def anew(self) -> hvac.Client:
        """Its administrator, logged in again."""
        return bao_config.client(self.address, self._home.secret("provisioner"), self.tls(SETUP_USER))

    def credentials(self, service: str) -> Path:
        """The file with the AppRole of `service`."""
        if not self._home.secret_file(f"approle-{service}").exists():
            self.give_credentials(service)
        return self._home.secret_file(f"approle-{service}")

    def give_credentials(self, service: str) -> None:
        """A new secret id in that file."""
        found = credentials(self.administrator, service)
        self._home.write_secret(f"approle-{service}", json.dumps(found))

    def signing_keys(self, folder: Path) -> Path:
        """The file of the set-up that says whose signatures count, in `folder`."""
        file = folder / "signing-keys.json"
        file.write_text(json.dumps(bao_config.signing_keys(self.administrator)))
        return file

    def with_database(self, postgres: Postgres) -> None:
        """Have OpenBao make the users of `postgres`, as it does in a house."""
        if not self._has_database:
            where = bao_config.Database(
                [(HERE, postgres.port)], roles.PROVISIONER, postgres.provisioner_password, self.tls("openbao")
            )
            bao_config.apply(self.administrator, where)
            self._has_database = True


_NAMES = tuple(service.name for service in SERVICES)
