"""The edge of the portal: headers on every answer, no request that another site sent, and a page for every trouble.

Nothing of a request is logged but its route and its status.
"""

from __future__ import annotations

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http.problems import HEADERS as OF_SERVICES

log = structlog.get_logger()

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Pages have no script at all, and no style but the one file."""
PAGE_HEADERS = {name: value for name, value in OF_SERVICES.items() if name != "API-Version"} | {
    "Content-Security-Policy": POLICY,
    # With "no-referrer" a browser sends its own forms with the origin `null`.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
MOST_BODY = 1_000_000
TOO_LARGE = "Wat u verstuurt, is te groot. Ga terug en maak het korter; er is niets vastgelegd."


class Guard:
    """Outermost. `origin`: the portal's own address."""

    def __init__(self, app: ASGIApp, origin: str) -> None:
        self.app = app
        self._origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(raw=list(message["headers"]))
                kept = headers.get("Cache-Control") if scope["path"].startswith("/static/") else None
                headers.update(PAGE_HEADERS | ({"Cache-Control": kept} if kept else {}))
                message["headers"] = headers.raw
            await send(message)

        try:
            if scope["method"] not in ("GET", "HEAD"):
                headers = Headers(scope=scope)
                if not self._is_ours(headers):
                    await PlainTextResponse("Dit verzoek komt niet van deze site.", 403)(scope, receive, answer)
                    return
                if _said(headers) > MOST_BODY:
                    await PlainTextResponse(TOO_LARGE, 413)(scope, receive, answer)
                    return
            await self.app(scope, _at_most(MOST_BODY, receive), answer)
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            log.debug("request", method=scope["method"], route=route, status=status)

    def _is_ours(self, headers: Headers) -> bool:
        """Beside the token in each form: a browser says from where it sends, and who says nothing is no browser."""
        site = headers.get("sec-fetch-site")
        return site == "same-origin" if site else headers.get("origin") == self._origin


def _said(headers: Headers) -> int:
    """How many bytes a body is said to have; too many when that is no number."""
    said = headers.get("content-length", "0")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 12 else MOST_BODY + 1


def _at_most(most: int, receive: Receive) -> Receive:
    """A body that is sent in pieces is not said to have any size: it is counted."""
    had = 0

    async def counted() -> Message:
        nonlocal had
        message = await receive()
        had += len(message.get("body", b""))
        if had > most:
            raise HTTPException(413)
        return message

    return counted
