"""What was shared with a department."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api.visits import Visits, sends_to
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.use_cases.received import ReceivedShares
from services.portal.use_cases.shares import answering, missing_in


def router(visits: Visits, inbox: ReceivedShares, pages: Pages) -> APIRouter:
    routes = APIRouter(prefix="/ontvangen")

    @routes.get("")
    async def listed(request: Request, vanaf: str = "", session: Session = visits.visitor) -> Response:
        found = await inbox.listed(session, vanaf or None)
        done, session.done = session.done, None
        return pages.show("received/ontvangen.html", request, found=found, later=bool(vanaf), done=done)

    @routes.get("/{identifier}")
    async def one(request: Request, identifier: UUID, session: Session = visits.visitor) -> Response:
        found = await inbox.one(session, identifier)
        return pages.show("received/verstrekking.html", request, received=found, asked=answering())

    @routes.get("/{identifier}/document")
    async def document(request: Request, identifier: UUID, session: Session = visits.visitor) -> Response:
        # Neither number nor name in that of the file: it ends up in a list of what was fetched.
        headers = {"Content-Disposition": 'attachment; filename="verstrekking.pdf"'}
        return Response(await inbox.document(session, identifier), media_type="application/pdf", headers=headers)

    @routes.post("/{identifier}/antwoord")
    async def answer(
        request: Request, identifier: UUID, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        found = await inbox.one(session, identifier)
        trouble = missing_in(filled) or await inbox.answer(session, found, filled)
        if trouble is None:
            session.done = "answered"
            return sends_to("/ontvangen")
        return pages.show(
            "received/verstrekking.html",
            request,
            400,
            received=found,
            asked=answering(),
            trouble=trouble,
            filled=filled,
        )

    return routes
