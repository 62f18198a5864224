"""A service is complete when it is made: what it listens to is what the privilege table lets in, each event once."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from deploy.embedded.home import SERVICE_NAMES
from shared.bus.inbox import Handled, Incoming
from shared.clock import SystemClock
from shared.contracts.access import Leases
from shared.contracts.intake import ReportLetter
from shared.service.platform import Platform
from shared.service.service import Service
from shared.settings import ServiceSettings
from tests.platform.real import HERE, Nats, Postgres, RealParts


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServiceSettings:
    """What a service is told, with nothing behind it."""
    (tmp_path / "secret").write_text("x")
    told = {
        "openbao_address": "http://127.0.0.1:1",
        "nats_address": "nats://127.0.0.1:1",
        "database_host": "127.0.0.1",
        "database_port": "1",
        "folder": str(tmp_path),
        "tombstones": str(tmp_path),
        "oidc_issuer": "http://127.0.0.1:1",
        "oidc_jwks_uri": "http://127.0.0.1:1",
        "oidc_client_id": "portal",
    } | dict.fromkeys(
        ("openbao_credentials", "door_secret", "door_password", "first_designations"), str(tmp_path / "secret")
    )
    for name, value in told.items():
        monkeypatch.setenv(f"MELDPUNT_{name.upper()}", value)
    return ServiceSettings()


@pytest.mark.parametrize("name", SERVICE_NAMES)
def test_every_service_is_made_whole(settings: ServiceSettings, name: str) -> None:
    assert isinstance(import_module(f"services.{name}.app").create(), FastAPI)


async def _nothing(incoming: Incoming, message: Any) -> Handled:
    raise AssertionError


@pytest.mark.parametrize(
    ("handlers", "said"),
    [
        ({}, "not handled by intake: ended.v1"),
        ({"ended.v1": _nothing, Leases.event: _nothing}, "handled twice by intake: leases.v1"),
        ({"ended.v1": _nothing, ReportLetter.event: _nothing}, "never delivered by intake: report.v1"),
    ],
)
def test_one_that_is_not_whole_does_not_start(settings: ServiceSettings, handlers: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Service(Platform("intake", settings, SystemClock(), "x"), handlers=handlers)


@contextlib.asynccontextmanager
async def running(
    name: str, parts: RealParts, postgres: Postgres, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """A service in this process, on real parts; spoken to as over HTTP."""
    await postgres.fresh(name)
    parts.openbao.with_database(postgres)
    password = {"password": parts.nats.passwords[name]}
    parts.openbao.administrator.write_data(f"kv/data/nats/{name}", data={"data": password})
    for secret, value in (("door_secret", "x" * 32), ("door_password", parts.home.secret("door-password"))):
        (folder / secret).write_text(value)
        monkeypatch.setenv(f"MELDPUNT_{secret.upper()}", str(folder / secret))
    told: dict[str, object] = {
        "openbao_address": parts.openbao.address,
        "openbao_credentials": parts.openbao.credentials(name),
        "nats_address": parts.nats.address,
        "database_host": HERE,
        "database_port": postgres.port,
        "folder": folder / name,
        "tombstones": folder,
        "beacon_seconds": 1,
    }
    for key, setting in told.items():
        monkeypatch.setenv(f"MELDPUNT_{key.upper()}", str(setting))
    app = import_module(f"services.{name}.app").create()
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=f"http://{name}") as client,
    ):
        yield client


async def queues(client: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    return {one["queue"]: one for one in (await client.get("/statusz")).json()["queues"] or ()}


async def test_two_services_speak(
    parts: RealParts, postgres: Postgres, nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report goes from intake's door into assessment's room; what stays behind waits for who is not there."""
    async with (
        running("assessment", parts, postgres, tmp_path, monkeypatch) as assessment,
        running("intake", parts, postgres, tmp_path, monkeypatch) as intake,
        asyncio.timeout(120),
    ):
        report = {"channel": "web", "receivedAt": datetime.now(UTC).isoformat(), "text": "Het ruikt naar hennep."}
        while (await intake.post("/v1/signals", json=report)).status_code != 201:
            await asyncio.sleep(0.2)
        connection = await postgres.connect("assessment")
        while not await connection.fetchval("SELECT count(*) FROM dossier"):
            await asyncio.sleep(0.1)
        await connection.close()
        connection = await postgres.connect("intake")
        while await connection.fetchval("SELECT count(*) FROM outgoing WHERE event = 'report.v1'"):
            await asyncio.sleep(0.1)
        await connection.close()
        found = await queues(assessment)
        assert found["outgoing"]["waiting"] >= 1, "retention and oversight are not there"
        assert found["settlement"]["waiting"] == 0
        assert {one["stuck"] for one in found.values()} == {0}
        acts = {"audit", "certificate", "letterboxes", "pruning"}
        assert set(await queues(intake)) == {"outgoing", "received", "grace", "reporters", *acts}


async def test_what_has_no_rows_shows_too(
    parts: RealParts, postgres: Postgres, nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every act over everything stands in `status` beside the queues."""
    for setting in ("oidc_issuer", "oidc_jwks_uri", "oidc_client_id"):
        monkeypatch.setenv(f"MELDPUNT_{setting.upper()}", "http://127.0.0.1:1")
    until = datetime.now(UTC) + timedelta(days=1)
    first = {"beheerder": "b", "fg": "f", "decision": "B-1", "until": until.isoformat()}
    (tmp_path / "first").write_text(json.dumps(first))
    monkeypatch.setenv("MELDPUNT_FIRST_DESIGNATIONS", str(tmp_path / "first"))
    for name, act in (("access", "leases"), ("retention", "calendar")):
        async with running(name, parts, postgres, tmp_path, monkeypatch) as client, asyncio.timeout(60):
            while not (found := await queues(client)):
                await asyncio.sleep(0.2)
            assert (found[act]["waiting"], found[act]["rows"]) == (0, [])
