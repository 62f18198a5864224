"""The work list."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.portal.api.visits import Visits
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.use_cases.work import Work


def router(visits: Visits, work: Work, pages: Pages) -> APIRouter:
    routes = APIRouter()

    @routes.get("/")
    async def mine(request: Request, session: Session = visits.visitor) -> Response:
        done, session.done = session.done, None
        return pages.show("work/mijn-werk.html", request, mine=await work.mine(session), done=done)

    return routes
