"""Bring OpenBao to the state that the privilege table describes. Idempotent; also how it is upgraded.

Self-initialisation runs once and makes only the provisioner that calls this; everything else is here, so
that an existing installation gets a new service or a tightened policy by running it again.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import hvac

from deploy.openbao import log_ins
from deploy.openbao.policies import policies
from deploy.postgres.roles import creation_statements, revocation_statements
from deploy.postgres.server import connection_url
from shared.database.hosts import Hosts
from shared.openbao import COMPACTION
from shared.privileges import ARCHIVES, LETTERBOXES, LOOKUP, LOOKUP_KEY, ROOMS, ROWS, SERVICES, SIGN
from shared.tls import Tls

PROVISIONER = "provisioner"
"""Who calls this, and the mount where he logs in; made by the self-initialisation."""

KEYS_AT_HAND = 1000
"""How many keys of a mount OpenBao keeps in memory. Without a bound it keeps each that it looked at, and once an hour it looks at all of them, whether
one is to be renewed: with the 174,000 of a city it did hardly anything but clear its memory (decision 75)."""


@dataclass(frozen=True)
class Database:
    """Where OpenBao finds PostgreSQL, and the role with which it makes users there."""

    hosts: Hosts
    username: str
    password: str
    tls: Tls
    """Of OpenBao itself."""


def client(address: str, password: str, tls: Tls) -> hvac.Client:
    """A client for the provisioner; raises hvac's errors when OpenBao refuses or is out of reach. `tls`: of the set-up."""
    shown = (str(tls.certificate), str(tls.key))
    bao = hvac.Client(url=address, timeout=20, cert=shown, verify=str(tls.authorities))
    bao.auth.userpass.login(PROVISIONER, password, mount_point=PROVISIONER)
    return bao


def apply(
    bao: hvac.Client,
    database: Database | None = None,
    *,
    lease_seconds: int = 3600,
    workload: log_ins.Workload | None = None,
) -> None:
    """Mounts, policies, roles, signing keys and the NATS passwords of the services; users where there is a database.

    `workload`: the cluster that says which process is which; None where each has an AppRole.
    """
    mounted = set(bao.sys.list_mounted_secrets_engines()["data"])
    for mount in (*ROOMS, *ARCHIVES, *LETTERBOXES, SIGN, ROWS, LOOKUP):
        if f"{mount}/" not in mounted:
            bao.sys.enable_secrets_engine("transit", path=mount)
        # A late message must not make a destroyed key again; making keys on first use is on by default.
        bao.adapter.post(f"/v1/{mount}/config/keys", json={"disable_upsert": True})
        if bao.read(f"{mount}/cache-config")["data"]["size"] != KEYS_AT_HAND:
            bao.write(f"{mount}/cache-config", size=KEYS_AT_HAND)
    if not _exists(bao, f"{LOOKUP}/keys/{LOOKUP_KEY}"):
        bao.write(f"{LOOKUP}/keys/{LOOKUP_KEY}", type="hmac", key_size=32)
    if "kv/" not in mounted:
        bao.sys.enable_secrets_engine("kv", path="kv", options={"version": "2"})
    if "database/" not in mounted:
        bao.sys.enable_secrets_engine("database", path="database")
    bao.sys.tune_mount_configuration("database", default_lease_ttl=f"{lease_seconds}s", max_lease_ttl="768h")
    if database is not None:
        _database(bao, database)
    for name, rules in policies().items():
        bao.sys.create_or_update_policy(f"service-{name}", json.dumps({"path": rules}))
    log_ins.never_lock_out(bao, PROVISIONER)
    log_ins.apply(bao, [one.name for one in SERVICES], workload)
    for service in SERVICES:
        _keys(bao, service.name)


def _database(bao: hvac.Client, database: Database) -> None:
    bao.write(
        "database/config/postgres",
        plugin_name="postgresql-database-plugin",
        connection_url=connection_url(
            database.hosts, (database.tls.authorities, database.tls.certificate, database.tls.key)
        ),
        username=database.username,
        password=database.password,
        allowed_roles="*",
        password_authentication="scram-sha-256",  # noqa: S106  (the method, not a password)
    )
    for service in SERVICES:
        for role, group in (
            (service.name, f"{service.name}_app"),
            (f"{service.name}-migrate", f"{service.name}_owner"),
        ):
            bao.write(
                f"database/roles/{role}",
                db_name="postgres",
                creation_statements=creation_statements(group),
                revocation_statements=revocation_statements(group),
            )


def connect_anew(bao: hvac.Client) -> None:
    """Have OpenBao let its connections to PostgreSQL go: the next ones show the certificate that it has then."""
    bao.write("database/reset/postgres")


def _keys(bao: hvac.Client, name: str) -> None:
    if not _exists(bao, f"{SIGN}/keys/{name}"):
        bao.write(f"{SIGN}/keys/{name}", type="ed25519")
    if not _exists(bao, f"{ROWS}/keys/{name}"):
        bao.write(f"{ROWS}/keys/{name}", type="hmac", key_size=32)
    if not _exists(bao, f"kv/data/revoked/{name}"):
        bao.write_data(f"kv/data/revoked/{name}", data={"data": {"letterboxes": []}})
    if not _exists(bao, f"kv/data/nats/{name}"):
        bao.write_data(f"kv/data/nats/{name}", data={"data": {"password": secrets.token_urlsafe(32)}})


def signing_keys(bao: hvac.Client) -> dict[str, list[str]]:
    """By service the public halves of its signing key that count, base64, the newest first: for `MELDPUNT_SIGNING_KEYS`."""
    found: dict[str, list[str]] = {}
    for service in SERVICES:
        versions = bao.read(f"{SIGN}/export/public-key/{service.name}")["data"]["keys"]
        found[service.name] = [versions[one] for one in sorted(versions, key=int, reverse=True)]
    return found


def _exists(bao: hvac.Client, path: str) -> bool:
    return bao.read(path) is not None


def nats_passwords(bao: hvac.Client) -> dict[str, str]:
    """What each service finds in OpenBao, for the set-up to write into the configuration of NATS."""
    found: dict[str, str] = {}
    for service in SERVICES:
        answer: dict[str, Any] = bao.read(f"kv/data/nats/{service.name}")
        found[service.name] = answer["data"]["data"]["password"]
    return found


def database_user(bao: hvac.Client, role: str) -> tuple[str, str]:
    """A short-lived PostgreSQL user for `role`, e.g. `intake-migrate`."""
    data = bao.read(f"database/creds/{role}")["data"]
    return data["username"], data["password"]


def note_compaction(bao: hvac.Client, moment: datetime) -> None:
    """Record that nothing which was destroyed before `moment` is in OpenBao's files any more.

    Retention reads it, and no service can write it: it is believed because who administers OpenBao is trusted anyway.
    """
    bao.write_data(COMPACTION, data={"data": {"at": moment.isoformat()}})
