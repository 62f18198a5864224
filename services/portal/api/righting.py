"""Putting right, and what else can be done with a dossier besides deciding."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api.dossiers import opened_by
from services.portal.api.visits import Visits, sends_to
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.use_cases.dossiers import Dossiers
from services.portal.use_cases.righting import Righting
from services.portal.words import PUT_RIGHT_RECORDS, RIGHTED_ABOUT
from shared.http.app import NUMBER


def router(visits: Visits, dossiers: Dossiers, righting: Righting, pages: Pages) -> APIRouter:
    routes = APIRouter(prefix="/dossiers/{number}")

    @routes.get("/rechtzetten")
    async def ways(request: Request, number: str, session: Session = visits.visitor) -> Response:
        """What can be put right here, and what was: the old version beside what stands in its place."""
        found = await opened_by(dossiers, number, session)
        done, session.done = session.done, None
        shown: dict[str, Any] = {
            "decisions": [one for one in found.open["decisions"] if RIGHTED_ABOUT & set(one["about"])],
            "records": [one for one in found.open["records"] if one["category"] in PUT_RIGHT_RECORDS],
            "actions": [one for one in found.deeds if not one["decision"]],
        }
        return pages.show("dossier/rechtzetten.html", request, dossier=found, done=done, **shown)

    @routes.get("/doen/{name}")
    async def form(
        request: Request, number: str, name: str, besluit: str = "", session: Session = visits.visitor
    ) -> Response:
        found = await opened_by(dossiers, number, session)
        action = found.action(name, besluit)
        shown: dict[str, Any] = {"dossier": found, "action": action, "asked": righting.asked(found, action)}
        other = request.query_params.get("others", "")
        if re.fullmatch(NUMBER, other):
            # What was found is filled in: it is joined when somebody says why.
            shown["filled"] = FormData([("others", other)])
        return pages.show("dossier/doen.html", request, **shown)

    @routes.post("/doen/{name}")
    async def act(
        request: Request,
        number: str,
        name: str,
        besluit: str = "",
        filled: FormData = visits.form,
        session: Session = visits.visitor,
    ) -> Response:
        found = await opened_by(dossiers, number, session)
        action = found.action(name, besluit)
        trouble = await righting.act(session, found, action, filled)
        if trouble is None and righting.closes_to_himself(session, action, filled):
            # Of the dossier he sees nothing any more, so no page of it says this.
            session.done = "stood-back"
            return sends_to("/")
        if trouble is None:
            session.done = "put-right"
            return sends_to(f"/dossiers/{number}" if besluit else f"/dossiers/{number}/rechtzetten")
        shown: dict[str, Any] = {"dossier": found, "action": action, "asked": righting.asked(found, action)}
        return pages.show("dossier/doen.html", request, 400, filled=filled, trouble=trouble, **shown)

    return routes
