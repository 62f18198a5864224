"""The HTTP side of every service: tracing, headers, health, OpenAPI, and a line for every refusal."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, FastAPI, Header, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from opentelemetry.trace import SpanKind
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import audit
from shared.errors import MeldpuntError, PartDown, TooMany
from shared.http.problems import HEADERS, PROBLEM_SCHEMA, TITLES, install
from shared.http.rate import Rate
from shared.identity import Person
from shared.service.platform import Platform
from shared.service.service import Service
from shared.stuck import as_told
from shared.telemetry import set_up_logs

log = structlog.get_logger()

VERSION = "1.0.0"
HEALTH = ("/livez", "/readyz", "/statusz")
API_CONTACT = {
    "name": "Gemeentelijk Meldpunt Ondermijning",
    "url": "https://example.nl/meldpunt",
    "email": "meldpunt@example.nl",
}
NUMBER = r"^S-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$"
DUTY = NUMBER.replace("S-", "D-", 1)


class Edge:
    """Outermost layer: one span and one log line per request, headers on every answer, refusals audited.

    Written as plain ASGI: nothing of a request but its route template and status is recorded.
    """

    def __init__(self, app: ASGIApp, platform: Platform) -> None:
        self.app = app
        self.platform = platform
        # Refusals of strangers are kept too, but nobody can fill the audit trail with them.
        self._strangers = Rate(2400)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        # A visitor chooses 32 digits of a trace id; only who shows a token may.
        known = b"authorization" in headers
        parent = headers.get(b"traceparent", b"").decode("ascii", "ignore") if known else ""
        status = 500
        scope.setdefault("state", {})

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                extra = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message["headers"], *extra, (b"api-version", VERSION.encode())]
            await send(message)

        with self.platform.tracing.span(scope["method"], parent=parent or None, kind=SpanKind.SERVER) as span:
            try:
                # Who looks whether it is ready is no person at work.
                at_work = scope["path"] not in HEALTH
                with self.platform.turns.of_a_person() if at_work else contextlib.nullcontext():
                    await self.app(scope, receive, answer)
            finally:
                route = scope.get("route")
                template = getattr(route, "path", "unknown")
                span.update_name(f"{scope['method']} {template}")
                span.set_attributes({"http.route": template, "http.response.status_code": status})
                if template not in HEALTH:
                    log.debug("request", method=scope["method"], route=template, status=status)
            if status in (400, 401, 403, 404, 409):
                await self._refused(scope, template, status)

    async def _refused(self, scope: Scope, template: str, status: int) -> None:
        """Every refusal is a line in the audit trail; it never says what was sent."""
        if scope["state"].get("public") or template == "unknown":
            return
        number = str(scope.get("path_params", {}).get("number", ""))
        person: Person | None = scope["state"].get("person")
        if person is None:
            try:
                self._strangers.take("")
            except TooMany:
                return
        line = audit.line(
            self.platform.clock.now(),
            f"{scope['method']} {template}",
            actor=person.user_id if person else None,
            record=number if re.match(NUMBER, number) or re.match(DUTY, number) else None,
            result="refused",
            reason=str(status),
        )
        try:
            async with self.platform.database.transaction() as session:
                session.add(line)
        except MeldpuntError:
            log.warning("a refusal could not be written to the audit trail", route=template)


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
    set_up_logs(platform.name, platform.settings.log_level)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(service.run())
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task
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
    install(app)
    for router in routers:
        app.include_router(router)
    _health(app, service)
    _openapi(app, platform)
    app.add_middleware(Edge, platform=platform)
    return app


def _health(app: FastAPI, service: Service) -> None:
    @app.get("/livez", include_in_schema=False)
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> JSONResponse:
        found = await _readiness(service)
        return JSONResponse(found, 200 if found["ready"] else 503)

    @app.get("/statusz", include_in_schema=False)
    async def statusz() -> JSONResponse:
        """For operations: ids and codes, no content."""
        queues = None
        with contextlib.suppress(PartDown):
            queues = [as_told(one) for one in await service.stuck()]
        return JSONResponse(await _readiness(service) | {"queues": queues, "pruned": service.pruned})


async def _readiness(service: Service) -> dict[str, Any]:
    settings, problems = service.platform.settings, await service.problems()
    if settings.may_not_serve:
        problems["live"] = f"nog niet in gebruik te nemen: {'; '.join(settings.missing_for_live)}"
    use = {"trial": not settings.live, "missingForLive": settings.missing_for_live}
    who = {"ready": not problems, "service": service.platform.name, "version": VERSION}
    return who | use | {"problems": problems}


def _openapi(app: FastAPI, platform: Platform) -> None:
    """The description by the Dutch API design rules: problems, the version header, no 422."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema:
            return app.openapi_schema
        found = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes, contact=app.contact
        )
        # The major version belongs to the server's address; the paths are relative to it.
        found["servers"] = [{"url": f"{platform.settings.public_address}/{platform.name}/v1"}]
        found["paths"] = {path.removeprefix("/v1"): one for path, one in found.get("paths", {}).items()}
        components = found.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
        for unused in ("HTTPValidationError", "ValidationError"):
            components["schemas"].pop(unused, None)
        components["securitySchemes"] = {"access": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
        version = {
            "API-Version": {"description": "Version of this API", "schema": {"type": "string", "example": VERSION}}
        }
        tags = set()
        for path in found.get("paths", {}).values():
            for operation in path.values():
                tags |= set(operation.get("tags", []))
                operation["parameters"] = [p for p in operation.get("parameters", []) if p["name"] != "authorization"]
                responses = operation["responses"]
                responses.pop("422", None)
                for status in (400, 401, 403, 404, 409):
                    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
                    responses.setdefault(str(status), {"description": TITLES[status], "content": content})
                for response in responses.values():
                    response["headers"] = response.get("headers", {}) | version
        found["tags"] = [{"name": name} for name in sorted(tags)]
        app.openapi_schema = found
        return found

    @app.get("/v1/openapi.json", include_in_schema=False)
    async def openapi() -> JSONResponse:
        return JSONResponse(describe(), headers={"Access-Control-Allow-Origin": "*"})

    app.openapi = describe  # type: ignore[method-assign]
