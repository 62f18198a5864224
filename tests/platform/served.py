"""A service in this process, made whole by its own app.py and spoken to over HTTP."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from deploy.embedded import portal
from deploy.embedded.home import Home
from tests.parts import TOLD, told_of
from tests.platform.real import HERE, Postgres, RealParts

NOWHERE = "http://127.0.0.1:1"
OPERATOR = "what-the-operator-shows"
AS_OPERATOR = {"Authorization": f"Bearer {OPERATOR}"}


def app_of(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, **told: Any) -> FastAPI:
    """The application of a service that is told `told` besides, or instead of, what leads nowhere."""
    files = {
        "openbao_credentials": "{}",
        "door_password": "not-secret",
        "door_secret": "x" * 32,
        "first_designations": json.dumps(
            {"beheerder": "b", "fg": "f", "decision": "B-1", "until": "2099-01-01T00:00:00Z"}
        ),
        "oidc_client_id": "portal",
        "portal_keys": portal.public_keys(portal_of(folder)),
        "operations_secret": OPERATOR,
    }
    for file, text in files.items():
        (folder / file).write_text(text)
    settings: dict[str, Any] = {
        **TOLD,
        "folder": folder / name,
        "tombstones": folder,
        "oidc_issuer": NOWHERE,
        "oidc_jwks_uri": NOWHERE,
        "beacon_seconds": 1,
    }
    for key, value in ({file: folder / file for file in files} | settings | told).items():
        monkeypatch.setenv(f"MELDPUNT_{key.upper()}", str(value))
    app: FastAPI = import_module(f"services.{name}.app").create()
    return app


def portal_of(folder: Path) -> Home:
    """Where the portal of `app_of` has its key."""
    home = Home(folder / "portal")
    home.make()
    home.write_secret("portal-client-id", "portal")
    return home


def http_to(app: FastAPI, client: tuple[str, int] = (HERE, 1)) -> httpx.AsyncClient:
    """A visitor at the address `client`; lifespan is left alone, so that nothing of the service runs."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=client), base_url="http://service")


@contextlib.asynccontextmanager
async def served(
    name: str, parts: RealParts, postgres: Postgres, folder: Path, monkeypatch: pytest.MonkeyPatch, **told: Any
) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    """It runs, on a PostgreSQL and an OpenBao that are real; and on a NATS when it is told of one."""
    await postgres.fresh(name)
    parts.openbao.with_database(postgres)
    (folder / "real_door_password").write_text(parts.home.secret("door-password"))
    real: dict[str, Any] = {
        "openbao_address": parts.openbao.address,
        "openbao_credentials": parts.openbao.credentials(name),
        "database_hosts": f"{HERE}:{postgres.port}",
        **told_of(parts.home.tls(name)),
        "door_password": folder / "real_door_password",
    }
    app = app_of(name, folder, monkeypatch, **(real | told))
    async with app.router.lifespan_context(app), http_to(app) as client:
        yield app, client
