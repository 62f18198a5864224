"""DesignationPages: who is what, what excludes what, designate and end. Of the beheerder; the FG sees them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api.visits import Visits, sends_to
from services.portal.forms import chosen
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.answered import only_for
from services.portal.use_cases.designations import DesignationPages, is_open
from shared.protocol.designations import BEHEERDER, FG

_ADDRESS = "/beheer/aanwijzingen"
_PERSON = f"{_ADDRESS}/persoon"
_USER = r"[A-Za-z0-9-]{8,64}"


def router(visits: Visits, designations: DesignationPages, pages: Pages) -> APIRouter:
    routes = APIRouter()

    async def page(request: Request, session: Session, cursor: str = "", status: int = 200, **more: Any) -> Response:
        found = await designations.listed(session, cursor)
        now = datetime.now(UTC)
        rows = [
            one | {"open": is_open(one, now), "began": one["startsAt"] < one["endsAt"]} for one in found["designations"]
        ]
        offered = designations.offered()
        return pages.show(
            "beheer/aanwijzingen.html",
            request,
            status,
            rows=rows,
            next=found["next"],
            offered=offered,
            who=(designations.who,),
            may=BEHEERDER in session.roles,
            **more,
        )

    @routes.get(_ADDRESS)
    async def listed(request: Request, cursor: str = "", session: Session = visits.visitor) -> Response:
        only_for(session, (BEHEERDER, FG))
        done, session.done = session.done, None
        return await page(request, session, cursor, done=done)

    async def form_for(request: Request, session: Session, filled: FormData, trouble: Trouble | None) -> Response:
        """The form for one person: what he is already excludes some of it, and that is said before anything is chosen."""
        user_id = chosen("userId", filled) or ""
        held = await designations.held_by(session, user_id, datetime.now(UTC))
        offered = designations.offered(held)
        return pages.show(
            "beheer/aanwijzen.html",
            request,
            400 if trouble else 200,
            user_id=user_id,
            held=held,
            offered=offered,
            asked=designations.asked(offered),
            trouble=trouble,
            filled=filled,
        )

    @routes.get(_PERSON)
    async def person_again(request: Request, session: Session = visits.visitor) -> Response:
        """For who comes back to the form that he was filling in; without what he typed nobody knows whom it was about."""
        only_for(session, (BEHEERDER,))
        kept: FormData | None = request.state.kept
        return await about(request, session, kept) if kept else sends_to(_ADDRESS)

    @routes.post(_PERSON)
    async def person(request: Request, filled: FormData = visits.form, session: Session = visits.visitor) -> Response:
        """Who he is goes by POST: the number of a person stands in no address."""
        only_for(session, (BEHEERDER,))
        return await about(request, session, filled)

    async def about(request: Request, session: Session, filled: FormData) -> Response:
        if not re.fullmatch(_USER, chosen("userId", filled) or ""):
            wrong = Trouble(
                "Kies wie u aanwijst.", (("userId", "Kies een naam, of vul het nummer van één gebruiker in."),)
            )
            return await page(request, session, status=400, trouble=wrong, filled=filled)
        return await form_for(request, session, filled, None)

    @routes.post(f"{_PERSON}/aanwijzen")
    async def designate(
        request: Request, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        only_for(session, (BEHEERDER,))
        trouble = await designations.designate(session, filled)
        if trouble is None:
            session.done = "designated"
            return sends_to(_ADDRESS)
        return await form_for(request, session, filled, trouble)

    @routes.post(f"{_ADDRESS}/{{number}}/beeindigen")
    async def end(
        request: Request, number: int, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        only_for(session, (BEHEERDER,))
        trouble = await designations.end(session, number)
        if trouble is None:
            session.done = "ended"
            return sends_to(_ADDRESS)
        return await page(request, session, status=400, trouble=trouble)

    return routes
