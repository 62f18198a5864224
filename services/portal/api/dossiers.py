"""A dossier and its forms."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api.visits import Visits, chosen, sends_to
from services.portal.grid import is_grid
from services.portal.pages import Pages
from services.portal.seen import Opened, Trouble
from services.portal.sessions import Session
from services.portal.use_cases.dossiers import Dossiers
from services.portal.use_cases.questions import QUESTION_RECORD
from shared.errors import NotFound
from shared.http.app import DUTY, NUMBER
from shared.protocol.opening import purpose_fault


def router(visits: Visits, dossiers: Dossiers, pages: Pages) -> APIRouter:
    routes = APIRouter()
    opened = opened_by(dossiers)

    @routes.get("/dossiers/{number}")
    async def dossier(request: Request, number: str, session: Session = visits.visitor) -> Response:
        try:
            found = await opened(number, session)
        except NotOpened:
            return pages.show("dossier/openen.html", request, number=number)
        done, session.done = session.done, None
        return pages.show("dossier/dossier.html", request, dossier=found, done=done)

    @routes.post("/dossiers/{number}/openen")
    async def open_it(
        request: Request, number: str, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        """For what it is opened is chosen, and goes to the audit trail with every look."""
        if not (_is(NUMBER, number) or _is(DUTY, number)):
            raise NotFound
        purpose = str(filled.get("purpose", ""))
        if purpose_fault(purpose):
            trouble = Trouble("Kies waarvoor u dit dossier opent.", (("purpose", "Kies één doel."),))
            return pages.show("dossier/openen.html", request, 400, number=number, trouble=trouble, filled=filled)
        session.purposes[number] = purpose
        return sends_to(f"/dossiers/{number}")

    @routes.get("/dossiers/{number}/besluiten/{key}")
    async def question(
        request: Request, number: str, key: str, antwoord: str = "", session: Session = visits.visitor
    ) -> Response:
        found = await opened(number, session)
        decision = found.decision(key)
        if is_grid(decision):
            return sends_to(f"/dossiers/{number}/rooster/{key}")
        if len(decision["outcomes"]) > 1 and not antwoord:
            return pages.show("dossier/vraag.html", request, dossier=found, decision=decision)
        outcome = chosen(decision, antwoord)
        if outcome["shares"]:
            # What leaves the file is composed and read beforehand.
            return sends_to(f"/dossiers/{number}/delen/{key}?antwoord={outcome['key']}")
        asked = dossiers.asked(found, decision, outcome)
        return pages.show(
            "dossier/besluit.html", request, dossier=found, decision=decision, outcome=outcome, asked=asked
        )

    @routes.post("/dossiers/{number}/besluiten/{key}")
    async def decide(
        request: Request,
        number: str,
        key: str,
        antwoord: str = "",
        filled: FormData = visits.form,
        session: Session = visits.visitor,
    ) -> Response:
        found = await opened(number, session)
        decision = found.decision(key)
        outcome = chosen(decision, antwoord)
        trouble = await dossiers.decide(session, found, decision, outcome, filled)
        if trouble is None:
            session.done = "decided"
            return sends_to(f"/dossiers/{number}")
        shown: dict[str, Any] = {"dossier": found, "decision": decision, "outcome": outcome, "filled": filled}
        asked = dossiers.asked(found, decision, outcome)
        return pages.show("dossier/besluit.html", request, 400, trouble=trouble, asked=asked, **shown)

    @routes.get("/dossiers/{number}/vastleggen/{category}")
    async def recording(request: Request, number: str, category: str, session: Session = visits.visitor) -> Response:
        found = await opened(number, session)
        record = found.record(category)
        if record["composed"]:
            return sends_to(f"/dossiers/{number}/delen/stukken/{category}")
        if category == QUESTION_RECORD:
            return sends_to(f"/dossiers/{number}/vragen")
        asked = dossiers.recorded(found, record)
        return pages.show("dossier/vastleggen.html", request, dossier=found, record=record, asked=asked)

    @routes.post("/dossiers/{number}/vastleggen/{category}")
    async def record_it(
        request: Request, number: str, category: str, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        found = await opened(number, session)
        record = found.record(category)
        trouble = await dossiers.keep(session, found, record, filled)
        if trouble is None:
            session.done = "recorded"
            return sends_to(f"/dossiers/{number}")
        asked = dossiers.recorded(found, record)
        shown: dict[str, Any] = {"dossier": found, "record": record, "filled": filled, "asked": asked}
        return pages.show("dossier/vastleggen.html", request, 400, trouble=trouble, **shown)

    @routes.post("/dossiers/{number}/intrekken")
    async def withdraw(
        request: Request, number: str, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        found = await opened(number, session)
        trouble = await dossiers.withdraw(session, found, filled)
        if trouble is None:
            session.done = "withdrawn"
            return sends_to(f"/dossiers/{number}")
        return pages.show("dossier/dossier.html", request, 400, dossier=found, trouble=trouble, filled=filled)

    return routes


def opened_by(dossiers: Dossiers) -> Callable[[str, Session], Awaitable[Opened]]:
    """Opens a dossier for a page about it."""

    async def opened(number: str, session: Session) -> Opened:
        """Raises NotFound also for what is no number: there is no such dossier."""
        if not (_is(NUMBER, number) or _is(DUTY, number)):
            raise NotFound
        if number not in session.purposes:
            raise NotOpened
        return await dossiers.open(session, number)

    return opened


class NotOpened(NotFound):
    """Het dossier is nog niet geopend."""


def _is(pattern: str, number: str) -> bool:
    return re.fullmatch(pattern, number) is not None
