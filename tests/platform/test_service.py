"""A service is complete when it is made: what it listens to is what the privilege table lets in, each event once."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
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
from shared.contracts.holdings import HoldingsAsked
from shared.contracts.intake import ReportLetter
from shared.service.platform import Platform
from shared.service.service import Service
from shared.settings import ServiceSettings
from tests.platform.real import Nats, Postgres, RealParts
from tests.platform.served import AS_OPERATOR, app_of, served


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServiceSettings:
    """What a service is told, with nothing behind it."""
    app_of("oversight", tmp_path, monkeypatch)
    return ServiceSettings()


@pytest.mark.parametrize("name", SERVICE_NAMES)
def test_every_service_is_made_whole(settings: ServiceSettings, name: str) -> None:
    assert isinstance(import_module(f"services.{name}.app").create(), FastAPI)


async def _nothing(incoming: Incoming, message: Any) -> Handled:
    raise AssertionError


OF_INTAKE = dict.fromkeys(("ended.v1", HoldingsAsked.event), _nothing)
"""All that intake is delivered."""


@pytest.mark.parametrize(
    ("handlers", "said"),
    [
        ({}, "not handled by intake: ended.v1"),
        ({"ended.v1": _nothing, Leases.event: _nothing}, "handled twice by intake: leases.v1"),
        ({**OF_INTAKE, ReportLetter.event: _nothing}, "never delivered by intake: report.v1"),
    ],
)
def test_one_that_is_not_whole_does_not_start(settings: ServiceSettings, handlers: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Service(Platform("intake", settings, SystemClock(), "x"), handlers=handlers)


def running(
    name: str, parts: RealParts, postgres: Postgres, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AbstractAsyncContextManager[tuple[FastAPI, httpx.AsyncClient]]:
    """A service in this process, on real parts."""
    password = {"password": parts.nats.passwords[name]}
    parts.openbao.administrator.write_data(f"kv/data/nats/{name}", data={"data": password})
    return served(name, parts, postgres, folder, monkeypatch, nats_address=parts.nats.address)


async def queues(client: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    return {one["queue"]: one for one in (await client.get("/statusz", headers=AS_OPERATOR)).json()["queues"] or ()}


async def test_two_services_speak(
    parts: RealParts, postgres: Postgres, nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report goes from intake's door into assessment's room; what stays behind waits for who is not there."""
    async with (
        running("assessment", parts, postgres, tmp_path, monkeypatch) as (receiver, assessment),
        running("intake", parts, postgres, tmp_path, monkeypatch) as (sender, intake),
        asyncio.timeout(120),
    ):
        report = {"channel": "web", "text": "Het ruikt naar hennep."}
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
        acts = {"audit", "processing-log", "signing-keys", "credentials", "pruning", "letterboxes", "lease", "restored"}
        assert set(await queues(intake)) == {"outgoing", "received", "grace", "reporters", "letterbox-keys", *acts} | {
            "door",
            "forgetting reports",
            "destructions-unread",
            "audit-lines-missed",
            "audit-lines-refused",
        }
        connections = [app.state.platform.bus._broker.connection for app in (receiver, sender)]
        assert all(one.is_connected for one in connections)
    # Who is told to end takes leave of the bus, and is not cut off in it.
    assert all(one.is_closed for one in connections)


async def test_what_has_no_rows_shows_too(
    parts: RealParts, postgres: Postgres, nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every act over everything stands in `status` beside the queues."""
    for name, act in (("access", "leases"), ("retention", "calendar")):
        async with running(name, parts, postgres, tmp_path, monkeypatch) as (_, client), asyncio.timeout(60):
            while not (found := await queues(client)):
                await asyncio.sleep(0.2)
            assert (found[act]["waiting"], found[act]["rows"]) == (0, [])
