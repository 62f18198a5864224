"""Where the parts of an installation are, and with what its administrator comes in: for the set-up, for backups, for a restore.

In production NATS, OpenBao and PostgreSQL are addresses. They stand in the environment of who administers them as in that of the services.
"""

from __future__ import annotations

from pathlib import Path

import hvac
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.openbao import apply as bao_config
from deploy.openbao.active import active
from deploy.postgres import roles
from shared.settings import hosts_of, parts_of
from shared.tls import Tls


class NoActiveNode(Exception):
    """Of several nodes of OpenBao none says that it is active."""


class PartsSettings(BaseSettings):
    """Read from the environment, prefix `MELDPUNT_`. Every password is a file."""

    model_config = SettingsConfigDict(env_prefix="MELDPUNT_", extra="ignore", hide_input_in_errors=True)

    tls_authorities: Path
    """A file (PEM): whose certificates are believed. The next two: the certificate of the set-up, named `setup`, and its key."""
    tls_certificate: Path
    tls_key: Path
    openbao_address: str
    """As the services have it: of several, with commas between, the active one is used."""
    database_hosts: str
    """As the services have it: of several the one that takes writes is used, also by OpenBao."""
    postgres_user: str = "postgres"
    """Who may make databases and roles, and copy the server."""
    postgres_password: Path
    provisioner_password: Path
    """Of OpenBao's user who may everything, whom its self-initialisation made."""

    @property
    def databases(self) -> list[tuple[str, int]]:
        """Hosts and ports."""
        return hosts_of(self.database_hosts)

    @property
    def tls(self) -> Tls:
        return Tls(self.tls_authorities, self.tls_certificate, self.tls_key)

    @property
    def superuser(self) -> roles.Superuser:
        return roles.Superuser(self.databases, self.postgres_user, read(self.postgres_password), self.tls)

    def openbao(self) -> hvac.Client:
        """A client for the provisioner, at the active node. Raises NoActiveNode, and what hvac raises."""
        nodes = [one.rstrip("/") for one in parts_of(self.openbao_address)]
        if len(nodes) > 1:
            # One alone may be what stands before all of them; a standby hands on what it is asked.
            found = active({one: one for one in nodes}, self.tls)
            if found is None:
                raise NoActiveNode(f"none of {len(nodes)} nodes of OpenBao says that it is active")
            nodes = [found]
        return bao_config.client(nodes[0], read(self.provisioner_password), self.tls)


class UsersSettings(PartsSettings):
    """And how OpenBao makes users in PostgreSQL."""

    openbao_database_password: Path
    """With which OpenBao makes users in PostgreSQL."""
    openbao_tls_authorities: Path
    """This and the next two: where OpenBao, on its own machine, has what it shows to PostgreSQL."""
    openbao_tls_certificate: Path
    openbao_tls_key: Path

    @property
    def of_openbao(self) -> bao_config.Database:
        """Where OpenBao finds PostgreSQL, and as whom."""
        shown = Tls(self.openbao_tls_authorities, self.openbao_tls_certificate, self.openbao_tls_key)
        return bao_config.Database(self.databases, roles.PROVISIONER, read(self.openbao_database_password), shown)


def read(file: Path) -> str:
    return file.read_text().strip()
