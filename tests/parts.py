"""The real parts of a house as an administrator has them: PostgreSQL, NATS and OpenBao."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import nats
import psutil

from deploy.embedded.client import HouseClient
from deploy.embedded.home import Home
from deploy.openbao import apply as bao_config
from shared.tls import Tls
from shared.wake import end

T = TypeVar("T")
NOBODY = Tls(Path("/nowhere/ca.crt"), Path("/nowhere/nobody.crt"), Path("/nowhere/nobody.key"))
"""Who connects to nothing."""
TOLD: dict[str, Any] = {
    "openbao_address": "https://127.0.0.1:1",
    "nats_address": "tls://127.0.0.1:1",
    "database_hosts": "127.0.0.1:1",
    "tls_authorities": NOBODY.authorities,
    "tls_certificate": NOBODY.certificate,
    "tls_key": NOBODY.key,
}
"""What a service is told of its parts where there are none."""
ROOM = 4 * 2**30
"""Bytes that have to be free; a house takes a few hundred MB."""


class Parts:
    home: Home
    client: HouseClient

    def seal_openbao(self) -> None:
        bao_config.client(
            self.client.addresses["openbao"], self.home.secret("provisioner"), self.home.tls("setup")
        ).sys.seal()

    def sql(self, database: str, query: str, *values: Any) -> list[dict[str, Any]]:
        """As the superuser: what a database administrator can see."""

        async def run() -> list[dict[str, Any]]:
            connection = await self.superuser(database)
            try:
                return [dict(row) for row in await connection.fetch(query, *values)]
            finally:
                await connection.close()

        return run_async(run())

    async def superuser(self, database: str) -> Any:
        """A connection; waits for a PostgreSQL that was just killed."""
        host, _, port = self.client.addresses["postgres"].partition(":")
        password = self.home.secret("postgres")
        for _ in range(100):
            try:
                return await asyncpg.connect(
                    host=host,
                    port=int(port),
                    user="postgres",
                    password=password,
                    database=database,
                    ssl=self.home.tls("setup").context,
                )
            except (asyncpg.CannotConnectNowError, OSError):
                await asyncio.sleep(0.2)
        raise AssertionError("PostgreSQL did not come back within 20 s")

    async def nats_as(self, user: str, password: str, *, shows: str | None = None, **options: Any) -> Any:
        """Connected as `user`; who shows the certificate of another, `shows` it."""
        return await nats.connect(
            self.client.addresses["nats"],
            user=user,
            password=password,
            allow_reconnect=False,
            connect_timeout=20,
            tls=self.home.tls(shows or user).context,
            tls_handshake_first=True,
            **options,
        )

    async def nats_admin(self) -> Any:
        return await self.nats_as("setup", self.home.secret("nats-setup"))


def told_of(tls: Tls) -> dict[str, Any]:
    """What a service is told about who it is on its connections."""
    return {"tls_authorities": tls.authorities, "tls_certificate": tls.certificate, "tls_key": tls.key}


def new_folder(purpose: str, *, on_disk: bool = False) -> Path:
    """A folder that everybody may enter: PostgreSQL runs as a user of its own when the tests run as root.

    In memory where there is room: a test kills processes, never the machine, and so asks of a disk no more than of a
    page cache. `on_disk` is for who measures: there a disk has to be waited for.
    """
    memory = Path("/dev/shm")
    fits = not on_disk and memory.is_dir() and not os.statvfs(memory).f_flag & os.ST_NOEXEC
    if fits:
        room = min(shutil.disk_usage(memory).free, psutil.virtual_memory().available)
        fits = os.access(memory, os.W_OK) and room > ROOM
    if fits:
        _sweep(memory)
    folder = Path(tempfile.mkdtemp(prefix=f"meldpunt-{purpose}-{os.getpid()}-", dir=memory if fits else None))
    folder.chmod(0o755)
    return folder


def _sweep(memory: Path) -> None:
    """Memory is given back by whoever comes next when a run was ended before it could."""
    for left in memory.glob("meldpunt-*-*-*"):
        run = left.name.split("-")[2]
        house = (Home(left / "house").state() or {}).get("pid")
        if run.isdigit() and not any(psutil.pid_exists(one) for one in (int(run), house) if one):
            shutil.rmtree(left, ignore_errors=True)


async def stop(*running: asyncio.Task[Any]) -> None:
    """As a service ends what runs in it: told again when it was lost. Raises what it ended by, if that was something else."""
    await end(running)
    for one in running:
        if not one.cancelled():
            one.result()


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run outside of the test's own loop, if it has one."""
    result: list[T] = []
    problem: list[BaseException] = []

    def run() -> None:
        try:
            result.append(asyncio.run(work))
        except BaseException as caught:
            problem.append(caught)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if problem:
        raise problem[0]
    return result[0]
