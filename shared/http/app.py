"""The HTTP side of every service: tracing, headers, health, OpenAPI, and a line for every refusal."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, FastAPI, Header, Request
from fastapi.routing import iter_route_contexts
from opentelemetry.trace import SpanKind, Status, StatusCode
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from shared import audit
from shared.errors import MeldpuntError
from shared.http.arriving import Arriving
from shared.http.description import described
from shared.http.health import health, status_of
from shared.http.operations import operations_routes
from shared.http.operators import HEALTH
from shared.http.problems import HEADERS, VERSION, install, unforeseen
from shared.http.processing import processing_routes
from shared.http.strangers import Strangers
from shared.identity import Person
from shared.metrics.catalogue import DOOR, REQUESTS_TIMED
from shared.metrics.labels import BY_METHOD, BY_ROUTE, NO_ROUTE
from shared.processing_reading import ProcessingReading
from shared.service.platform import Platform
from shared.service.service import Service
from shared.telemetry import set_up_logs, unrecorded
from shared.wake import end

log = structlog.get_logger()

API_CONTACT = {
    "name": "Gemeentelijk Meldpunt Ondermijning",
    "url": "https://example.nl/meldpunt",
    "email": "meldpunt@example.nl",
}
NUMBER = r"^S-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$"
DUTY = NUMBER.replace("S-", "D-", 1)
REQUEST_NUMBER = NUMBER.replace("S-", "V-", 1)
INCIDENT = NUMBER.replace("S-", "I-", 1)
THE_DOOR = ("POST", "/v1/signals")
"""Where intake takes a report in."""
DOSSIERS = re.compile(f"{NUMBER}|{DUTY}|{REQUEST_NUMBER}|{INCIDENT}")


class Edge:
    """Outermost layer: one span and one log line per request, headers on every answer, refusals audited.

    Written as plain ASGI: nothing of a request but its route template and status is recorded. Whatever goes wrong
    inside is answered here, so that an error of ours has the same form and the same headers as any other.
    """

    def __init__(self, app: ASGIApp, platform: Platform, strangers: Strangers, templates: frozenset[str]) -> None:
        """`templates`: the routes of this service; nothing else is ever told apart."""
        self.app = app
        self.platform = platform
        self._strangers = strangers
        self._templates = templates
        platform.metrics.know(BY_ROUTE, templates | {NO_ROUTE})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status, begun, began = 500, False, time.perf_counter()
        scope.setdefault("state", {})

        async def answer(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status, begun = message["status"], True
                headers = MutableHeaders(raw=list(message["headers"]))
                headers.update(HEADERS)
                message["headers"] = headers.raw
            await send(message)

        # Who looks whether it is ready is no person at work, and asks every few seconds.
        at_work = scope["path"] not in HEALTH
        parent = await self._parent(Headers(scope=scope)) if at_work else unrecorded()
        arriving = Arriving(scope, receive, self.platform.settings.body_seconds)
        with self.platform.tracing.span(scope["method"], parent=parent, kind=SpanKind.SERVER) as span:
            try:
                with self.platform.turns.of_a_person() if at_work else contextlib.nullcontext():
                    await self.app(scope, arriving, answer)
            except Exception as problem:
                log.error("a request fails in a way that nobody foresaw", route=_template(scope), exc_info=problem)
                span.set_status(Status(StatusCode.ERROR, type(problem).__name__))
                if begun:
                    raise
                await unforeseen()(scope, receive, answer)
            finally:
                template = _template(scope)
                span.update_name(f"{scope['method']} {template}")
                span.set_attributes({"http.route": template, "http.response.status_code": status})
                self._measured(scope, template, status, time.perf_counter() - began)
                if template not in HEALTH:
                    log.debug("request", method=scope["method"], route=template, status=status)
            if status in (400, 401, 403, 404, 409):
                await self._refused(scope, template, status)

    def _measured(self, scope: Scope, template: str, status: int, seconds: float) -> None:
        """One request more; what has no route of ours is one thing, whatever was asked."""
        if template in HEALTH:
            return
        route = template if template in self._templates else NO_ROUTE
        method, answered = BY_METHOD.known(scope["method"]), f"{status // 100}xx"
        metrics = self.platform.metrics
        metrics.observe(REQUESTS_TIMED, seconds, method=method, route=route, status=answered)
        if metrics.service in DOOR.of and (method, route) == THE_DOOR:
            metrics.add(DOOR, status=answered)

    async def _parent(self, headers: Headers) -> str | None:
        """The trace that goes on here. A visitor would choose 32 digits that are stored: only who shows a valid token
        is believed.
        """
        said, token = headers.get("traceparent"), headers.get("authorization")
        if said and token:
            with contextlib.suppress(MeldpuntError):
                await self.platform.identity.claims(token)
                return said
        return None

    async def _refused(self, scope: Scope, template: str, status: int) -> None:
        """Every refusal is in the audit trail; it never says what was sent."""
        if scope["state"].get("public") or template == NO_ROUTE:
            return
        number = str(scope.get("path_params", {}).get("number", ""))
        record = number if DOSSIERS.match(number) else None
        action = f"{scope['method']} {template}"
        person: Person | None = scope["state"].get("person")
        if person is None:
            await self._strangers.refused(action, record, status)
            return
        now = self.platform.clock.now()
        line = audit.line(now, action, actor=person.user_id, record=record, result="refused", reason=str(status))
        try:
            async with self.platform.database.transaction() as session:
                session.add(line)
        except MeldpuntError:
            log.warning("a refusal could not be written to the audit trail", route=template)


def _template(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", NO_ROUTE))


def current_person(platform: Platform) -> Any:
    """A FastAPI dependency: the person behind the bearer token. Raises NotAuthenticated."""

    async def person(
        request: Request,
        authorization: Annotated[str | None, Header(description="Bearer token from access, for this service")] = None,
    ) -> Person:
        found = await platform.identity.caller(authorization)
        request.state.person = found
        return found

    return Depends(person)


def build(service: Service, title: str, *routers: APIRouter) -> FastAPI:
    """The application of one service."""
    platform = service.platform
    strangers = Strangers(platform.database, platform.clock)
    set_up_logs(platform.name, platform.settings.log_level, platform.settings.instance)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(service.run()), asyncio.create_task(strangers.run())]
        yield
        await end(tasks)
        await strangers.end_window()
        await platform.close()

    app = FastAPI(
        title=title,
        version=VERSION,
        contact=API_CONTACT,
        description="Part of the Gemeentelijk Meldpunt Ondermijning.",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.platform, app.state.service = platform, service
    install(app)
    for router in routers:
        app.include_router(router)
    health(app, service)
    app.include_router(operations_routes(current_person(platform), lambda: status_of(service)))
    app.include_router(processing_routes(current_person(platform), ProcessingReading(platform)))
    described(app, f"{platform.settings.public_address}/{platform.name}")
    templates = frozenset(str(one.path) for one in iter_route_contexts(app.routes))
    app.add_middleware(Edge, platform=platform, strangers=strangers, templates=templates)
    # Who calls, where a proxy that is trusted says so; anybody else's word about it counts for nothing.
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=platform.settings.trusted_addresses)
    return app
