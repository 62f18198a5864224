"""When a log-in has ended: where somebody was is remembered, and what he typed; also when he has to show again who he is.

Where he was is a path of the portal, with numbers and codes only. It stands in a cookie, and nothing leads elsewhere.
"""

from __future__ import annotations

import contextlib
import re
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from services.portal import kept as keeping
from services.portal.kept import Kept
from services.portal.pages import Pages
from services.portal.places import FIRST_PAGE, Places
from services.portal.repeated import written
from services.portal.sessions import COOKIE, Session, Sessions
from shared.errors import Conflict, Forbidden, LogInAnew, MeldpuntError, NotAuthenticated, NotFound, PartDown

BACK = "__Host-terug"
BACK_SECONDS = 3600
MOST_LONG = 1000
"""Of a page with the forms of several questions the address names each of them."""
_OWN = re.compile(r"/(?:[A-Za-z0-9-][A-Za-z0-9/-]*)?(?:\?[A-Za-z0-9=&.:_-]*)?")
_OF_LOG_IN = ("/inloggen", "/callback", "/uitgelogd", "/uitloggen", "/bijna-uitgelogd", "/opnieuw-inloggen", "/static")


class StalePage(Forbidden):
    """Deze pagina hoort niet meer bij uw sessie. Open haar opnieuw en verstuur het nog een keer."""


def own(path: str) -> str:
    """`path`, where it is a page of the portal to go back to: numbers and codes, no name of another site; else the first
    page."""
    is_one = len(path) <= MOST_LONG and _OWN.fullmatch(path) and not path.startswith(_OF_LOG_IN)
    return path if is_one else FIRST_PAGE


def remember(answer: Response, name: str, value: str, seconds: int) -> None:
    """A cookie for the way through the log-in provider, which sends the browser back: so Lax."""
    answer.set_cookie(name, value, seconds, secure=True, httponly=True, samesite="lax")


def forget(answer: Response, name: str) -> None:
    answer.delete_cookie(name, secure=True, httponly=True, samesite="lax")


def install(app: FastAPI, sessions: Sessions, kept: Kept, pages: Pages, places: Places) -> None:
    """What becomes of a request whose log-in is over, or not fresh enough."""

    async def keep(request: Request, answer: Response, session: Session) -> bool:
        """What was sent, for whoever sent it; and where he was. False when it cannot be kept."""
        page = page_of(request, places)
        remember(answer, BACK, page, BACK_SECONDS)
        if not has_words(request):
            return True
        with contextlib.suppress(PartDown):
            secret = await kept.put(session, page, request.state.filled)
            if secret:
                remember(answer, keeping.KEPT_COOKIE, secret, keeping.KEPT_SECONDS)
                return True
        return False

    def shown_at_once(request: Request) -> Response:
        """What was sent stands in the answer, and nowhere else."""
        return pages.show("log_in/uitgelogd.html", request, 401, why="ingestuurd", words=written(request.state.filled))

    async def over(request: Request, error: Exception) -> Response:
        number = request.cookies.get(COOKIE)
        try:
            # access may have ended it while it goes on here.
            await sessions.end(number)
            left = await sessions.left(number)
        except PartDown as problem:
            return await failed(request, problem)
        # It has ended: nothing more is kept of it, and the page that is shown is nobody's.
        request.state.session = None
        if left is None and getattr(request.state, "filled", None) is not None:
            # Nobody knows whose it was: only who sent it sees it, now.
            return shown_at_once(request)
        answer = RedirectResponse("/uitgelogd?waarom=tijd" if left else "/inloggen", 303)
        if left:
            return answer if await keep(request, answer, left) else shown_at_once(request)
        if request.method == "GET":
            remember(answer, BACK, page_of(request, places), BACK_SECONDS)
        return answer

    async def anew(request: Request, error: Exception) -> Response:
        answer = RedirectResponse("/opnieuw-inloggen", 303)
        if await keep(request, answer, request.state.session):
            return answer
        return pages.error(request, PartDown(), words=written(request.state.filled))

    async def failed(request: Request, error: Exception) -> Response:
        """A part is away, or it is refused: what was typed is there still."""
        assert isinstance(error, MeldpuntError)
        session = getattr(request.state, "session", None)
        if not has_words(request):
            return pages.error(request, error)
        if isinstance(error, StalePage):
            # Who sent it had that page, perhaps before somebody else logged in here: it is kept for nobody, and shown now.
            return pages.error(request, error, words=written(request.state.filled), again=page_of(request, places))
        if session is None or isinstance(error, NotFound | Conflict | Forbidden):
            # There may be no form any more to go back to.
            return pages.error(request, error, words=written(request.state.filled))
        answer = pages.error(request, error, page_of(request, places))
        if await keep(request, answer, session):
            return answer
        return pages.error(request, error, words=written(request.state.filled))

    app.add_exception_handler(MeldpuntError, failed)
    app.add_exception_handler(NotAuthenticated, over)
    app.add_exception_handler(LogInAnew, anew)


def has_words(request: Request) -> bool:
    filled: FormData | None = getattr(request.state, "filled", None)
    return filled is not None and bool(written(filled))


def page_of(request: Request, places: Places) -> str:
    """The page on which somebody is: of a form the one that it stands on, where he finds it again."""
    sent = urlsplit(request.headers.get("referer", "")) if request.method != "GET" else request.url
    return own(places.page_of(f"{sent.path or request.url.path}{'?' if sent.query else ''}{sent.query}"))
