"""What makes a service believe its own rows: a MAC under a key that OpenBao gives to that service and to nobody else.

Whoever can write rows cannot make one. The key is the HMAC of a fixed text under the service's own transit key, asked
once per process; with it a MAC costs microseconds, needs no call in a transaction, and is checked also where a room is
locked or not opened. It has no end date: what is kept for years is checked for years. When the transit key is rotated,
what was made before is checked with the version that it names.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any

from shared.canonical import canonical
from shared.errors import PartDown
from shared.openbao import BaoError, BaoRefused, OpenBao
from shared.privileges import ROWS

LABEL = base64.b64encode(b"meldpunt: what this service wrote in its own rows").decode()

UNKNOWN_SECONDS = 60.0


class Mac:
    """Makes and checks the MACs of one service."""

    def __init__(self, service: str, bao: OpenBao) -> None:
        self._path = f"{ROWS}/hmac/{service}"
        self._bao = bao
        self._keys: dict[int, bytes] = {}
        self._unknown: dict[int, float] = {}
        """Versions that there were not, and when that was: a row can name any."""

    async def prepare(self) -> None:
        """Ask for the newest key; raises PartDown while OpenBao is away, BaoRefused when it is not permitted."""
        await self._ask()
        self._unknown.clear()

    async def of(self, kind: str, facts: Mapping[str, Any]) -> str:
        """The MAC of `facts` as a `kind` of thing. Raises PartDown when there is no key yet and OpenBao is away."""
        if not self._keys:
            await self._ask()
        return self.of_known(kind, facts)

    @property
    def known(self) -> bool:
        """Whether there is a key."""
        return bool(self._keys)

    def of_known(self, kind: str, facts: Mapping[str, Any]) -> str:
        """As `of`, without asking anybody: raises PartDown when there is no key yet."""
        if not self._keys:
            raise PartDown("this service has no key for its rows yet")
        version = max(self._keys)
        return f"v{version}:{_made(self._keys[version], kind, facts)}"

    async def of_every(self, kind: str, facts: Mapping[str, Any]) -> list[str]:
        """As `of`, by every version of the key that there still is. Raises PartDown."""
        newest, _, _ = (await self.of(kind, facts)).partition(":")
        keys = {version: await self._key(version) for version in range(1, int(newest[1:]) + 1)}
        return [f"v{version}:{_made(key, kind, facts)}" for version, key in keys.items() if key is not None]

    async def agrees(self, kind: str, facts: Mapping[str, Any], mac: str | None) -> bool:
        """Whether `mac` was made by this service of the same facts. Raises PartDown as `of` does."""
        named, _, found = (mac or "").partition(":")
        if not named.startswith("v") or not named[1:].isdecimal() or len(named) > 6:
            return False
        key = await self._key(int(named[1:]))
        return key is not None and hmac.compare_digest(_made(key, kind, facts), found)

    async def _key(self, version: int) -> bytes | None:
        """The key of a version; None for one that there is not, which is asked for again after a minute: there may be by then."""
        asked_at = self._unknown.get(version, -UNKNOWN_SECONDS)
        if version not in self._keys and time.monotonic() >= asked_at + UNKNOWN_SECONDS:
            try:
                await self._ask(version)
            except BaoError:
                self._unknown[version] = time.monotonic()
        return self._keys.get(version)

    async def _ask(self, version: int | None = None) -> None:
        body: dict[str, Any] = {"input": LABEL} | ({"key_version": version} if version else {})
        try:
            answer = await self._bao.call("POST", self._path, body)
        except BaoRefused as problem:
            raise PartDown("OpenBao gives this service no key for its rows") from problem
        _, named, key = str(answer["data"]["hmac"]).split(":")
        self._keys[int(named[1:])] = base64.b64decode(key)


def _made(key: bytes, kind: str, facts: Mapping[str, Any]) -> str:
    made = hmac.new(key, kind.encode() + b"\0" + canonical(facts), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()
