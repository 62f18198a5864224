"""What a log-in provider says of itself: OpenID Connect Discovery 1.0, so that a municipality fills in one address."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from urllib.parse import urlsplit

import httpx

from shared.errors import PartDown
from shared.tls import Tls

WELL_KNOWN = "/.well-known/openid-configuration"
AGE_SECONDS = 600.0
"""For how long what it said is used without asking again."""
MOST_CONFIGURATION = 100_000
"""In bytes."""


class Discovery:
    """The endpoints of the provider at `issuer`, asked for when they are needed. What it said before is used while it is away.

    `tls`: how it is asked, where that is not as anybody would ask it.
    """

    def __init__(self, issuer: str, tls: Tls | None = None) -> None:
        self._issuer = issuer
        self._tls = tls
        self._known: dict[str, Any] = {}
        self._ask_again = 0.0
        self._one_at_a_time = asyncio.Lock()

    async def endpoint(self, name: str) -> str:
        """The address that it has as `name`, e.g. `jwks_uri`. Raises PartDown where it says none that can be believed."""
        async with self._one_at_a_time:
            if time.monotonic() >= self._ask_again:
                try:
                    self._known = await self._ask()
                    self._ask_again = time.monotonic() + AGE_SECONDS
                except (httpx.HTTPError, OSError, ValueError, RecursionError) as problem:
                    if not self._known:
                        raise PartDown("the log-in provider is out of reach") from problem
            found = self._known.get(name)
        if not isinstance(found, str) or not self._can_be_its_own(found):
            raise PartDown("the log-in provider does not say where it is")
        return found

    async def _ask(self) -> dict[str, Any]:
        """Raises ValueError for what another issuer says (Discovery 4.3)."""
        async with httpx.AsyncClient(timeout=5, verify=self._tls.context if self._tls else True) as http:
            answer = (await http.get(self._issuer.rstrip("/") + WELL_KNOWN)).raise_for_status()
        if len(answer.content) > MOST_CONFIGURATION:
            raise ValueError("it says too much")
        said = answer.json()
        if not isinstance(said, dict) or said.get("issuer") != self._issuer:
            raise ValueError("it is another issuer")
        return said

    def _can_be_its_own(self, address: str) -> bool:
        """An issuer that is reached over TLS has nothing elsewhere that is not."""
        return urlsplit(address).scheme in ("https", urlsplit(self._issuer).scheme)
