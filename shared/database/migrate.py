"""Bringing a service's database to its newest schema, with a user of the owner role."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import structlog
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from shared.database.engine import LOCK_TIMEOUT, make_engine
from shared.database.hosts import Hosts
from shared.database.schemas import numbered
from shared.tls import Tls

log = structlog.get_logger()


LOCK_OF_MIGRATIONS = text("SELECT pg_advisory_xact_lock(4714)")


def _config(service: str, also: Sequence[str]) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("shared.database") / "alembic"))
    places = (str(files("services") / service / "migrations"), *also)
    config.set_main_option("version_locations", os.pathsep.join(places))
    config.set_main_option("path_separator", "os")
    return config


async def migrate(service: str, hosts: Hosts, tls: Tls, user: str, password: str, *, also: Sequence[str] = ()) -> None:
    """Apply every migration that is missing; nothing happens when none is, or when the database is of a newer version
    already. One at a time: who comes while another is at it waits, and finds it done.

    `also`: folders with migrations besides those of the service.
    """
    engine = make_engine(hosts, service, tls, user, password, pool_size=1, max_overflow=0)

    def upgrade(connection: Any) -> None:
        # Waits for as long as a migration takes, which is longer than anything else may wait for a lock.
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(LOCK_OF_MIGRATIONS)
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        config = _config(service, also)
        config.attributes["connection"] = connection
        head = ScriptDirectory.from_config(config).get_current_head()
        found = MigrationContext.configure(connection).get_current_revision()
        ours, there = numbered(head or ""), numbered(found or "")
        if ours and there and there > ours:
            log.warning("the database is of a newer version than these migrations: nothing is done", found=found)
            return
        command.upgrade(config, "head")

    try:
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
    finally:
        await engine.dispose()
