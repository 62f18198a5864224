"""The public pages, as a process of their own: no session, no token, no address of a service but that of the door.

A report goes to intake as any visitor's would; what it is and whether it is accepted, intake says.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, Response
from starlette.datastructures import FormData
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from services.portal import measured
from services.portal.forms import Control
from services.portal.guard import Guard
from services.portal.guides import PICTURES, Guides
from services.portal.pages import OF_VISITORS, Pages
from services.portal.settings import PublicSettings
from services.portal.static import static
from services.portal.trouble import Trouble
from shared.asking import PUBLIC_PAGES
from shared.errors import NotFound, PartDown
from shared.protocol.laws import Laws
from shared.telemetry import set_up_logs

REPORT_CONTROLS = (
    Control(
        "area", "text", "Wat hebt u gezien of gehoord?", "Waar was het, wanneer, en wat gebeurde er?", required=True
    ),
    Control("text", "objects.0.address", "Op welk adres of welke plek?"),
    Control("text", "subjects.0.name", "Wie is erbij betrokken, als u dat weet?"),
    Control("text", "subjects.0.address", "Waar woont of werkt die persoon?"),
)
REPORTER_CONTROLS = (
    Control("text", "reporter.name", "Uw naam"),
    Control("text", "reporter.email", "Uw e-mailadres"),
    Control("text", "reporter.phone", "Uw telefoonnummer"),
)
INFORMATION = {
    "/uw-gegevens": "public/uw-gegevens.html",
    "/uw-rechten": "public/uw-rechten.html",
    "/toegankelijkheid": "public/toegankelijkheid.html",
}
"""Pages that are only read, by their address."""
OF_WHO_REPORTS = "melder"
"""The name of his guide."""
FORM_KEY = re.compile(r"[A-Za-z0-9_-]{8,200}")
"""As the form has it: it goes in a header, where not everything can stand."""
_THERE_STILL = "Wat u hebt ingevuld, staat er nog: probeer het over een paar minuten opnieuw."
DOOR_SHUT = f"Uw melding kan nu niet worden verstuurd. {_THERE_STILL}"
NOT_WITHDRAWN = f"Uw contact kan nu niet worden ingetrokken. {_THERE_STILL}"
RECEIPT_CONTROL = Control("text", "receiptCode", "Uw ontvangstcode", "Zoals R-7K3MQ-9XD4T12345", required=True)


class Door:
    """Where reports go in: intake, and nothing else of the house."""

    def __init__(self, settings: PublicSettings) -> None:
        self._settings = settings
        self._shown: ssl.SSLContext | bool | None = None
        self._http: httpx.AsyncClient | None = None
        self._former: httpx.AsyncClient | None = None

    async def post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> httpx.Response:
        """Raises httpx.HTTPError, and OSError for certificates that cannot be read."""
        shown = self._settings.tls.context if self._settings.tls else True
        if self._http is None or shown is not self._shown:
            # Who still waits for an answer of the former one has it first: that is let go with the next renewal.
            await _let_go(self._former)
            self._former = self._http
            limits = httpx.Limits(keepalive_expiry=2)
            address = self._settings.intake_address
            self._http = httpx.AsyncClient(base_url=address, timeout=15, limits=limits, verify=shown)
            self._shown = shown
        return await self._http.post(path, json=body, headers=headers)

    async def close(self) -> None:
        for one in (self._http, self._former):
            await _let_go(one)


async def _let_go(http: httpx.AsyncClient | None) -> None:
    if http is not None:
        await http.aclose()


def create(settings: PublicSettings | None = None) -> FastAPI:
    settings = settings or PublicSettings.model_validate({})
    set_up_logs("portal-public", settings.log_level, settings.instance)
    law = Laws.read(settings.protocol, settings.protocols).configured
    pages = Pages(law, live=settings.live, theme=settings.theme, errors=OF_VISITORS)
    door = Door(settings)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await door.close()

    app = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    pages.install(app)
    app.include_router(router(door, pages))
    app.include_router(help_router(Guides(settings.guides), pages, settings.guides))
    app.mount("/static", static())
    measured.install(app, PUBLIC_PAGES, settings)
    app.add_middleware(Guard, origin=settings.public_address)
    trusted = [one.strip() for one in settings.trusted_proxies.split(",") if one.strip()]
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=trusted)
    return app


def help_router(guides: Guides, pages: Pages, folder: Path) -> APIRouter:
    """The guide of who reports, and of the pictures those that it shows: the others are of pages that are not for him."""
    routes, guide = APIRouter(), guides.all.get(OF_WHO_REPORTS)

    @routes.get("/hulp")
    async def help_page(request: Request) -> Response:
        if guide is None:
            raise NotFound
        return pages.show("public/hulp.html", request, guide=guide)

    @routes.get("/hulp/" + PICTURES + "/{name}")
    async def picture(name: str) -> Response:
        if guide is None or name not in guide.pictures:
            raise NotFound
        return FileResponse(folder / PICTURES / name)

    return routes


def router(door: Door, pages: Pages) -> APIRouter:
    routes = APIRouter()

    async def sent(request: Request, path: str, body: Mapping[str, Any], key: str = "") -> tuple[int, dict[str, Any]]:
        """To the door: status and JSON of its answer. It counts visitors by their address, which it believes of this process
        where it is told to. Raises PartDown, also for what is no answer of the door, as a gateway before it gives."""
        headers = {"X-Forwarded-For": request.client.host} if request.client else {}
        if key:
            headers["Idempotency-Key"] = key
        try:
            answer = await door.post(path, body, headers)
        except (httpx.TransportError, OSError) as problem:
            raise PartDown("intake is out of reach") from problem
        try:
            said = answer.json() if answer.content else {}
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise PartDown("intake answers no JSON")
        return answer.status_code, said

    @routes.get("/")
    async def form(request: Request) -> Response:
        return pages.show(
            "public/melding.html",
            request,
            about=REPORT_CONTROLS,
            reporter=REPORTER_CONTROLS,
            key=secrets.token_urlsafe(16),
        )

    @routes.post("/")
    async def report(request: Request) -> Response:
        filled = await request.form(max_files=0, max_fields=50)
        # Who sends the page again, or clicks twice, has reported once.
        key = str(filled.get("key", ""))
        try:
            status, said = await sent(request, "/v1/signals", reported(filled), key if FORM_KEY.fullmatch(key) else "")
        except PartDown:
            status, said = 503, {"detail": DOOR_SHUT}
        if status < 400:
            return pages.show("public/ontvangen.html", request, 201, code=said["receiptCode"])
        shown = {
            "about": REPORT_CONTROLS,
            "reporter": REPORTER_CONTROLS,
            # It may have come in all the same: sent again it is the same report.
            "key": key if status >= 500 else secrets.token_urlsafe(16),
            "filled": filled,
        }
        return pages.show("public/melding.html", request, status, trouble=_wrong(said), **shown)

    @routes.get("/intrekken")
    async def withdrawal(request: Request) -> Response:
        return pages.show("public/intrekken.html", request, asked=(RECEIPT_CONTROL,), done=False)

    @routes.post("/intrekken")
    async def withdraw(request: Request) -> Response:
        filled = await request.form(max_files=0, max_fields=5)
        body = {"receiptCode": str(filled.get("receiptCode", "")).strip().upper()}
        try:
            status, said = await sent(request, "/v1/withdrawals", body)
        except PartDown:
            status, said = 503, {"detail": NOT_WITHDRAWN}
        if status < 400:
            return pages.show("public/intrekken.html", request, asked=(), done=True)
        trouble = _wrong(said)
        return pages.show(
            "public/intrekken.html",
            request,
            status,
            asked=(RECEIPT_CONTROL,),
            filled=filled,
            trouble=trouble,
        )

    for address, template in INFORMATION.items():
        routes.get(address)(_shows(pages, template))

    @routes.get("/livez")
    @routes.get("/readyz")
    async def alive() -> Response:
        return Response("ok", media_type="text/plain")

    return routes


def _shows(pages: Pages, template: str) -> Callable[[Request], Awaitable[Response]]:
    async def shown(request: Request) -> Response:
        return pages.show(template, request)

    return shown


def reported(filled: FormData) -> dict[str, Any]:
    """The report as the door takes it: what was left empty is absent, and who says nothing of himself is anonymous."""

    def said(*names: str) -> dict[str, str]:
        found = {name.rpartition(".")[2]: str(filled.get(name, "")).replace("\r\n", "\n").strip() for name in names}
        return {name: value for name, value in found.items() if value}

    subject = said("subjects.0.name", "subjects.0.address")
    place = said("objects.0.address")
    reporter = said("reporter.name", "reporter.email", "reporter.phone")
    return {
        "channel": "web",
        **said("text"),
        "subjects": [subject] if subject else [],
        "objects": [{"kind": "address"} | place] if place else [],
        "reporter": {"kind": "person", "wantsContact": True} | reporter if reporter else {"kind": "anonymous"},
    }


def _wrong(said: Mapping[str, Any]) -> Trouble:
    faults = tuple((one["name"], one["reason"]) for one in said.get("invalidParams", ()))
    return Trouble(str(said.get("detail", "")), faults)
