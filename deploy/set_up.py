"""Bring the parts of an installation to what the privilege table says: `python -m deploy.set_up [apply|identities FOLDER]`.

The embedded house does the same for its own parts. Safe to run again: it is also how an installation is upgraded.

`identities FOLDER` comes first, before there is a NATS: roles in PostgreSQL, mounts and policies in OpenBao; it writes what the
services and NATS have to be given (an AppRole each, public signing keys, the configuration of NATS) and nothing else
knows. `apply` does the same without writing, and then makes the streams and migrates every database.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path

from deploy.installation import UsersSettings, read
from deploy.nats import config as nats_config
from deploy.openbao import apply as bao_config
from deploy.postgres import roles
from deploy.tls.identities import SETUP_USER
from shared.database.migrate import migrate
from shared.privileges import SERVICES
from shared.tls import Tls

EVERYWHERE = "0.0.0.0"  # noqa: S104  (in a container there is nothing else to listen on)
NATS_PORT = 4222
NATS_STORE = "/data"


class SetUpSettings(UsersSettings):
    """What only the set-up needs besides."""

    nats_address: str
    door_password: Path
    """Of intake's door."""
    nats_set_up_password: Path
    nats_tls_folder: Path = Path("/etc/nats/tls")
    """Where NATS, on its own machine, has `ca.crt`, `tls.crt` and `tls.key`."""

    @property
    def nats_tls(self) -> Tls:
        return Tls(self.nats_tls_folder / "ca.crt", self.nats_tls_folder / "tls.crt", self.nats_tls_folder / "tls.key")


class SetUp:
    """Every step raises what the part says when it refuses or is away."""

    def __init__(self, settings: SetUpSettings) -> None:
        self._settings = settings
        self._bao = settings.openbao()

    async def roles_and_policies(self) -> None:
        """What is who in PostgreSQL, and who may what in OpenBao."""
        given = self._settings
        await roles.apply(given.superuser, read(given.openbao_database_password), read(given.door_password))
        bao_config.apply(self._bao, given.of_openbao)

    def write_identities(self, folder: Path) -> None:
        """FOLDER/NAME/approle for each service, FOLDER/nats/nats.json; mode 0600."""
        for service in SERVICES:
            _write(folder / service.name / "approle", json.dumps(bao_config.credentials(self._bao, service.name)))
        passwords = bao_config.nats_passwords(self._bao)
        passwords[SETUP_USER] = read(self._settings.nats_set_up_password)
        config = nats_config.server_config(
            host=EVERYWHERE, port=NATS_PORT, store=NATS_STORE, passwords=passwords, tls=self._settings.nats_tls
        )
        _write(folder / "nats" / "nats.json", config)

    async def streams(self) -> None:
        await nats_config.apply(
            self._settings.nats_address, read(self._settings.nats_set_up_password), self._settings.tls
        )

    async def migrations(self) -> None:
        """Every database to its newest schema, one after the other, with a user that lives for a lease."""
        for service in SERVICES:
            user, password = bao_config.database_user(self._bao, f"{service.name}-migrate")
            given = self._settings
            await migrate(service.name, given.databases, given.tls, user, password)


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.set_up", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("apply", help="roles, policies, streams, migrations")
    steps.add_parser("identities", help="roles and policies, and write what others are given").add_argument(
        "folder", type=Path
    )
    asked = parser.parse_args(argv)
    set_up = SetUp(SetUpSettings.model_validate({}))

    async def run() -> None:
        await set_up.roles_and_policies()
        if asked.step == "identities":
            set_up.write_identities(asked.folder)
            return
        await set_up.streams()
        await set_up.migrations()

    asyncio.run(run())


if __name__ == "__main__":
    main()
