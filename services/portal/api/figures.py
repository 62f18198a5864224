"""Charts over time, and the counts that are kept per quarter: for the FG and the beheerder."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.portal.api.visits import Visits
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.use_cases.answered import only_for
from services.portal.use_cases.figures import Charts
from services.portal.use_cases.statistics import QuarterPages
from shared.protocol.designations import BEHEERDER, FG

KEPT_COUNTS = "/cijfers/kwartalen"
COUNTS_FILE = f"{KEPT_COUNTS}/aantallen"
"""Where the counts are taken along: as JSON; beneath it the same as CSV, and their description."""
_READERS = (FG, BEHEERDER)


def router(visits: Visits, figures: Charts, quarters: QuarterPages, pages: Pages) -> APIRouter:
    routes = APIRouter()

    @routes.get("/cijfers")
    async def show(request: Request, session: Session = visits.visitor) -> Response:
        only_for(session, _READERS)
        smallest, doubtful, charts = await figures.charts(session)
        shown: dict[str, Any] = {"smallest": smallest, "doubtful": doubtful, "charts": charts}
        return pages.show("cijfers/cijfers.html", request, **shown)

    @routes.get(KEPT_COUNTS)
    async def by_quarter(request: Request, tot: str = "", session: Session = visits.visitor) -> Response:
        only_for(session, _READERS)
        return pages.show("cijfers/kwartalen.html", request, found=await quarters.page(session, tot))

    async def taken(session: Session, name: str) -> Response:
        only_for(session, _READERS)
        content, kind, called = await quarters.file(session, name)
        headers = {"Content-Disposition": f'attachment; filename="{called}"'}
        return Response(content, media_type=kind, headers=headers)

    @routes.get(COUNTS_FILE)
    async def as_json(session: Session = visits.visitor) -> Response:
        return await taken(session, "json")

    @routes.get(f"{COUNTS_FILE}/csv")
    async def as_csv(session: Session = visits.visitor) -> Response:
        return await taken(session, "csv")

    @routes.get(f"{COUNTS_FILE}/beschrijving")
    async def description(session: Session = visits.visitor) -> Response:
        return await taken(session, "description")

    return routes
