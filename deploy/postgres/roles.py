"""PostgreSQL roles and grants, generated from the privilege table.

Each service has a database of its own, an owner role for migrations and an application role. Users are
made by OpenBao and live for a lease. The only static user is intake's door: it may insert into five
tables and read two columns of hashes, the letterbox keys that its owners announced, whose signatures count and the version of the
schema, so that a report can be accepted while OpenBao is sealed, also by a process that has just begun.
"""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from shared.database.hosts import Hosts
from shared.privileges import SERVICES
from shared.tls import Tls

DOOR = "intake_door"
PROVISIONER = "openbao"


def creation_statements(group: str) -> list[str]:
    statements = [
        f"""CREATE ROLE "{{{{name}}}}" LOGIN PASSWORD '{{{{password}}}}' """
        f"""VALID UNTIL '{{{{expiration}}}}' IN ROLE "{group}";"""
    ]
    if group.endswith("_owner"):
        # Tables made by a migration belong to the owner role, not to the short-lived user.
        statements.append(f"""ALTER ROLE "{{{{name}}}}" SET role = '{group}';""")
    return statements


def revocation_statements(group: str) -> list[str]:
    return [
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{{name}}';",
        'DROP ROLE IF EXISTS "{{name}}";',
    ]


@dataclass(frozen=True)
class Superuser:
    hosts: Hosts
    user: str
    password: str
    tls: Tls


async def apply(superuser: Superuser, provisioner_password: str, door_password: str) -> None:
    """Make databases, roles and grants; safe to run again."""

    main = await _connect(superuser, "postgres")
    try:
        await _role(main, PROVISIONER, f"LOGIN CREATEROLE PASSWORD '{_safe(provisioner_password)}'")
        await _role(main, DOOR, f"LOGIN PASSWORD '{_safe(door_password)}'")
        # Without it, revoking a user with a live session fails and the lease stays.
        await main.execute(f"GRANT pg_signal_backend TO {PROVISIONER}")
        existing = {row["datname"] for row in await main.fetch("SELECT datname FROM pg_database")}
        for name in (PROVISIONER, *(service.name for service in SERVICES)):
            if name not in existing:
                await main.execute(f'CREATE DATABASE "{name}"')
            await main.execute(f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC')
        for system in ("postgres", "template1"):
            await main.execute(f"REVOKE CONNECT ON DATABASE {system} FROM PUBLIC")
        await main.execute(f"GRANT CONNECT ON DATABASE {PROVISIONER} TO {PROVISIONER}")
        for service in SERVICES:
            await _service(main, service.name)
    finally:
        await main.close()
    for service in SERVICES:
        own = await _connect(superuser, service.name)
        try:
            await _schema(own, service.name)
        finally:
            await own.close()


async def replicator(superuser: Superuser, name: str, password: str) -> None:
    """Who copies to a replica."""
    connection = await _connect(superuser, "postgres")
    try:
        await _role(connection, name, f"LOGIN REPLICATION PASSWORD '{_safe(password)}'")
    finally:
        await connection.close()


async def checkpoint(superuser: Superuser) -> None:
    """Have everything on the disk that was written. Who recovers from a kill otherwise writes all that the set-up made, five
    thousand files, before he takes anything: 15 s on a busy disk, and that is how long the door is shut."""
    connection = await _connect(superuser, "postgres")
    try:
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()


async def _connect(superuser: Superuser, database: str) -> asyncpg.Connection:
    return await asyncpg.connect(
        host=[host for host, _ in superuser.hosts],
        port=[port for _, port in superuser.hosts],
        target_session_attrs="read-write",
        user=superuser.user,
        password=superuser.password,
        database=database,
        ssl=superuser.tls.context,
    )


def _safe(password: str) -> str:
    if not password.replace("-", "").replace("_", "").isalnum():
        raise ValueError("a generated password has only letters, digits, - and _")
    return password


async def _role(connection: asyncpg.Connection, name: str, options: str) -> None:
    found = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name)
    await connection.execute(f'{"ALTER" if found else "CREATE"} ROLE "{name}" {options}')


async def _service(connection: asyncpg.Connection, name: str) -> None:
    for group in (f"{name}_app", f"{name}_owner"):
        await _role(connection, group, "NOLOGIN")
        await connection.execute(f'GRANT "{group}" TO {PROVISIONER} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE')
        await connection.execute(f'GRANT CONNECT ON DATABASE "{name}" TO "{group}"')
    if name == "intake":
        await connection.execute(f'GRANT CONNECT ON DATABASE "{name}" TO {DOOR}')


async def _schema(connection: asyncpg.Connection, name: str) -> None:
    await connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    await connection.execute(f'GRANT USAGE, CREATE ON SCHEMA public TO "{name}_owner"')
    await connection.execute(f'GRANT USAGE ON SCHEMA public TO "{name}_app"')
    defaults = f'ALTER DEFAULT PRIVILEGES FOR ROLE "{name}_owner" IN SCHEMA public GRANT'
    await connection.execute(f'{defaults} SELECT, INSERT, UPDATE, DELETE ON TABLES TO "{name}_app"')
    await connection.execute(f'{defaults} USAGE ON SEQUENCES TO "{name}_app"')
    if name == "intake":
        await connection.execute(f"GRANT USAGE ON SCHEMA public TO {DOOR}")
