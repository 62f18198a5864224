"""Bring the parts of an installation to what the privilege table says: `python -m deploy.set_up [apply|identities FOLDER]`.

The embedded house does the same for its own parts. Safe to run again: it is also how an installation is upgraded.

`identities FOLDER` comes first, before there is a NATS: roles in PostgreSQL, mounts and policies in OpenBao; it writes what the
services and NATS have to be given (an AppRole each where no cluster says who they are, the configuration of NATS) and nothing else
knows. `apply` does the same without writing, and then makes the streams and migrates every database. Neither is done where a newer
version was set up last, unless `--go-back` is given: rights that only the newer one has would be gone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from pydantic import model_validator

from deploy.installation import UsersSettings, read
from deploy.nats import config as nats_config
from deploy.openbao import applied
from deploy.openbao import apply as bao_config
from deploy.openbao.log_ins import Workload, credentials
from deploy.postgres import roles
from deploy.tls.identities import SETUP_USER
from shared.database.migrate import migrate
from shared.privileges import SERVICES
from shared.settings import hosts_of, parts_of
from shared.tls import Tls

RELEASE = "0.1.0"
"""Which version this is the set-up of; the image has no other place that says it."""
EVERYWHERE = "0.0.0.0"  # noqa: S104  (in a container there is nothing else to listen on)
NATS_PORT = 4222
NATS_STORE = "/data"


class SetUpSettings(UsersSettings):
    """What only the set-up needs besides."""

    nats_address: str
    """One or more servers, with commas between, as the services have it."""
    door_password: Path
    """Of intake's door."""
    nats_set_up_password: Path
    workload_issuer: str = ""
    """Of the tokens in which a cluster (Kubernetes) says whose a process is; empty: each service has an AppRole."""
    workload_keys: str = ""
    """The address (JWKS) of the public keys of that cluster; empty: where Kubernetes has it, below its issuer."""
    workload_namespace: str = ""
    """Where the services run in it."""
    workload_authorities: Path | None = None
    """A file (PEM): whose certificate that address shows; None for a public authority."""
    nats_servers: str = ""
    """Of several servers of NATS each with where the others find it, `NAME=HOST:PORT` with commas between; empty: there is one. An
    odd number, three as a rule: half of them elect nobody."""
    nats_routes_password: Path | None = None
    """What they show each other; only whoever writes their configuration needs it."""
    nats_tls_folder: Path = Path("/etc/nats/tls")
    """Where NATS, on its own machine, has `ca.crt`, `tls.crt` and `tls.key`."""

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        wrong = []
        if self.workload_issuer and not self.workload_namespace:
            wrong.append("with workload_issuer, workload_namespace has to say where the services run")
        if self.nats_servers and not self._are_servers():
            wrong.append(
                "nats_servers names an odd number of servers, each once, as NAME=HOST:PORT with commas between"
            )
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _are_servers(self) -> bool:
        found = self._servers()
        try:
            known = hosts_of(",".join(found.values()))
        except ValueError:
            return False
        given = len(parts_of(self.nats_servers))
        return given % 2 == 1 and given == len(found) == len(set(known)) and all(found)

    def _servers(self) -> dict[str, str]:
        return {
            name.strip(): place.strip()
            for name, _, place in (one.partition("=") for one in parts_of(self.nats_servers))
        }

    @property
    def nats_nodes(self) -> dict[str, tuple[str, int]]:
        """By name of each of several servers, host and port of its routes; nothing where there is one."""
        places = hosts_of(",".join(self._servers().values())) if self.nats_servers else []
        return dict(zip(self._servers(), places, strict=True))

    @property
    def nats_replicas(self) -> int:
        """On how many servers each stream is kept."""
        return min(3, max(1, len(self._servers())))

    @property
    def workload(self) -> Workload | None:
        """The cluster whose word about its processes OpenBao takes. Raises OSError when its file is not there."""
        if not self.workload_issuer:
            return None
        keys = self.workload_keys or f"{self.workload_issuer}/openid/v1/jwks"
        known = self.workload_authorities.read_text() if self.workload_authorities else None
        return Workload(self.workload_issuer, keys, self.workload_namespace, known)

    @property
    def nats_tls(self) -> Tls:
        return Tls(self.nats_tls_folder / "ca.crt", self.nats_tls_folder / "tls.crt", self.nats_tls_folder / "tls.key")


