"""What every process of the portal finds again: sealed sessions and words, kept by access.

Access gains nothing by them: it gives the tokens, and could be anybody without. It gets hashes of what only the browser has, and
what is sealed with that and with the portal's key.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import aiohttp

from services.portal.answer import HttpAnswer
from shared.errors import NotAuthenticated, PartDown

TO_SESSIONS = "access-sessions"
"""The audience of the assertion: it makes no token of anything."""
SHOWN_SECONDS = 20.0
"""For so long the same assertion is shown."""
MOST_SEALED = 190_000
"""As access takes it."""
KEEPER_SECONDS = 4.0
"""Nobody waits longer for who keeps it, which every page needs first, than it takes to say that it is away."""
FIND_TRIES = 3
FIND_PAUSE_SECONDS = 0.2
"""What is only asked is asked again: another process of access takes over from one that is killed."""


@dataclass(frozen=True)
class KeptEntry:
    """What was kept. `is_over`: it counts only for whose it was."""

    user_id: str
    version: int
    is_over: bool
    sealed: str


class Keeper(Protocol):
    """Each raises PartDown while what is kept is out of reach. `name`: 64 hexadecimal digits."""

    async def begin(self, name: str, resume: str, idle_seconds: int, sealed: str) -> None:
        """Raises NotAuthenticated when the log-in is over."""

    async def find(self, name: str, *, at_work: bool) -> KeptEntry | None: ...

    async def change(self, name: str, version: int, sealed: str) -> bool:
        """False when it is not of this version any more, or over, or gone."""

    async def end(self, name: str) -> None: ...

    async def keep_words(self, session: str, name: str, sealed: str) -> bool:
        """False when there is no such session, or they are too long."""

    async def words(self, name: str) -> KeptEntry | None: ...

    async def drop_words(self, name: str) -> None: ...


Send = Callable[..., Awaitable[HttpAnswer]]


class AtAccess:
    """`send`: a request to access. `shows`: makes an assertion for an audience."""

    def __init__(self, send: Send, shows: Callable[[str], str]) -> None:
        self._send = send
        self._shows = shows
        self._shown: tuple[float, str] | None = None

    async def begin(self, name: str, resume: str, idle_seconds: int, sealed: str) -> None:
        body = {"name": name, "token": resume, "idleSeconds": idle_seconds, "sealed": sealed}
        if await self._asked("POST", "/v1/sessions", body) is None:
            raise NotAuthenticated

    async def find(self, name: str, *, at_work: bool) -> KeptEntry | None:
        return await self._found(f"/v1/sessions/{quote(name)}?atWork={'true' if at_work else 'false'}")

    async def change(self, name: str, version: int, sealed: str) -> bool:
        if len(sealed) > MOST_SEALED:
            raise PartDown("a session is longer than what is kept")
        return await self._is_kept("PUT", f"/v1/sessions/{quote(name)}", {"version": version, "sealed": sealed})

    async def end(self, name: str) -> None:
        await self._asked("DELETE", f"/v1/sessions/{quote(name)}")

    async def keep_words(self, session: str, name: str, sealed: str) -> bool:
        if len(sealed) > MOST_SEALED:
            return False
        return await self._is_kept("POST", "/v1/words", {"name": name, "session": session, "sealed": sealed})

    async def words(self, name: str) -> KeptEntry | None:
        return await self._found(f"/v1/words/{quote(name)}")

    async def drop_words(self, name: str) -> None:
        await self._asked("DELETE", f"/v1/words/{quote(name)}")

    async def _found(self, path: str) -> KeptEntry | None:
        began = time.monotonic()
        for _ in range(FIND_TRIES - 1):
            try:
                return _entry(await self._asked("GET", path))
            except PartDown:
                if time.monotonic() - began > KEEPER_SECONDS:
                    raise
            await asyncio.sleep(FIND_PAUSE_SECONDS)
        return _entry(await self._asked("GET", path))

    async def _is_kept(self, method: str, path: str, body: dict[str, Any]) -> bool:
        return bool((await self._asked(method, path, body) or {}).get("isKept"))

    async def _asked(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any] | None:
        """None for what access does not believe."""
        now = time.monotonic()
        if self._shown is None or now - self._shown[0] > SHOWN_SECONDS:
            self._shown = (now, self._shows(TO_SESSIONS))
        shown = {"Client-Assertion": self._shown[1]}
        most = aiohttp.ClientTimeout(total=KEEPER_SECONDS)
        answer = await self._send(method, "access", path, headers=shown, json=body, timeout=most)
        if answer.status == 401:
            # The portal's key may have been replaced: the next is shown with the new one.
            self._shown = None
            return None
        if not answer.is_done:
            raise PartDown("access keeps no sessions")
        found: dict[str, Any] = json.loads(answer.content) if answer.content else {}
        return found


def _entry(said: dict[str, Any] | None) -> KeptEntry | None:
    if said is None:
        raise PartDown("access does not believe that it is the portal")
    found = said["found"]
    return KeptEntry(found["userId"], found["version"], found["isOver"], found["sealed"]) if found else None
