"""Who visits: the session of a request, and of a form that was sent."""

from __future__ import annotations

import secrets
from typing import Any

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from services.portal import kept as keeping
from services.portal.kept import Kept
from services.portal.leaving import StalePage, page_of
from services.portal.places import Places
from services.portal.sessions import COOKIE, Session, Sessions
from shared.errors import NotAuthenticated, NotFound

MOST_FIELDS = 2000
"""The largest page is a matrix: a field for each cell, and some for each row and column."""


class Visits:
    """`visitor`, `form`: dependencies of a route, its session and what was filled in. `sending`: while several steps are taken."""

    def __init__(self, sessions: Sessions, kept: Kept, places: Places) -> None:
        async def visitor(request: Request) -> Session:
            found: Session | None = getattr(request.state, "session", None)
            if found is not None:
                # Of one request there is one: what the page changes in it is what is kept.
                return found
            session = await sessions.find(request.cookies.get(COOKIE))
            if session is None:
                raise NotAuthenticated
            request.state.session = session
            if request.method == "GET":
                # Whoever comes back from logging in again finds what he had typed, on the page where he typed it.
                page = f"{request.url.path}{'?' if request.url.query else ''}{request.url.query}"
                request.state.kept = await kept.words(request.cookies.get(keeping.KEPT_COOKIE), session.user_id, page)
            return session

        async def form(request: Request) -> FormData:
            """What was sent, by somebody who had the page; raises StalePage for a form that this session did not get."""
            # Read first: what was typed is not lost when the session has ended meanwhile.
            filled = request.state.filled = await request.form(max_files=0, max_fields=MOST_FIELDS)
            session = await visitor(request)
            if not secrets.compare_digest(str(filled.get("csrf", "")).encode(), session.csrf.encode()):
                raise StalePage
            secret = request.cookies.get(keeping.KEPT_COOKIE)
            if await kept.page_of(secret, session.user_id) == page_of(request, places):
                await kept.drop(secret)
            return filled

        self.visitor: Any = Depends(visitor)
        self.form: Any = Depends(form)
        self.sending = sessions.sending


def sends_to(address: str) -> Response:
    """After something was done: going back and loading again do nothing twice."""
    return RedirectResponse(address, 303)


def chosen(decision: dict[str, Any], key: str) -> dict[str, Any]:
    """The outcome that was chosen; the only one where there is no choice. Raises NotFound."""
    outcomes: list[dict[str, Any]] = decision["outcomes"]
    for one in outcomes:
        if one["key"] == key or (len(outcomes) == 1 and not key):
            return one
    raise NotFound
