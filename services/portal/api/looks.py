"""EarlierSignals an earlier signal for the one in hand."""

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
from services.portal.use_cases.filled import text
from services.portal.use_cases.looks import ABOUT_EARLIER, EarlierSignals
from shared.http.app import NUMBER


def router(visits: Visits, dossiers: Dossiers, consulting: EarlierSignals, pages: Pages) -> APIRouter:
    routes = APIRouter(prefix="/dossiers/{number}/eerder")

    @routes.get("")
    async def asked(request: Request, number: str, signaal: str = "", session: Session = visits.visitor) -> Response:
        """`signaal`: the earlier one, where it was found already."""
        found = await opened_by(dossiers, number, session)
        shown: dict[str, Any] = {
            "dossier": found,
            "looks": await consulting.looks(session, found),
            "asked": ABOUT_EARLIER,
            "filled": FormData([("case", signaal)] if re.fullmatch(NUMBER, signaal) else []),
        }
        return pages.show("dossier/eerder.html", request, **shown)

    @routes.post("")
    async def ask(
        request: Request, number: str, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        found = await opened_by(dossiers, number, session)
        trouble = await consulting.ask(session, found, filled)
        if trouble is None:
            return sends_to(f"/dossiers/{number}/eerder/{text(filled, 'case').upper()}")
        shown: dict[str, Any] = {
            "dossier": found,
            "looks": await consulting.looks(session, found),
            "asked": ABOUT_EARLIER,
        }
        return pages.show("dossier/eerder.html", request, 400, filled=filled, trouble=trouble, **shown)

    @routes.get("/{case}")
    async def read(request: Request, number: str, case: str, session: Session = visits.visitor) -> Response:
        found = await opened_by(dossiers, number, session)
        earlier = await consulting.read(session, found, case)
        return pages.show("dossier/eerder-lezen.html", request, dossier=found, earlier=earlier)

    return routes
