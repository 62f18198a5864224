"""Who can answer is ready. Without the bus that is so: what is to be carried waits, and shows (decision 76)."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.platform.chores import until
from tests.platform.real import Postgres, RealParts
from tests.platform.served import AS_OPERATOR, AS_PROMETHEUS, app_of, http_to, served

NEEDS_NO_LETTERBOX = "worklist"


def ready(value: float) -> str:
    return f'meldpunt_ready{{service="{NEEDS_NO_LETTERBOX}"}} {value:.1f}'


def lacks(part: str, value: float) -> str:
    return f'meldpunt_lacks{{part="{part}",service="{NEEDS_NO_LETTERBOX}"}} {value:.1f}'


async def is_ready(client: httpx.AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == 200


async def figures(client: httpx.AsyncClient) -> set[str]:
    return set((await client.get("/metrics", headers=AS_PROMETHEUS)).text.splitlines())


async def test_without_the_bus_it_answers_and_shows_what_it_lacks(
    parts: RealParts, postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served(NEEDS_NO_LETTERBOX, parts, postgres, tmp_path, monkeypatch) as (_, client):
        await until(lambda: is_ready(client), 30)
        told = (await client.get("/statusz", headers=AS_OPERATOR)).json()
        assert told["ready"] is True
        assert set(told["problems"]) == {"nats"}
        said = await figures(client)
    assert ready(1) in said
    assert {lacks("nats", 1), lacks("openbao", 0)} <= said


async def test_without_what_every_answer_needs_it_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with http_to(app_of(NEEDS_NO_LETTERBOX, tmp_path, monkeypatch)) as client:
        assert not await is_ready(client)
        assert ready(0) in await figures(client)
