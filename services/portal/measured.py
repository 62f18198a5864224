"""What the pages tell Prometheus of themselves: requests and how long each took, certificate, and how many are logged in.

At `/metrics`, to who shows the secret that opens this and nothing else, as at every service (decision 57). No label has an
address that somebody asked for: what has no route is one thing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Protocol

from fastapi import FastAPI, Header
from fastapi.responses import PlainTextResponse, Response
from fastapi.routing import iter_route_contexts
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import NotAuthenticated
from shared.http.operators import HEALTH, operator
from shared.metrics.catalogue import IS_READY, REQUESTS_TIMED
from shared.metrics.certificates import certificate_left
from shared.metrics.labels import BY_METHOD, BY_ROUTE, NO_ROUTE
from shared.metrics.metrics import TOLD_AS, Metrics, Shows

STATIC = "/static"


class ToBeMeasured(Protocol):
    """What both kinds of pages are told of this."""

    instance: str
    metrics_secret: Path | None
    tls_certificate: Path | None


def install(app: FastAPI, name: str, settings: ToBeMeasured, more: Callable[[], Sequence[Shows]] = tuple) -> None:
    """Measure `app`, which has all its routes, and add /metrics. `more`: what else there is to show."""
    metrics = Metrics(name, settings.instance)
    templates = frozenset(str(one.path) for one in iter_route_contexts(app.routes))
    metrics.know(BY_ROUTE, templates | {NO_ROUTE, STATIC})

    @app.get("/metrics", include_in_schema=False)
    async def told(authorization: Annotated[str | None, Header()] = None) -> Response:
        try:
            operator(settings.metrics_secret, authorization)
        except NotAuthenticated:
            # The pages would send a person to where he logs in.
            return PlainTextResponse("", 401)
        found = [Shows(IS_READY, 1.0), *more()]
        if settings.tls_certificate:
            found += certificate_left(settings.tls_certificate)
        return Response(metrics.told(found), headers={"Content-Type": TOLD_AS})

    app.add_middleware(Measured, metrics=metrics, templates=templates)


class Measured:
    """Counts each request by its route, its method and the class of its answer."""

    def __init__(self, app: ASGIApp, metrics: Metrics, templates: frozenset[str]) -> None:
        self.app = app
        self._metrics = metrics
        self._templates = templates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, began = 500, time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, answer)
        finally:
            route = self._route(scope)
            if route not in HEALTH:
                labels = {"method": BY_METHOD.known(scope["method"]), "route": route, "status": f"{status // 100}xx"}
                self._metrics.observe(REQUESTS_TIMED, time.perf_counter() - began, **labels)

    def _route(self, scope: Scope) -> str:
        if scope["path"].startswith(f"{STATIC}/"):
            return STATIC
        found = str(getattr(scope.get("route"), "path", NO_ROUTE))
        return found if found in (*self._templates, *HEALTH) else NO_ROUTE
