"""The start page of the beheerder, and the protocol in force."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.portal.api.visits import Visits
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.use_cases.answered import only_for
from services.portal.use_cases.beheer import Beheer
from services.portal.use_cases.protocol import Printed
from shared.clock import SystemClock, calendar_date
from shared.protocol.designations import BEHEERDER
from shared.protocol.municipality import SecurityPolicy


def router(
    visits: Visits, beheer: Beheer, protocol: Callable[[], Printed], pages: Pages, policy: SecurityPolicy
) -> APIRouter:
    """`protocol`: made at the first look, since it takes a while, and kept."""
    routes = APIRouter()

    @routes.get("/beheer")
    async def start(request: Request, session: Session = visits.visitor) -> Response:
        only_for(session, (BEHEERDER,))
        standing = policy.standing(calendar_date(SystemClock().now()))
        return pages.show(
            "beheer/beheer.html", request, found=await beheer.start(session), policy=policy, standing=standing
        )

    @routes.get("/protocol")
    async def law(request: Request, session: Session = visits.visitor) -> Response:
        """For everybody who works by it."""
        return pages.show("beheer/protocol.html", request, protocol=protocol())

    return routes
