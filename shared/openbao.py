"""Speaking to OpenBao: log in with the service's AppRole, keep the token alive, call a path.

aiohttp instead of hvac on this path: hvac is synchronous, every report needs several transit calls, and
httpx costs the process more: 15 ms of computing per report, against 8 with aiohttp and letters opened together.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import structlog

from shared.errors import MeldpuntError, PartDown

log = structlog.get_logger()


class BaoRefused(MeldpuntError):
    """OpenBao does not permit this to the service."""


class BaoError(MeldpuntError):
    """OpenBao could not do this, and will not be able to later."""

    def __init__(self, status: int, errors: list[str]) -> None:
        # OpenBao's own words can repeat a value; keep only what tells the cases apart.
        self.status = status
        self.errors = errors
        super().__init__(f"OpenBao answered {status}")


class OpenBao:
    """One client per service. All calls raise PartDown, BaoRefused or BaoError."""

    def __init__(self, address: str, credentials: Path) -> None:
        self._credentials = credentials
        self._token: str | None = None
        self._login = asyncio.Lock()
        self._address = address
        self._session: aiohttp.ClientSession | None = None

    @property
    def _http(self) -> aiohttp.ClientSession:
        # Made at the first call: a session belongs to the loop that runs.
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=16), timeout=aiohttp.ClientTimeout(total=10)
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def log_in(self) -> None:
        """Get a token with the AppRole on disk; raises PartDown while OpenBao is sealed or away."""
        async with self._login:
            role = json.loads(self._credentials.read_text())
            answer = await self._send("POST", "auth/approle/login", role, token=None)
            self._token = answer["auth"]["client_token"]

    async def keep_alive(self, every: float = 600) -> None:
        """Renew the periodic token for as long as the service lives."""
        while True:
            await asyncio.sleep(every)
            try:
                await self.call("POST", "auth/token/renew-self", {})
            except (PartDown, BaoRefused, BaoError) as problem:
                log.warning("token not renewed", problem=type(problem).__name__)

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Call `path` (no leading /v1); logs in when there is no token or it has run out."""
        if self._token is None:
            await self.log_in()
        try:
            return await self._send(method, path, body, token=self._token)
        except BaoRefused:
            # A token that ran out looks like a refusal; one new log-in tells them apart.
            if await self._token_works():
                raise
            await self.log_in()
            return await self._send(method, path, body, token=self._token)

    async def reachable(self) -> bool:
        """Whether OpenBao answers and is unsealed."""
        try:
            timeout = aiohttp.ClientTimeout(total=2)
            async with self._http.get(f"{self._address}/v1/sys/health", timeout=timeout) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    async def _token_works(self) -> bool:
        try:
            await self._send("POST", "auth/token/renew-self", {}, token=self._token)
        except BaoRefused:
            return False
        return True

    async def _send(self, method: str, path: str, body: dict[str, Any] | None, token: str | None) -> dict[str, Any]:
        headers = {"X-Vault-Token": token} if token else {}
        try:
            async with self._http.request(method, f"{self._address}/v1/{path}", json=body, headers=headers) as answer:
                status, text = answer.status, await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise PartDown("OpenBao is out of reach") from problem
        if status in (502, 503, 504, 429, 473):
            raise PartDown("OpenBao is sealed or not ready")
        if status == 403:
            raise BaoRefused
        if status >= 400:
            raise BaoError(status, _errors(text))
        return dict(json.loads(text)) if text else {}


def _errors(text: bytes) -> list[str]:
    try:
        return list(json.loads(text).get("errors", []))
    except (ValueError, AttributeError):
        return []
