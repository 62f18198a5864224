"""Status and traces. The protocol knows no designation for who runs the system: the beheerder has these pages."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api.visits import Visits
from services.portal.forms import Control
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.answered import only_for
from services.portal.use_cases.filled import text
from services.portal.use_cases.operations import Operations, Span
from shared.protocol.designations import BEHEERDER

_WHICH = Control(
    "text", "trace", "Kenmerk van de verwerking", "32 tekens, zoals het in het auditspoor staat", required=True
)


def router(visits: Visits, operations: Operations, pages: Pages) -> APIRouter:
    routes = APIRouter()

    async def page(
        request: Request, session: Session, spans: list[Span] | None, trouble: Trouble | None, filled: FormData
    ) -> Response:
        parts = await operations.status(session)
        # No service judges who reads a trace, and asking them has told what he is now.
        only_for(session, (BEHEERDER,))
        shown: dict[str, Any] = {
            "parts": parts,
            "which": (_WHICH,),
            "keeps_traces": operations.keeps_traces,
        }
        status = 400 if trouble else 200
        return pages.show("status/status.html", request, status, spans=spans, trouble=trouble, filled=filled, **shown)

    @routes.get("/status")
    async def show(request: Request, session: Session = visits.visitor) -> Response:
        only_for(session, (BEHEERDER,))
        return await page(request, session, None, None, FormData())

    @routes.post("/status/verwerking")
    async def trace(request: Request, filled: FormData = visits.form, session: Session = visits.visitor) -> Response:
        """It changes nothing; what is typed comes into no address."""
        only_for(session, (BEHEERDER,))
        spans = await operations.trace(text(filled, _WHICH.name).lower())
        wrong = Trouble("Vul één kenmerk in.", ((_WHICH.name, "Dit is geen kenmerk van een verwerking."),))
        return await page(request, session, spans, wrong if spans is None else None, filled)

    return routes
