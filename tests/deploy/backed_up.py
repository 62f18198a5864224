"""Real parts with what a house has in them, of which a backup is made, and what is restored of it."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import hvac
import psycopg
import pytest

from deploy.backup import programs
from deploy.backup import take as taking
from deploy.backup.databases import Databases
from deploy.backup.source import of_house
from deploy.backup.source import told as of_environment
from deploy.backup.take import Taken, take
from deploy.backup.wrong import Asked
from deploy.embedded import parts
from deploy.embedded.home import Home
from deploy.embedded.supervise import Supervisor
from deploy.installation import UsersSettings
from deploy.openbao import apply as bao_config
from deploy.tls.identities import SETUP_USER
from shared import tombstones
from shared.database.migrate import migrate
from shared.privileges import SERVICES
from tests.parts import new_folder, run_async
from tests.platform.real import HERE, RealParts
from tests.ports import spread_ports

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
        return take(of_house(self.home), self.folder / "backups", keys, 14, self.said.append)

    def asked(self, made: Taken) -> Asked:
        return Asked(made.folder, made.key, [self.seal], self.list)

    def empty(self, name: str) -> Home:
        return Home(self.folder / name)

    def stop(self) -> None:
        self.parts.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True)
class Story:
    """What was when the backup was made, and since."""

    house: BackedUp
    made: Taken
    stays: Signal
    destroyed: Signal
    moves: Signal
    """Its dossier went to another service between the two moments of the backup."""
    moved: Signal
    """It had gone before."""
    secret_id: dict[str, str]


def a_story() -> Iterator[Story]:
    """For a fixture."""
    house = BackedUp()
    with pytest.MonkeyPatch.context() as patch:
        ports = own_ports()
        patch.setattr(Home, "preferred_ports", ports)
        patch.delenv("MELDPUNT_TOMBSTONES", raising=False)
        stays, destroyed, moves, moved, lapsed = (house.signal(f"S-0000{n}-00000") for n in range(5))
        house.lock(moved)
        secret_id = json.loads(house.parts.openbao.credentials("casework").read_text())
        user = house.bao.read("database/creds/casework")["data"]["username"]
        assert house.rows("postgres", "SELECT FROM pg_roles WHERE rolname = $1", user)
        meanwhile = [lambda: house.destroy(lapsed), lambda: house.lock(moves)]
        original = taking._Taking._snapshot

        def snapshot(self: taking._Taking, bao: hvac.Client) -> bytes:
            if meanwhile:
                meanwhile.pop(0)()
            return original(self, bao)

        patch.setattr(taking._Taking, "_snapshot", snapshot)
        made = house.back_up()
        house.destroy(destroyed)
        tombstones.append(house.list, "retention-1", {destroyed.number: datetime.now(UTC)})
        yield Story(house, made, stays, destroyed, moves, moved, secret_id)
    house.stop()


def told(home: Home, bao_port: int, postgres_port: int) -> dict[str, str]:
    """What the environment of a Job says of parts that are those of `home`."""
    setup, of_bao = home.tls(SETUP_USER), home.tls("openbao")
    files = {
        "TLS_AUTHORITIES": setup.authorities,
        "TLS_CERTIFICATE": setup.certificate,
        "TLS_KEY": setup.key,
        "POSTGRES_PASSWORD": home.secret_file("postgres"),
        "PROVISIONER_PASSWORD": home.secret_file("provisioner"),
        "OPENBAO_DATABASE_PASSWORD": home.secret_file("postgres-openbao"),
        "OPENBAO_TLS_AUTHORITIES": of_bao.authorities,
        "OPENBAO_TLS_CERTIFICATE": of_bao.certificate,
        "OPENBAO_TLS_KEY": of_bao.key,
    }
    addresses = {
        "OPENBAO_ADDRESS": f"https://{HERE}:1,https://{HERE}:{bao_port}",
        "DATABASE_HOSTS": f"{HERE}:{postgres_port}",
    }
    return {f"MELDPUNT_{name}": str(value) for name, value in (addresses | files).items()}


@contextlib.contextmanager
def installed(of: BackedUp, data: Path) -> Iterator[tuple[UsersSettings, Callable[[str], None]]]:
    """A PostgreSQL on `data`, and an OpenBao that has nothing, with the secrets of before; and who starts that again when he is told to."""
    home = of.empty("installed")
    home.make()
    for name in ("postgres", "provisioner", "postgres-openbao", "openbao-seal-key"):
        home.write_secret(name, of.home.secret(name))
    home.authority.make()
    programs.belongs_to_postgres(data)
    data.rename(home.part("postgres"))
    ports, supervisor = home.ports(), Supervisor(home, lambda _: None)
    supervisor.start(parts.openbao(home, ports["openbao"], ports["openbao-cluster"]))
    supervisor.start(parts.postgres(home, ports["postgres"]), wait=60)
    supervisor.wait_for("openbao", 60)

    def restart(said: str) -> None:
        if "START IT AGAIN" in said:
            supervisor.without("openbao", lambda: None)

    try:
        env = told(home, ports["openbao"], ports["postgres"])
        with pytest.MonkeyPatch.context() as patch:
            for name, value in env.items():
                patch.setenv(name, value)
            settings = of_environment(UsersSettings)
        yield settings, restart
    finally:
        supervisor.stop()


@contextlib.contextmanager
def at_work(settings: UsersSettings) -> Iterator[None]:
    """Somebody has a connection to those databases."""
    run_async(Databases(settings.superuser).rows("postgres", "CREATE ROLE somebody SUPERUSER LOGIN PASSWORD 'x'"))
    (host, port), shown = settings.databases[0], settings.tls
    with psycopg.connect(
        host=host,
        port=port,
        user="somebody",
        password="x",
        dbname="intake",
        sslmode="verify-full",
        sslrootcert=str(shown.authorities),
        sslcert=str(shown.certificate),
        sslkey=str(shown.key),
    ):
        yield


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
