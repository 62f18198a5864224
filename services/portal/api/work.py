"""The work list. Filters are codes and stand in the address; what somebody types to find something does not."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api.visits import Visits, sends_to
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.use_cases.filled import text
from services.portal.use_cases.work import DUES, ListAsked, MyWork
from shared.http.app import DOSSIERS


def router(visits: Visits, work: MyWork, pages: Pages) -> APIRouter:
    routes = APIRouter()

    async def shown(request: Request, session: Session, asked: ListAsked) -> Response:
        mine = await work.mine(session, asked)
        number = asked.words.strip().upper()
        if mine.silent and DOSSIERS.fullmatch(number):
            # The list is no way to a dossier: whoever knows its number asks who has it.
            return sends_to(f"/dossiers/{number}")
        done, session.done = session.done, None
        return pages.show("work/mijn-werk.html", request, mine=mine, dues=DUES, done=done)

    @routes.get("/")
    async def mine(
        request: Request, fase: str = "", wat: str = "", na: str = "", session: Session = visits.visitor
    ) -> Response:
        return await shown(request, session, ListAsked(fase, wat, na))

    @routes.post("/zoeken")
    async def find(request: Request, filled: FormData = visits.form, session: Session = visits.visitor) -> Response:
        """Only looks: nothing is done, so there is nowhere to be sent to."""
        asked = ListAsked(text(filled, "fase"), text(filled, "wat"), text(filled, "na"), text(filled, "woorden"))
        return await shown(request, session, asked)

    @routes.get("/zoeken")
    async def found_before(request: Request, session: Session = visits.visitor) -> Response:
        """Who loads the address of what he found again gets his list."""
        return await shown(request, session, ListAsked())

    return routes
