"""The rights desk: the register of requests, a form to register one, and the letters of one."""

from __future__ import annotations

import secrets
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api.dossiers import NotOpened, opened_by
from services.portal.api.visits import Visits, sends_to
from services.portal.menu import HAVE_THE_FILE
from services.portal.pages import Pages
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.answered import only_for
from services.portal.use_cases.dossiers import Dossiers
from services.portal.use_cases.filled import text
from services.portal.use_cases.requests import RequestPages
from shared.errors import NotFound
from shared.protocol.designations import BEHEERDER, FG

REGISTER_ADDRESS = "/verzoeken"
REGISTERS = HAVE_THE_FILE | {BEHEERDER}


def router(visits: Visits, dossiers: Dossiers, requests: RequestPages, pages: Pages) -> APIRouter:
    routes = APIRouter()

    @routes.get(REGISTER_ADDRESS)
    async def listed(
        request: Request, beantwoord: str = "", cursor: str = "", session: Session = visits.visitor
    ) -> Response:
        only_for(session, REGISTERS | {FG})
        found = await requests.all(session, cursor, done=beantwoord == "ja")
        done, session.done = session.done, None
        shown: dict[str, Any] = {"found": found, "answered_ones": beantwoord == "ja", "done": done}
        shown |= {"opens": bool(set(session.roles) & HAVE_THE_FILE), "may": bool(set(session.roles) & REGISTERS)}
        return pages.show("requests/verzoeken.html", request, **shown)

    @routes.get(f"{REGISTER_ADDRESS}/nieuw")
    async def form(request: Request, session: Session = visits.visitor) -> Response:
        only_for(session, REGISTERS)
        # What was kept may have been registered already: under its own key it is not registered again.
        key = text(request.state.kept or FormData(), "key") or secrets.token_urlsafe(16)
        return pages.show("requests/registreren.html", request, asked=requests.asked, key=key)

    @routes.post(f"{REGISTER_ADDRESS}/nieuw")
    async def register(request: Request, filled: FormData = visits.form, session: Session = visits.visitor) -> Response:
        only_for(session, REGISTERS)
        number, trouble = await requests.register(session, filled)
        if trouble:
            # Nothing was registered under the key of this form.
            shown: dict[str, Any] = {
                "asked": requests.asked,
                "filled": filled,
                "trouble": trouble,
                "key": text(filled, "key"),
            }
            return pages.show("requests/registreren.html", request, 400, **shown)
        session.done = "registered"
        return sends_to(f"/dossiers/{number}" if set(session.roles) & HAVE_THE_FILE else REGISTER_ADDRESS)

    # --- the letters of one ---------------------------------------------------------------------

    async def opened(number: str, session: Session) -> Opened:
        """Raises NotFound for what is no request, NotOpened."""
        found = await opened_by(dossiers, number, session)
        if "request" not in found.view:
            raise NotFound
        return found

    def letters_page(request: Request, found: Opened, trouble: Trouble | None, done: str | None) -> Response:
        shown: dict[str, Any] = {"dossier": found, "offered": requests.offered(found), "trouble": trouble, "done": done}
        return pages.show("requests/brieven.html", request, 400 if trouble else 200, **shown)

    @routes.get("/dossiers/{number}/brieven")
    async def letters(request: Request, number: str, session: Session = visits.visitor) -> Response:
        try:
            found = await opened(number, session)
        except NotOpened:
            return sends_to(f"/dossiers/{number}")
        done, session.done = session.done, None
        return letters_page(request, found, None, done)

    @routes.post("/dossiers/{number}/brieven/{kind}")
    async def make(
        request: Request, number: str, kind: str, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        trouble = await requests.make(session, await opened(number, session), kind, filled)
        if trouble is None:
            session.done = "made"
            return sends_to(f"/dossiers/{number}/brieven")
        return letters_page(request, await opened(number, session), trouble, None)

    @routes.get("/dossiers/{number}/brieven/{letter}")
    async def document(number: str, letter: str, session: Session = visits.visitor) -> Response:
        found = await requests.pdf(session, await opened(number, session), letter)
        return Response(found, media_type="application/pdf", headers=_named("brief.pdf"))

    @routes.get("/dossiers/{number}/brieven/{letter}/kopie")
    async def copy(number: str, letter: str, session: Session = visits.visitor) -> Response:
        found = await requests.copy(session, await opened(number, session), letter)
        return Response(found, media_type="application/json", headers=_named("brief.json"))

    return routes


def _named(name: str) -> dict[str, str]:
    """Neither number nor name in that of the file: it ends up in a list of what was fetched."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}
