"""How a request's body comes in: no more than so many bytes, and all of it within so many seconds.

Not the framework's own limit, which answers in plain text, and nothing there cuts off a body that trickles in.
"""

from __future__ import annotations

import asyncio

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

MOST_BYTES = 200_000
"""The longest report, written with escapes, fits."""
CLOSE = {"Connection": "close"}
"""The rest of such a body is not read: the next request would begin in the middle of it."""


class Arriving:
    """`receive` of one request, for ASGI. Raises HTTPException: 413 for what is too large, 408 for what is too late,
    400 for what was broken off.
    """

    def __init__(self, scope: Scope, receive: Receive, seconds: float) -> None:
        length = Headers(scope=scope).get("content-length", "")
        self._announced = int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0
        self._receive = receive
        self._ends = asyncio.get_running_loop().time() + seconds
        self._bytes = 0
        self._complete = False

    async def __call__(self) -> Message:
        if self._complete:
            # Whoever asks on waits for the visitor to leave, which may take its time.
            return await self._receive()
        if self._announced > MOST_BYTES:
            raise HTTPException(413, headers=CLOSE)
        try:
            async with asyncio.timeout_at(self._ends):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, headers=CLOSE) from None
        if message["type"] != "http.request":
            raise HTTPException(400)
        self._bytes += len(message.get("body", b""))
        if self._bytes > MOST_BYTES:
            raise HTTPException(413, headers=CLOSE)
        self._complete = not message.get("more_body", False)
        return message