class SetUp:
    """Every step raises what the part says when it refuses or is away."""

    def __init__(self, settings: SetUpSettings) -> None:
        self._settings = settings
        self._bao = settings.openbao()

    async def roles_and_policies(self, *, back: bool = False) -> None:
        """What is who in PostgreSQL, and who may what in OpenBao. Raises NewerIsThere before anything is changed, unless told to go
        `back`."""
        given = self._settings
        applied.claim(self._bao, RELEASE, back=back)
        await roles.apply(given.superuser, read(given.openbao_database_password), read(given.door_password))
        bao_config.apply(self._bao, given.of_openbao, workload=given.workload)
        applied.claim(self._bao, RELEASE, back=back)

    def write_identities(self, folder: Path, servers: Mapping[str, nats_config.Node | None]) -> None:
        """FOLDER/nats/nats.json, of several servers FOLDER/NAME/nats.json for each, and FOLDER/NAME/approle for each service that no cluster speaks for; mode 0600."""
        for service in SERVICES if self._settings.workload is None else ():
            _write(folder / service.name / "approle", json.dumps(credentials(self._bao, service.name)))
        passwords = bao_config.nats_passwords(self._bao)
        passwords[SETUP_USER] = read(self._settings.nats_set_up_password)
        for name, node in servers.items():
            config = nats_config.server_config(
                host=EVERYWHERE,
                port=NATS_PORT,
                store=NATS_STORE,
                passwords=passwords,
                tls=self._settings.nats_tls,
                node=node,
            )
            _write(folder / name / "nats.json", config)

    def servers_of_nats(self) -> dict[str, nats_config.Node | None]:
        """What is to be configured, by name; raises ValueError where a password is lacking."""
        known = self._settings.nats_nodes
        if not known:
            return {"nats": None}
        if self._settings.nats_routes_password is None:
            raise ValueError("servers of NATS show each other a password: nats_routes_password names its file")
        password = read(self._settings.nats_routes_password)
        # Each listens for the others at the port at which they find it, whatever its own name for itself is.
        return {
            name: nats_config.Node(name, EVERYWHERE, port, list(known.values()), password)
            for name, (_, port) in known.items()
        }

    async def streams(self) -> None:
        await nats_config.apply(
            parts_of(self._settings.nats_address),
            read(self._settings.nats_set_up_password),
            self._settings.tls,
            replicas=self._settings.nats_replicas,
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
    apply = steps.add_parser("apply", help="roles, policies, streams, migrations")
    identities = steps.add_parser("identities", help="roles and policies, and write what others are given")
    identities.add_argument("folder", type=Path)
    for one in (apply, identities):
        one.add_argument("--go-back", action="store_true", help="also where a newer version was set up last")
    asked = parser.parse_args(argv)
    set_up = SetUp(SetUpSettings.model_validate({}))

    try:
        # What cannot be written is said before anything is changed.
        servers = set_up.servers_of_nats() if asked.step == "identities" else {}
    except (ValueError, OSError) as problem:
        raise SystemExit(str(problem)) from None

    async def run() -> None:
        await set_up.roles_and_policies(back=asked.go_back)
        if asked.step == "identities":
            set_up.write_identities(asked.folder, servers)
            return
        await set_up.streams()
        await set_up.migrations()

    try:
        asyncio.run(run())
    except applied.NewerIsThere as problem:
        raise SystemExit(str(problem)) from None


if __name__ == "__main__":
    main()
