"""Logging in and out."""

from __future__ import annotations

import contextlib

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal import kept as keeping
from services.portal.api.visits import Visits, sends_to
from services.portal.calls import Calls
from services.portal.kept import Kept
from services.portal.leaving import BACK, BACK_SECONDS, forget, own, remember
from services.portal.menu import start
from services.portal.pages import WARNED_SECONDS, Pages
from services.portal.places import FIRST_PAGE
from services.portal.sessions import COOKIE, LOG_IN_TAKES, Session, Sessions
from shared.errors import NotAuthenticated, PartDown

LOG_IN_COOKIE = "__Host-inloggen"
log = structlog.get_logger()


def router(visits: Visits, sessions: Sessions, kept: Kept, calls: Calls, pages: Pages) -> APIRouter:
    routes = APIRouter()

    @routes.get("/inloggen")
    async def log_in(request: Request, opnieuw: str = "") -> Response:
        """`opnieuw`: somebody shows again who he is, also to a provider that knows him."""
        sealed, begun = sessions.begin_log_in()
        try:
            answer = sends_to(await calls.log_in_address(begun, anew=bool(opnieuw)))
        except PartDown:
            return away(request)
        # For as long as logging in may take.
        remember(answer, LOG_IN_COOKIE, sealed, LOG_IN_TAKES)
        return answer

    def failed(request: Request) -> Response:
        """Not to the provider again at once: it might answer the same for ever."""
        answer = pages.show("log_in/uitgelogd.html", request, 400, why="mislukt")
        forget(answer, LOG_IN_COOKIE)
        return answer

    def away(request: Request) -> Response:
        """Who is logged in works on. Where somebody was going is remembered still, and what he typed."""
        answer = pages.show("log_in/uitgelogd.html", request, 503, why="weg")
        forget(answer, LOG_IN_COOKIE)
        return answer

    @routes.get("/callback")
    async def callback(request: Request, code: str = "", state: str = "") -> Response:
        begun = sessions.end_log_in(request.cookies.get(LOG_IN_COOKIE), state)
        if begun is None or not code:
            return failed(request)
        before = request.cookies.get(COOKIE)
        try:
            session = await calls.log_in(code, begun)
            # What there was before in this browser is over, whoever it was.
            await sessions.end(before)
            left = await sessions.left(before)
            if left and left.user_id == session.user_id:
                session.goes_on_from(left)
            number = await sessions.begin(session)
        except NotAuthenticated:
            return failed(request)
        except PartDown:
            return away(request)
        back = await kept.page_of(request.cookies.get(keeping.KEPT_COOKIE), session.user_id)
        asked = own(request.cookies.get(BACK, FIRST_PAGE))
        # Who asked for the first page asked for nothing in particular.
        answer = sends_to(back or (start(session.roles) if asked == FIRST_PAGE else asked))
        answer.set_cookie(COOKIE, number, secure=True, httponly=True, samesite="lax")
        for one in (LOG_IN_COOKIE, BACK, *(() if back else (keeping.KEPT_COOKIE,))):
            forget(answer, one)
        return answer

    @routes.get("/opnieuw-inloggen")
    async def anew(request: Request, session: Session = visits.visitor) -> Response:
        return pages.show("log_in/opnieuw.html", request)

    @routes.get("/bijna-uitgelogd")
    async def soon(request: Request, terug: str = FIRST_PAGE) -> Response:
        """Where a page goes by itself on which nobody did anything. Looking at it is no sign that somebody is there."""
        if await sessions.find(request.cookies.get(COOKIE), at_work=False) is None:
            return sends_to("/uitgelogd?waarom=tijd")
        answer = pages.show("log_in/bijna.html", request, back=own(terug), minutes=WARNED_SECONDS // 60)
        answer.headers["Refresh"] = f"{WARNED_SECONDS}; url=/uitgelogd?waarom=tijd"
        remember(answer, BACK, own(terug), BACK_SECONDS)
        return answer

    @routes.get("/uitgelogd")
    async def logged_out(request: Request, waarom: str = "") -> Response:
        is_here = await sessions.find(request.cookies.get(COOKIE), at_work=False) is not None
        why = "elders" if is_here else "tijd" if waarom == "tijd" else "uitgelogd"
        back = own(request.cookies.get(BACK, FIRST_PAGE))
        return pages.show("log_in/uitgelogd.html", request, why=why, back=back)

    @routes.post("/uitloggen")
    async def log_out(request: Request, filled: FormData = visits.form, session: Session = visits.visitor) -> Response:
        request.state.session = None
        try:
            # All of his sessions end with it.
            await calls.log_out(session)
            answer = sends_to("/uitgelogd")
        except PartDown:
            log.warning("access was not told that somebody logged out")
            with contextlib.suppress(PartDown):
                await sessions.end(session.number)
            answer = pages.show("log_in/uitgelogd.html", request, 503, why="half")
        for one in (COOKIE, BACK, keeping.KEPT_COOKIE):
            forget(answer, one)
        return answer

    @routes.get("/livez")
    @routes.get("/readyz")
    async def alive() -> Response:
        return Response("ok", media_type="text/plain")

    return routes
