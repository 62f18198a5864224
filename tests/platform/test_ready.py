"""Who can answer is ready, also when the bus is lost: what is to be carried waits, and shows (decision 76)."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from deploy.tls.identities import SETUP_USER
from shared.bus import nats as bus
from tests.platform.chores import until
from tests.platform.real import Nats, Postgres, RealParts
from tests.platform.served import AS_OPERATOR, AS_PROMETHEUS, app_of, http_to
from tests.platform.test_service import running

NEEDS_NO_LETTERBOX = "worklist"


def ready(value: float) -> str:
    return f'meldpunt_ready{{service="{NEEDS_NO_LETTERBOX}"}} {value:.1f}'


def lacks(part: str, value: float) -> str:
    return f'meldpunt_lacks{{part="{part}",service="{NEEDS_NO_LETTERBOX}"}} {value:.1f}'


async def is_ready(client: httpx.AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == 200


async def figures(client: httpx.AsyncClient) -> set[str]:
    return set((await client.get("/metrics", headers=AS_PROMETHEUS)).text.splitlines())


async def is_told(client: httpx.AsyncClient, ready: bool) -> bool:
    """Who operates it is told that it is `ready`, and lacks nothing but NATS."""
    told = (await client.get("/statusz", headers=AS_OPERATOR)).json()
    return (told["ready"], set(told["problems"])) == (ready, {"nats"})


async def is_shown(client: httpx.AsyncClient, wanted: set[str]) -> bool:
    return wanted <= await figures(client)


async def _without_its_consumer(nats: Nats) -> None:
    connection = await nats.connect(SETUP_USER)
    await connection.jetstream().delete_stream("ASSESSMENT")
    await connection.close()


async def test_who_loses_the_bus_answers_and_shows_what_it_lacks(
    parts: RealParts, postgres: Postgres, nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "CHECK_SECONDS", 0.5)
    async with running(NEEDS_NO_LETTERBOX, parts, postgres, tmp_path, monkeypatch) as (app, client):
        await until(lambda: is_ready(client), 30)
        await _without_its_consumer(nats)
        await until(lambda: app.state.platform.bus.problem is not None, 30)
        # Another part may be too slow to say that it is there, now and then.
        await until(lambda: is_told(client, True), 30)
        await until(lambda: is_ready(client), 30)
        await until(lambda: is_shown(client, {ready(1), lacks("nats", 1), lacks("openbao", 0)}), 30)


async def test_who_never_had_what_it_asks_of_it_is_not_ready(
    parts: RealParts, postgres: Postgres, nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upgrade stops at a version of which NATS has no consumers."""
    await _without_its_consumer(nats)
    async with running(NEEDS_NO_LETTERBOX, parts, postgres, tmp_path, monkeypatch) as (app, client):
        await until(lambda: "missing" in str(app.state.platform.bus.problem), 30)
        await until(lambda: bool(app.state.platform.signer.certified), 30)
        assert not await is_ready(client)
        await until(lambda: is_told(client, False), 30)


async def test_without_what_every_answer_needs_it_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app, asked = app_of(NEEDS_NO_LETTERBOX, tmp_path, monkeypatch), []

    async def reachable() -> bool:
        asked.append("openbao")
        return False

    monkeypatch.setattr(app.state.platform.bao, "reachable", reachable)
    async with http_to(app) as client:
        assert not await is_ready(client)
        asked.clear()
        assert ready(0) in await figures(client)
        assert len(asked) == 1, "a part that swallows everything would take a scrape twice as long"
