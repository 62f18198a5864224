"""What was shared with whom, for who has the file."""

from __future__ import annotations

import re
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api.visits import Visits, sends_to
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.use_cases.shares import Shares, answering_for, missing_in
from shared.errors import NotFound
from shared.http.app import NUMBER


def router(visits: Visits, shares: Shares, pages: Pages) -> APIRouter:
    routes = APIRouter(prefix="/verstrekkingen")

    @routes.get("")
    async def listed(
        request: Request, dossier: str = "", vanaf: str = "", session: Session = visits.visitor
    ) -> Response:
        if dossier and not re.fullmatch(NUMBER, dossier):
            raise NotFound
        found = await shares.listed(session, dossier or None, vanaf or None)
        done, session.done = session.done, None
        return pages.show(
            "shares/verstrekkingen.html", request, found=found, number=dossier, later=bool(vanaf), done=done
        )

    @routes.get("/{identifier}")
    async def one(request: Request, identifier: UUID, session: Session = visits.visitor) -> Response:
        found = await shares.share(session, identifier)
        done, session.done = session.done, None
        return pages.show("shares/verstrekking.html", request, share=found, asked=answering_for(found), done=done)

    @routes.post("/{identifier}/link")
    async def link(
        request: Request, identifier: UUID, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        """Shown once, on the answer itself: nothing of it is kept here to be shown after a redirect. Sent again, it makes
        another, and those of before count no longer."""
        found = await shares.share(session, identifier)
        made = await shares.link(session, identifier)
        return pages.show("shares/link.html", request, share=found, made=made)

    @routes.post("/{identifier}/antwoord")
    async def answer(
        request: Request, identifier: UUID, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        found = await shares.share(session, identifier)
        trouble = missing_in(filled) or await shares.enter(session, found, filled)
        if trouble is None:
            session.done = "answered"
            return sends_to(f"/verstrekkingen/{identifier}")
        return pages.show(
            "shares/verstrekking.html",
            request,
            400,
            share=found,
            asked=answering_for(found),
            trouble=trouble,
            filled=filled,
        )

    return routes
