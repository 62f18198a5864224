"""Bringing a service's database to its newest schema, with a user of the owner role."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from alembic import command
from alembic.config import Config

from shared.database.engine import Hosts, make_engine
from shared.tls import Tls


def _config(service: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("shared.database") / "alembic"))
    config.set_main_option("version_locations", str(files("services") / service / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


async def migrate(service: str, hosts: Hosts, tls: Tls, user: str, password: str) -> None:
    """Apply every migration that is missing; nothing happens when none is."""
    engine = make_engine(hosts, service, tls, user, password, pool_size=1, max_overflow=0)

    def upgrade(connection: Any) -> None:
        config = _config(service)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    try:
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
    finally:
        await engine.dispose()
