"""Charts over time, for the FG and the beheerder."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.portal.api.visits import Visits
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.use_cases.answered import only_for
from services.portal.use_cases.figures import Charts
from services.portal.use_cases.figures import called as in_words
from shared.protocol.designations import BEHEERDER, FG


def router(visits: Visits, figures: Charts, pages: Pages) -> APIRouter:
    routes = APIRouter()

    @routes.get("/cijfers")
    async def show(request: Request, session: Session = visits.visitor) -> Response:
        only_for(session, (FG, BEHEERDER))
        smallest, doubtful, charts = await figures.charts(session)
        shown: dict[str, Any] = {"smallest": smallest, "doubtful": doubtful, "charts": charts, "in_words": in_words}
        return pages.show("cijfers/cijfers.html", request, **shown)

    return routes
