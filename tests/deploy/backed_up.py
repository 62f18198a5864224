"""Real parts with what a house has in them, of which a backup is made, and what is restored of it."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import hvac

from deploy.backup.databases import Databases
from deploy.backup.take import Taken, take
from deploy.backup.wrong import Asked
from deploy.embedded import parts
from deploy.embedded.home import Home
from deploy.embedded.supervise import Supervisor
from deploy.openbao import apply as bao_config
from deploy.tls.identities import SETUP_USER
from shared.database.migrate import migrate
from shared.privileges import SERVICES
from tests.parts import new_folder, run_async, spread_ports
from tests.platform.real import HERE, RealParts

WORDS = b"Joost Wilgenroos, Kerkpad 5"
ROOM = "room-signal"


@dataclass(frozen=True)
class Signal:
    number: str
    key: str
    ciphertext: str

    def opens(self, bao: hvac.Client) -> bool:
        try:
            found = bao.write(f"{ROOM}/decrypt/{self.key}", ciphertext=self.ciphertext)
        except hvac.exceptions.VaultError:
            return False
        return base64.b64decode(found["data"]["plaintext"]) == WORDS


class BackedUp:
    """`folder` is what lies elsewhere than the house: backups, keys, the seal key, the list of destructions."""

    def __init__(self) -> None:
        self.folder = new_folder("backup")
        self.parts = RealParts()
        self.home = self.parts.home
        self.list = self.folder / "destructions"
        self.list.mkdir()
        self.seal = self.folder / "seal-key"
        self.said: list[str] = []
        self.bao = self.parts.openbao.administrator
        self.parts.openbao.with_database(self.parts.postgres)
        self.databases = Databases.of(self.home, self.parts.postgres.port)
        for service in SERVICES:
            run_async(self._schema(service.name))
        shutil.copy(self.home.secret_file("openbao-seal-key"), self.seal)
        self.home.write_state(
            {
                # Whoever makes the backup looks whether this house runs.
                "pid": os.getpid(),
                "ready": True,
                "addresses": {
                    "openbao": self.parts.openbao.address,
                    "postgres": f"{HERE}:{self.parts.postgres.port}",
                },
                "tombstones": str(self.list),
                "snapshotDays": 14,
            }
        )

    async def _schema(self, service: str) -> None:
        user, password = await self.parts.postgres.user(f"{service}_owner")
        await migrate(service, [(HERE, self.parts.postgres.port)], self.home.tls(SETUP_USER), user, password)

    def signal(self, number: str) -> Signal:
        """One with a key in a room, of which retention was told."""
        key = secrets.token_hex(16)
        self.bao.write(f"{ROOM}/keys/{key}", type="aes256-gcm96")
        sealed = self.bao.write(f"{ROOM}/encrypt/{key}", plaintext=base64.b64encode(WORDS).decode())
        self.rows("retention", "INSERT INTO signal_key (mount, key, number) VALUES ($1, $2, $3)", ROOM, key, number)
        return Signal(number, key, sealed["data"]["ciphertext"])

    def rows(self, database: str, query: str, *values: object) -> list[object]:
        return list(run_async(self.databases.rows(database, query, *values)))

    def lock(self, one: Signal) -> None:
        """Its dossier goes to another service."""
        self.bao.delete(f"{ROOM}/keys/{one.key}/soft-delete")
        self.rows(
            "assessment",
            "INSERT INTO outgoing (id, next_at, attempts, addressee, event, headers, created_at, lock_mount, lock_key)"
            " VALUES (gen_random_uuid(), now(), 0, 'sources', 'signal-confirmed.v1', '{}', now(), $1, $2)",
            ROOM,
            one.key,
        )

    def destroy(self, one: Signal) -> None:
        self.bao.write(f"{ROOM}/keys/{one.key}/config", deletion_allowed=True)
        self.bao.delete(f"{ROOM}/keys/{one.key}")

    def back_up(self) -> Taken:
        keys = self.folder / "keys"
        keys.mkdir(exist_ok=True)
        return take(self.home, self.folder / "backups", keys, 14, self.said.append)

    def asked(self, made: Taken) -> Asked:
        return Asked(made.folder, made.key, [self.seal], self.list)

    def empty(self, name: str) -> Home:
        return Home(self.folder / name)

    def stop(self) -> None:
        self.parts.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def own_ports() -> dict[str, int]:
    """That nobody else takes."""
    claimed = Home(new_folder("ports"))
    claimed.make()
    spread_ports(claimed)
    return claimed.ports()


@contextlib.contextmanager
def running(home: Home) -> Iterator[tuple[hvac.Client, Databases]]:
    """OpenBao and PostgreSQL of what was restored, before anybody serves."""
    ports, supervisor = home.ports(), Supervisor(home, lambda _: None)
    supervisor.start(parts.openbao(home, ports["openbao"], ports["openbao-cluster"]))
    supervisor.start(parts.postgres(home, ports["postgres"]), wait=60)
    supervisor.wait_for("openbao", 60)
    try:
        address = f"https://{HERE}:{ports['openbao']}"
        bao = bao_config.client(address, home.secret("provisioner"), home.tls(SETUP_USER))
        yield bao, Databases.of(home, ports["postgres"])
    finally:
        supervisor.stop()


def copied(made: Taken, folder: Path) -> Path:
    """The backup once more, to be spoiled."""
    return Path(shutil.copytree(made.folder, folder))
