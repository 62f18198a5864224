"""Access, and whoever listens to it, in this process: on real parts, over HTTP, with people who log in."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from aiohttp import web
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import RSAKey

from deploy.embedded import portal
from deploy.embedded.home import Home
from tests.parts import told_of
from tests.platform.real import HERE, RealParts
from tests.platform.served import AS_OPERATOR, OPERATOR

T = TypeVar("T")
BEHEERDER, FG = "user-beheerder", "user-officer"
ISSUER, CLIENT = "https://log-in.example.nl", "portal"
EVERY_SECONDS = 0.1


@dataclass
class SmallHouse:
    parts: RealParts
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "log-in"}))
    apps: dict[str, FastAPI] = field(default_factory=dict)
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    jwks: str = ""

    _running: dict[str, contextlib.AsyncExitStack] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.portal = Home(self.folder / "portal")

    # --- starting and stopping -------------------------------------------------------------------

    async def open(self, stack: contextlib.AsyncExitStack, *services: str) -> None:
        """Empty databases, a log-in provider, and these services; everything ends with `stack`."""
        runner = web.AppRunner(self._provider())
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, HERE, 0).start()
        self.jwks = f"http://{HERE}:{runner.addresses[0][1]}/keys"
        self.parts.openbao.with_database(self.parts.postgres)
        self.decides("BESLUIT-1")
        (self.folder / "operator").write_text(OPERATOR)
        self.portal.make()
        self.portal.write_secret("portal-client-id", CLIENT)
        self.portal.write_secret("portal-keys.json", portal.public_keys(self.portal))
        stack.push_async_callback(self.stop, *services)
        for name in services:
            await self.parts.postgres.fresh(name)
            await self.start(name)

    def _provider(self) -> web.Application:
        async def keys(_: web.Request) -> web.Response:
            return web.json_response({"keys": [self.key.as_dict(private=False)]})

        app = web.Application()
        app.router.add_get("/keys", keys)
        return app

    def decides(self, decision: str, *, beheerder: str = BEHEERDER, fg: str = FG, days: int = 30) -> None:
        """The controller's decision, in the set-up file."""
        until = (datetime.now(UTC) + timedelta(days=days)).isoformat()
        first = {"beheerder": beheerder, "fg": fg, "decision": decision, "until": until}
        (self.folder / "first").write_text(json.dumps(first))

    async def start(self, name: str) -> None:
        """Start `name`, or start it again: a process that remembers nothing."""
        password = {"password": self.parts.nats.passwords[name]}
        self.parts.openbao.administrator.write_data(f"kv/data/nats/{name}", data={"data": password})
        told: dict[str, Any] = {
            "openbao_address": self.parts.openbao.address,
            "openbao_credentials": self.parts.openbao.credentials(name),
            "nats_address": self.parts.nats.address,
            "database_hosts": f"{HERE}:{self.parts.postgres.port}",
            **told_of(self.parts.home.tls(name)),
            "folder": self.folder / name,
            "tombstones": self.folder,
            "beacon_seconds": 1,
            "oidc_issuer": ISSUER,
            "oidc_jwks_uri": self.jwks,
            "oidc_client_id": self.portal.secret_file("portal-client-id"),
            "operations_secret": self.folder / "operator",
            "portal_keys": self.portal.secret_file("portal-keys.json"),
            "first_designations": self.folder / "first",
        }
        for key, value in told.items():
            self.monkeypatch.setenv(f"MELDPUNT_{key.upper()}", str(value))
        app: FastAPI = import_module(f"services.{name}.app").create()
        stack = self._running[name] = contextlib.AsyncExitStack()
        await stack.enter_async_context(app.router.lifespan_context(app))
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{name}")
        self.clients[name] = await stack.enter_async_context(client)

    async def stop(self, *names: str) -> None:
        for name in names:
            stack = self._running.pop(name, None)
            if stack:
                await stack.aclose()

    # --- people ----------------------------------------------------------------------------------

    async def token(self, user: str, service: str) -> str | None:
        """A token of `user`, who logs in for it; None while access cannot give one."""
        now = int(datetime.now(UTC).timestamp())
        nonce = secrets.token_urlsafe(16)
        claims = {"iss": ISSUER, "aud": CLIENT, "sub": user, "iat": now, "exp": now + 300, "nonce": nonce}
        claims["auth_time"] = now
        log_in = jwt.encode({"alg": "RS256", "kid": "log-in"}, claims, self.key)
        form = portal.exchange_form(self.portal, service, log_in, nonce)
        answer = await self.clients["access"].post("/v1/tokens", data=form)
        return str(answer.json()["access_token"]) if answer.status_code == 200 else None

    async def asks(
        self, user: str, method: str, path: str, service: str = "access", token: str | None = None, **more: Any
    ) -> httpx.Response:
        token = token or await until(lambda: self.token(user, service))
        headers = {"Authorization": f"Bearer {token}"}
        return await self.clients[service].request(method, path, headers=headers, **more)

    async def designate(self, user: str, role: str, **more: Any) -> httpx.Response:
        """The beheerder designates somebody, from now for a day unless told otherwise."""
        now = datetime.now(UTC)
        ends = now + timedelta(days=1)
        body = {"userId": user, "role": role, "startsAt": now.isoformat(), "endsAt": ends.isoformat()}
        body |= {"basis": "BESLUIT-2", **more}
        return await self.asks(BEHEERDER, "POST", "/v1/designations", json=body)

    async def designated(self, user: str, role: str) -> int:
        """Somebody who has logged in is designated; returns the number of the designation."""
        await until(lambda: self.token(user, "access"))
        await self.begins()
        answer = await self.designate(user, role)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    async def ends(self, seq: int) -> None:
        answer = await self.asks(BEHEERDER, "DELETE", f"/v1/designations/{seq}")
        assert answer.status_code == 204, answer.text

    async def begins(self) -> None:
        """The beheerder is there, and can designate."""

        async def listed() -> bool:
            return bool(await self.listed())

        await until(listed)

    async def listed(self) -> list[dict[str, Any]]:
        answer = await self.asks(BEHEERDER, "GET", "/v1/designations")
        found: list[dict[str, Any]] = answer.json().get("designations", [])
        return found

    # --- whoever can write rows, and who looks ---------------------------------------------------

    async def sql(self, service: str, query: str, *values: Any) -> list[dict[str, Any]]:
        """As the superuser of PostgreSQL."""
        connection = await self.parts.postgres.connect(service)
        try:
            return [dict(row) for row in await connection.fetch(query, *values)]
        finally:
            await connection.close()

    async def stuck(self, service: str, queue: str) -> dict[str, str]:
        """What `meldpunt status` shows of a queue: record to why."""
        found = (await self.clients[service].get("/statusz", headers=AS_OPERATOR)).json()["queues"] or ()
        rows = [row for one in found if one["queue"] == queue for row in one["rows"]]
        return {row["about"].get("record", ""): row["why"] for row in rows}

    async def audited(self, service: str, action: str) -> list[dict[str, Any]]:
        rows = await self.sql(service, "SELECT entry FROM audit ORDER BY written_at")
        entries = [json.loads(row["entry"]) for row in rows]
        return [one for one in entries if one["action"] == action]


async def until(look: Callable[[], Awaitable[T | None]], seconds: float = 60) -> T:
    """Wait until `look` gives something; a bound on patience, not a figure."""
    async with asyncio.timeout(seconds):
        while not (found := await look()):
            await asyncio.sleep(EVERY_SECONDS)
    return found


@contextlib.asynccontextmanager
async def small_house(
    parts: RealParts, folder: Path, monkeypatch: pytest.MonkeyPatch, *services: str
) -> AsyncIterator[SmallHouse]:
    """The services run until the end of the block; NATS is fresh when the test asks for it."""
    async with contextlib.AsyncExitStack() as stack:
        house = SmallHouse(parts, folder, monkeypatch)
        await house.open(stack, *services)
        yield house
