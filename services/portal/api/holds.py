"""HoldPages: asked by who handles the file or the privacy officer, agreed to and ended by the beheerder, watched by the FG."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api.visits import Visits, sends_to
from services.portal.forms import Control
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.filled import text
from services.portal.use_cases.holds import ENDED_ON, REASON, HoldPages
from shared.errors import NotFound
from shared.http.app import NUMBER
from shared.protocol.co_signing import AGREE, DISAGREE
from shared.protocol.designations import BEHEERDER

_ADDRESS = "/vernietiging/stops"
_WHICH = Control("text", "number", "Nummer van het signaal", "Zoals S-7K3MQ-9XD4T", required=True)


def router(visits: Visits, holds: HoldPages, pages: Pages) -> APIRouter:
    routes = APIRouter()

    async def page(request: Request, session: Session, number: str, status: int = 200, **more: Any) -> Response:
        if not re.fullmatch(NUMBER, number):
            raise NotFound
        found = await holds.of_signal(session, number)
        asked = await holds.asked(session, found)
        shown: dict[str, Any] = {"found": found, "asked": asked, "ended_on": ENDED_ON, "reason": REASON}
        return pages.show(
            "vernietiging/stop.html",
            request,
            status,
            may=BEHEERDER in session.roles,
            **(shown | {"about": None} | more),
        )

    @routes.get(_ADDRESS)
    async def listed(
        request: Request, cursor: str = "", lopend: str = "", session: Session = visits.visitor
    ) -> Response:
        """Two lists, each with its own pages: `lopend` is where that of the requests goes on."""
        found, running = await holds.all(session, cursor), await holds.running(session, lopend)
        shown: dict[str, Any] = {"found": found, "running": running, "cursor": cursor, "which": (_WHICH,)}
        return pages.show("vernietiging/stops.html", request, later=bool(lopend), **shown)

    @routes.post(f"{_ADDRESS}/zoeken")
    async def search(request: Request, filled: FormData = visits.form, session: Session = visits.visitor) -> Response:
        """What somebody types comes into no address before it is known to be a number."""
        number = text(filled, _WHICH.name).upper()
        if re.fullmatch(NUMBER, number):
            return sends_to(f"{_ADDRESS}/{number}")
        wrong = Trouble("Vul één nummer in.", ((_WHICH.name, "Dit is geen nummer van een signaal."),))
        found = await holds.all(session)
        shown: dict[str, Any] = {"found": found, "which": (_WHICH,), "filled": filled, "cursor": "", "later": False}
        shown["running"] = await holds.running(session)
        return pages.show("vernietiging/stops.html", request, 400, trouble=wrong, **shown)

    @routes.get(f"{_ADDRESS}/{{number}}")
    async def one(request: Request, number: str, session: Session = visits.visitor) -> Response:
        done, session.done = session.done, None
        # What he typed before he had to log in belongs to the stop that it was about, or to a new one.
        kept: FormData | None = request.state.kept
        return await page(request, session, number, done=done, about=kept.get("hold") if kept else None)

    @routes.post(f"{_ADDRESS}/{{number}}")
    async def ask(
        request: Request, number: str, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        if not re.fullmatch(NUMBER, number):
            raise NotFound
        found = await holds.of_signal(session, number)
        asked = await holds.asked(session, found)
        if not asked:
            raise NotFound
        trouble = await holds.ask(session, found, asked, filled)
        if trouble:
            return await page(request, session, number, 400, trouble=trouble, filled=filled)
        session.done = "asked"
        return sends_to(f"{_ADDRESS}/{number}")

    @routes.post(f"{_ADDRESS}/{{number}}/{{hold}}/{{what}}")
    async def answer(
        request: Request,
        number: str,
        hold: UUID,
        what: str,
        filled: FormData = visits.form,
        session: Session = visits.visitor,
    ) -> Response:
        if not re.fullmatch(NUMBER, number) or what not in ("akkoord", "niet-akkoord", "beeindigen"):
            raise NotFound
        if what == "beeindigen":
            trouble = await holds.end(session, number, str(hold), filled)
        else:
            outcome = AGREE if what == "akkoord" else DISAGREE
            trouble = await holds.answer(session, number, str(hold), outcome, filled)
        if trouble:
            return await page(request, session, number, 400, trouble=trouble, filled=filled, about=str(hold))
        session.done = "answered"
        return sends_to(f"{_ADDRESS}/{number}")

    return routes
