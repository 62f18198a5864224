"""What the portal learns by asking: who somebody is now."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from aiohttp import web
from fastapi import FastAPI

from services.portal.app import create
from services.portal.sessions import COOKIE
from services.portal.settings import Settings
from shared.errors import PartDown
from tests.portal.keeping import InMemory, session_of


def token(*designations: dict[str, str]) -> str:
    """As access signs it; the portal judges no signature."""
    parts = ({"alg": "Ed25519"}, {"sub": "u-1", "designations": designations})
    return ".".join([*(base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts), "AA"])


def designated(role: str, starts: int, ends: int) -> dict[str, str]:
    """From so many days from now until so many."""
    now = datetime.now(UTC)
    return {
        "role": role,
        "startsAt": (now + timedelta(days=starts)).isoformat(),
        "endsAt": (now + timedelta(days=ends)).isoformat(),
    }


class Everybody:
    """access, and every service, as far as the portal asks them here."""

    def __init__(self) -> None:
        self.designations: list[dict[str, str]] = []
        self.address = ""
        self.told: dict[str, Any] | None = None
        """What each service says of itself; None: it says it to nobody."""
        self.slow = 0.0

    async def give(self, request: web.Request) -> web.Response:
        return web.json_response({"access_token": token(*self.designations), "refresh_token": "resume"})

    async def say(self, request: web.Request) -> web.Response:
        await asyncio.sleep(self.slow)
        return web.json_response({"queues": []}, status=403) if self.told is None else web.json_response(self.told)


@pytest.fixture
async def everybody() -> AsyncIterator[Everybody]:
    found, app = Everybody(), web.Application()
    app.router.add_post("/v1/tokens", found.give)
    app.router.add_get("/{rest:.*}", found.say)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    found.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield found
    await runner.cleanup()


@pytest.fixture
async def app(told: dict[str, Any], everybody: Everybody) -> AsyncIterator[FastAPI]:
    keeper = InMemory()
    made = create(Settings(**told | {"services": dict.fromkeys(told["services"], everybody.address)}), keeper)
    made.state.keeper = keeper
    async with made.router.lifespan_context(made):
        yield made


async def test_whose_designation_has_ended_finds_its_pages_no_more(
    app: FastAPI, everybody: Everybody, somebody: httpx.AsyncClient
) -> None:
    """Also those about which no service is asked: a trace is read from a folder, and the portal alone says for whom."""
    number = somebody.cookies[COOKIE]
    session = await session_of(app, number)
    session.roles = ("beheerder",)
    await app.state.sessions.save(session)
    everybody.designations = [designated("beheerder", -9, 1)]
    assert (await somebody.get("/status")).status_code == 200
    session.tokens.clear()
    everybody.designations = [designated("beheerder", -9, -1), designated("fg", 1, 9), designated("oov", -1, 1)]
    sent = {"csrf": "the-token", "trace": "0" * 32}
    for answer in (
        await somebody.post("/status/verwerking", data=sent, headers={"Sec-Fetch-Site": "same-origin"}),
        await somebody.get("/status"),
        await somebody.get("/cijfers"),
    ):
        assert answer.status_code == 404
        assert "/toezicht" not in answer.text, "what begins later has no pages yet"
    assert (await session_of(app, number)).roles == ("oov",)


async def test_who_answers_and_lacks_something_is_said_on_the_status_page(
    app: FastAPI, everybody: Everybody, somebody: httpx.AsyncClient
) -> None:
    """A service that has lost the bus is ready, and not all is well (decision 76)."""
    session = await session_of(app, somebody.cookies[COOKIE])
    session.roles = ("beheerder",)
    await app.state.sessions.save(session)
    everybody.designations = [designated("beheerder", -9, 1)]
    everybody.told = {"ready": True, "version": "1.0.0", "missingForLive": [], "queues": [], "problems": {}}
    assert "Alles werkt, en niets zit vast." in (await somebody.get("/status")).text
    everybody.told |= {"problems": {"nats": "NATS is out of reach"}}
    text = (await somebody.get("/status")).text
    assert "missen iets." in text
    assert "NATS is out of reach" in text
    assert "Alles werkt" not in text


async def test_a_call_may_be_given_longer_or_shorter_than_the_others(
    app: FastAPI, everybody: Everybody, somebody: httpx.AsyncClient
) -> None:
    session = await session_of(app, somebody.cookies[COOKIE])
    everybody.told, everybody.slow = {}, 0.3
    assert (await app.state.calls.get(session, "rights", "/v1/anything", seconds=5)).is_done
    with pytest.raises(PartDown):
        await app.state.calls.get(session, "rights", "/v1/anything", seconds=0.1)
