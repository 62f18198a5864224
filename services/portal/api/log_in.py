"""Logging in and out."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api.visits import Visits, sends_to
from services.portal.calls import Calls
from services.portal.menu import start
from services.portal.pages import Pages
from services.portal.sessions import COOKIE, LOG_IN_TAKES, Session, Sessions

LOG_IN_COOKIE = "__Host-inloggen"


def router(visits: Visits, sessions: Sessions, calls: Calls, pages: Pages) -> APIRouter:
    routes = APIRouter()

    @routes.get("/inloggen")
    async def log_in() -> Response:
        number, begun = sessions.begin_log_in()
        answer = sends_to(calls.log_in_address(begun))
        # Lax, as the provider sends the browser back; for as long as logging in may take.
        answer.set_cookie(LOG_IN_COOKIE, number, LOG_IN_TAKES, secure=True, httponly=True, samesite="lax")
        return answer

    @routes.get("/callback")
    async def callback(request: Request, code: str = "", state: str = "") -> Response:
        begun = sessions.end_log_in(request.cookies.get(LOG_IN_COOKIE), state)
        if begun is None or not code:
            return pages.show("log_in/uitgelogd.html", request, 400, why="mislukt")
        sessions.end(request.cookies.get(COOKIE))
        session = await calls.log_in(code, begun)
        answer = sends_to(start(session.roles))
        number = sessions.begin(session)
        answer.set_cookie(COOKIE, number, secure=True, httponly=True, samesite="lax")
        answer.delete_cookie(LOG_IN_COOKIE, secure=True, httponly=True, samesite="lax")
        return answer

    @routes.get("/uitgelogd")
    async def logged_out(request: Request) -> Response:
        return pages.show("log_in/uitgelogd.html", request, why="uitgelogd")

    @routes.post("/uitloggen")
    async def log_out(request: Request, filled: FormData = visits.form, session: Session = visits.visitor) -> Response:
        sessions.end_all_of(session.user_id)
        answer = sends_to("/uitgelogd")
        answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax")
        return answer

    @routes.get("/livez")
    @routes.get("/readyz")
    async def alive() -> Response:
        return Response("ok", media_type="text/plain")

    return routes
