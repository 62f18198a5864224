"""Speaking to OpenBao: log in with the service's AppRole or with what its cluster says of it, keep the token alive, call a path.

Of several nodes one is active, and that one is spoken to: what another says may be what it knew a moment ago. When it is
gone, or is not active, each is asked who is.

aiohttp instead of hvac on this path: hvac is synchronous, every report needs several transit calls, and
httpx costs the process more: 15 ms of computing per report, against 8 with aiohttp and letters opened together.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from aiohttp.connector import NEEDS_CLEANUP_CLOSED

from shared.errors import MeldpuntError, PartDown
from shared.tls import Tls

log = structlog.get_logger()

CREDENTIALS_SECONDS = 24 * 3600.0
"""After how long a service gets a new secret id; one lives for seven days (`deploy.openbao.apply`)."""
TIMEOUT_SECONDS = 10.0
"""Seconds for an answer."""
HEALTH_SECONDS = 2.0
"""Seconds for a node to say whether it is the active one."""
WORKLOAD = "workload"
"""Where a process logs in of which a cluster says who it is."""
KEY_ABSENT = "encryption key not found"
"""What it answers (400) to using a key that is not there."""
LOCKED = "refusing to use soft-deleted key"
"""What it answers to using a key that was locked: 400, and 500 where its public half is asked for."""
NOT_ACTIVE = "local node not active but active cluster node not found"
"""What a node answers (500) while the cluster chooses another to be active: it has done nothing."""
STALE_SECONDS = 0.2
"""For how long a standby may not know of a key that was just made."""
COMPACTION = "kv/data/compaction"
"""Where who administers OpenBao records `at`: nothing that was destroyed before that moment is in its files any more."""
STRUCK, STRUCK_NAMES = "kv/data/struck", "kv/metadata/struck"
"""Where oversight notes, by list, what was taken off it, and where it sees the names of these notes."""
TOMBSTONES, TOMBSTONE_NAMES = "kv/data/tombstones", "kv/metadata/tombstones"
"""Where retention notes what was destroyed, each note under a random name, and where everybody sees these names."""
LAST_TOMBSTONE = "kv/data/last-tombstone"
"""Where retention says the name of the newest of these notes: who has seen it need not list them all."""
NOT_DECRYPTED = "failed to RSA decrypt the ciphertext: crypto/rsa: decryption error"
"""What it answers to a letter that was not sealed for this key: a 500, though nothing is wrong with OpenBao."""


class BaoRefused(MeldpuntError):
    """OpenBao does not permit this to the service."""


class BaoError(MeldpuntError):
    """OpenBao could not do this, and will not be able to later."""

    def __init__(self, status: int, errors: list[str]) -> None:
        # OpenBao's own words can repeat a value; keep only what tells the cases apart.
        self.status = status
        self.errors = errors
        super().__init__(f"OpenBao answered {status}")

    def is_only(self, *exact: str) -> bool:
        """Whether it answered with these words and no others. A part of a sentence tells nothing: a node without a
        leader says "active cluster node not found" too."""
        return bool(self.errors) and set(self.errors) <= set(exact)


class NotActive(PartDown):
    """The node that was asked is not active, and knows of none that is."""


class OpenBao:
    """One client per service. All calls raise PartDown, BaoRefused or BaoError.

    `credentials`: a file, read anew at each log-in, with an AppRole (JSON) or with a token in which a cluster says whose
    process this is (JWT); for the latter OpenBao wants to hear the name of the `service` too.
    """

    def __init__(
        self, address: str | Sequence[str], credentials: Path, tls: Tls, *, service: str | None = None
    ) -> None:
        addresses = [address] if isinstance(address, str) else list(address)
        self._credentials = credentials
        self._service = service
        self._tls = tls
        self._token: str | None = None
        self._login = asyncio.Lock()
        self._addresses = addresses
        self._address = addresses[0]
        self._active_known = len(addresses) == 1
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    @property
    def _http(self) -> aiohttp.ClientSession:
        # Made at the first call: a session belongs to the loop that runs.
        if self._closed:
            # Somebody who is on his way out would open one that nobody closes.
            raise PartDown("this service is stopping")
        if self._session is None:
            # With TLS a connection of somebody who was cut off waits for a good-bye, and would outlive the session.
            connector = aiohttp.TCPConnector(limit=16, enable_cleanup_closed=NEEDS_CLEANUP_CLOSED)
            patience = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
            self._session = aiohttp.ClientSession(connector=connector, timeout=patience)
        return self._session

    async def close(self) -> None:
        """Let the connections go; nothing is revoked, and nothing is asked any more."""
        self._closed = True
        if self._session is not None:
            await self._session.close()

    async def log_in(self) -> None:
        """Get a token with what is on disk; raises PartDown while OpenBao is sealed or away."""
        async with self._login:
            path, shown = self._shown()
            answer = await self._send("POST", path, shown, token=None)
            self._token = answer["auth"]["client_token"]

    def _shown(self) -> tuple[str, dict[str, Any]]:
        """Where it logs in, and with what."""
        text = self._credentials.read_text().strip()
        if text.startswith("{"):
            return "auth/approle/login", json.loads(text)
        return f"auth/{WORKLOAD}/login", {"role": self._service, "jwt": text}

    async def keep_alive(self, every: float = 600) -> None:
        """Renew the periodic token for as long as the service lives."""
        while True:
            await asyncio.sleep(every)
            try:
                await self.call("POST", "auth/token/renew-self", {})
            except (PartDown, BaoRefused, BaoError) as problem:
                log.warning("token not renewed", problem=type(problem).__name__)

    async def renew_credentials(self, role: str) -> None:
        """Put a new secret id of `role` in place of the one on disk, which ends by itself; raises as `call`, and OSError. What a
        cluster says is replaced by the cluster, every few minutes."""
        path, _ = self._shown()
        if WORKLOAD in path:
            return
        answer = await self.call("POST", f"auth/approle/role/{role}/secret-id", {})
        known = json.loads(self._credentials.read_text())
        temporary = self._credentials.with_name(f"{self._credentials.name}.new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            json.dump(known | {"secret_id": answer["data"]["secret_id"]}, stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(self._credentials)

    async def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, seconds: float = TIMEOUT_SECONDS
    ) -> dict[str, Any]:
        """Call `path` (no leading /v1); logs in when there is no token or it has run out. What a standby may not know yet, and
        what no node was active for, is asked once more, of the active node."""
        with contextlib.suppress(NotActive):
            return await self._unless_stale(method, path, body, seconds)
        await asyncio.sleep(STALE_SECONDS)
        return await self._logged_in(method, path, body, seconds, at=await self._active() or self._address)

    async def _unless_stale(
        self, method: str, path: str, body: dict[str, Any] | None, seconds: float
    ) -> dict[str, Any]:
        """The answer; raises NotActive where that of the active node is wanted."""
        try:
            return await self._logged_in(method, path, body, seconds)
        except BaoError as problem:
            if not problem.is_only(KEY_ABSENT):
                raise
        except BaoRefused:
            # To encrypt with a key that is not there would be to make it, which nobody may: that is how it is refused.
            if "/encrypt/" not in path:
                raise
        # A standby that answers may not know yet of a key that was just made.
        raise NotActive

    async def _active(self) -> str | None:
        """The address of the node that is active; None while there is none. Of several the one that says so itself. Where one
        address is known, that of whichever node is there or of what stands before all of them, whoever answers names it."""
        if len(self._addresses) == 1:
            return await self._named()
        found = await asyncio.gather(*(self._is_active(one) for one in self._addresses))
        active = [one for one, is_active in zip(self._addresses, found, strict=True) if is_active]
        # Two may say so while one has not noticed yet that it was outvoted: not the one that was gone to before.
        return next((one for one in active if one != self._address), active[0] if active else None)

    async def _named(self) -> str:
        try:
            leader = await self._send("GET", "sys/leader", None, token=None, seconds=2)
        except (PartDown, BaoRefused, BaoError, ValueError):
            return self._address
        return str(leader.get("leader_address") or self._address) if leader.get("ha_enabled") else self._address

    async def _logged_in(
        self, method: str, path: str, body: dict[str, Any] | None, seconds: float, *, at: str | None = None
    ) -> dict[str, Any]:
        if self._token is None:
            await self.log_in()
        try:
            return await self._send(method, path, body, token=self._token, seconds=seconds, at=at)
        except BaoRefused:
            # A token that ran out looks like a refusal; one new log-in tells them apart.
            if await self._token_works():
                raise
            await self.log_in()
            return await self._send(method, path, body, token=self._token, seconds=seconds, at=at)

    async def reachable(self) -> bool:
        """Whether OpenBao answers and is unsealed. Where there is one address a standby will do, which asks the active node; of
        several the active one is gone to."""
        if len(self._addresses) == 1:
            return await self._is_healthy(f"{self._address}/v1/sys/health?standbyok=true")
        return await self._is_active(self._address) or await self._find_active()

    async def _find_active(self) -> bool:
        """Go to the active node, of several; whether there is one."""
        active = await self._active()
        if active is not None:
            self._address, self._active_known = active, True
        return active is not None

    async def _is_active(self, address: str) -> bool:
        return await self._is_healthy(f"{address}/v1/sys/health")

    async def _is_healthy(self, address: str) -> bool:
        timeout = aiohttp.ClientTimeout(total=HEALTH_SECONDS)
        try:
            async with self._http.get(address, timeout=timeout, ssl=self._tls.context) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError, PartDown):
            return False

    async def _token_works(self) -> bool:
        try:
            await self._send("POST", "auth/token/renew-self", {}, token=self._token)
        except BaoRefused:
            return False
        return True

    async def _send(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        token: str | None,
        seconds: float = TIMEOUT_SECONDS,
        at: str | None = None,
    ) -> dict[str, Any]:
        if not self._active_known:
            await self._find_active()
        try:
            return await self._sent(method, path, body, token, seconds, at)
        except PartDown:
            if len(self._addresses) == 1:
                raise
            before, self._active_known = self._address, False
            if not await self._find_active() or self._address == before:
                raise
        # Another node is active. What the first did before it went is done twice, as when the caller tries again.
        return await self._sent(method, path, body, token, seconds)

    async def _sent(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        token: str | None,
        seconds: float,
        at: str | None = None,
    ) -> dict[str, Any]:
        headers = {"X-Vault-Token": token} if token else {}
        url, patience = f"{at or self._address}/v1/{path}", aiohttp.ClientTimeout(total=seconds)
        try:
            # A renewed certificate is another context, and that is other connections.
            shown = self._tls.context
            async with self._http.request(
                method, url, json=body, headers=headers, timeout=patience, ssl=shown
            ) as answer:
                status, text = answer.status, await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise PartDown("OpenBao is out of reach") from problem
        if status == 403:
            raise BaoRefused
        if status >= 400:
            errors = _errors(text)
            if status == 500 and set(errors) == {NOT_ACTIVE}:
                raise NotActive
            # Sealed, without a leader, its storage or PostgreSQL away: it says so with many words, and may be well soon.
            if status in (429, 473) or (status >= 500 and not {NOT_DECRYPTED, LOCKED} & set(errors)):
                raise PartDown("OpenBao is sealed or not ready")
            raise BaoError(status, errors)
        return dict(json.loads(text)) if text else {}


def _errors(text: bytes) -> list[str]:
    """What it says went wrong, of the request or of the items of a batch."""
    try:
        answer = json.loads(text)
        items = (answer.get("data") or {}).get("batch_results") or []
        found = [str(one) for one in answer.get("errors") or []] + [one["error"] for one in items if one.get("error")]
    except (ValueError, AttributeError, TypeError):
        return []
    return [one.removeprefix("1 error occurred:\n\t* ").strip() for one in found]
