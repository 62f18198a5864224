"""HTTP: parse → use case → page. Every page works without script."""

from __future__ import annotations

import re
import secrets
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from services.portal.calls import Calls
from services.portal.pages import Pages
from services.portal.seen import Opened, Trouble
from services.portal.sessions import COOKIE, LOG_IN_TAKES, Session, Sessions
from services.portal.use_cases import Working
from shared.errors import Forbidden, NotAuthenticated, NotFound
from shared.http.app import DUTY, NUMBER
from shared.protocol.opening import purpose_fault

LOG_IN_COOKIE = "__Host-inloggen"


def sends_to(address: str) -> Response:
    """After something was done: going back and loading again do nothing twice."""
    return RedirectResponse(address, 303)


def log_in_router(sessions: Sessions, calls: Calls, pages: Pages) -> APIRouter:
    routes = APIRouter()

    @routes.get("/inloggen")
    async def log_in() -> Response:
        number, begun = sessions.begin_log_in()
        answer = sends_to(calls.log_in_address(begun))
        # Lax, as the provider sends the browser back; for as long as logging in may take.
        answer.set_cookie(LOG_IN_COOKIE, number, LOG_IN_TAKES, secure=True, httponly=True, samesite="lax")
        return answer

    @routes.get("/callback")
    async def callback(request: Request, code: str = "", state: str = "") -> Response:
        begun = sessions.end_log_in(request.cookies.get(LOG_IN_COOKIE), state)
        if begun is None or not code:
            return pages.show("uitgelogd.html", request, 400, why="mislukt")
        sessions.end(request.cookies.get(COOKIE))
        answer = sends_to("/")
        number = sessions.begin(await calls.log_in(code, begun))
        answer.set_cookie(COOKIE, number, secure=True, httponly=True, samesite="lax")
        answer.delete_cookie(LOG_IN_COOKIE, secure=True, httponly=True, samesite="lax")
        return answer

    @routes.get("/uitgelogd")
    async def logged_out(request: Request) -> Response:
        return pages.show("uitgelogd.html", request, why="uitgelogd")

    @routes.get("/livez")
    @routes.get("/readyz")
    async def alive() -> Response:
        return Response("ok", media_type="text/plain")

    return routes


def router(sessions: Sessions, working: Working, pages: Pages) -> APIRouter:
    routes = APIRouter()

    def of_request(request: Request) -> Session:
        session = sessions.find(request.cookies.get(COOKIE))
        if session is None:
            raise NotAuthenticated
        request.state.session = session
        return session

    async def of_form(request: Request) -> FormData:
        """What was sent, by somebody who had the page; raises Forbidden for a form that this session did not get."""
        session = of_request(request)
        filled = await request.form(max_files=0, max_fields=500)
        if not secrets.compare_digest(str(filled.get("csrf", "")).encode(), session.csrf.encode()):
            raise Forbidden("Deze pagina hoort niet meer bij uw sessie. Ga terug en probeer het opnieuw.")
        return filled

    visitor: Any = Depends(of_request)
    form: Any = Depends(of_form)

    @routes.post("/uitloggen")
    async def log_out(request: Request, filled: FormData = form, session: Session = visitor) -> Response:
        sessions.end_all_of(session.user_id)
        answer = sends_to("/uitgelogd")
        answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax")
        return answer

    @routes.get("/")
    async def mine(request: Request, session: Session = visitor) -> Response:
        done, session.done = session.done, None
        return pages.show("mijn-werk.html", request, mine=await working.mine(session), done=done)

    async def opened(number: str, session: Session) -> Opened:
        """Raises NotFound also for what is no number: there is no such dossier."""
        if not (_is(NUMBER, number) or _is(DUTY, number)):
            raise NotFound
        if number not in session.purposes:
            raise NotOpened
        return await working.open(session, number)

    @routes.get("/dossiers/{number}")
    async def dossier(request: Request, number: str, session: Session = visitor) -> Response:
        try:
            found = await opened(number, session)
        except NotOpened:
            return pages.show("openen.html", request, number=number)
        done, session.done = session.done, None
        return pages.show("dossier.html", request, dossier=found, done=done)

    @routes.post("/dossiers/{number}/openen")
    async def open_it(request: Request, number: str, filled: FormData = form, session: Session = visitor) -> Response:
        """For what it is opened is chosen, and goes to the audit trail with every look."""
        if not (_is(NUMBER, number) or _is(DUTY, number)):
            raise NotFound
        purpose = str(filled.get("purpose", ""))
        if purpose_fault(purpose):
            trouble = Trouble("Kies waarvoor u dit dossier opent.", (("purpose", "Kies één doel."),))
            return pages.show("openen.html", request, 400, number=number, trouble=trouble, filled=filled)
        session.purposes[number] = purpose
        return sends_to(f"/dossiers/{number}")

    @routes.get("/dossiers/{number}/besluiten/{key}")
    async def question(
        request: Request, number: str, key: str, antwoord: str = "", session: Session = visitor
    ) -> Response:
        found = await opened(number, session)
        decision = found.decision(key)
        if len(decision["outcomes"]) > 1 and not antwoord:
            return pages.show("vraag.html", request, dossier=found, decision=decision)
        outcome = _answer(decision, antwoord)
        asked = working.asked(found, decision, outcome)
        return pages.show("besluit.html", request, dossier=found, decision=decision, outcome=outcome, asked=asked)

    @routes.post("/dossiers/{number}/besluiten/{key}")
    async def decide(
        request: Request,
        number: str,
        key: str,
        antwoord: str = "",
        filled: FormData = form,
        session: Session = visitor,
    ) -> Response:
        found = await opened(number, session)
        decision = found.decision(key)
        outcome = _answer(decision, antwoord)
        trouble = await working.decide(session, found, decision, outcome, filled)
        if trouble is None:
            session.done = "decided"
            return sends_to(f"/dossiers/{number}")
        shown: dict[str, Any] = {"dossier": found, "decision": decision, "outcome": outcome, "filled": filled}
        asked = working.asked(found, decision, outcome)
        return pages.show("besluit.html", request, 400, trouble=trouble, asked=asked, **shown)

    @routes.get("/dossiers/{number}/vastleggen/{category}")
    async def recording(request: Request, number: str, category: str, session: Session = visitor) -> Response:
        found = await opened(number, session)
        record = found.record(category)
        asked = working.recorded(found, record)
        return pages.show("vastleggen.html", request, dossier=found, record=record, asked=asked)

    @routes.post("/dossiers/{number}/vastleggen/{category}")
    async def record_it(
        request: Request, number: str, category: str, filled: FormData = form, session: Session = visitor
    ) -> Response:
        found = await opened(number, session)
        record = found.record(category)
        trouble = await working.keep(session, found, record, filled)
        if trouble is None:
            session.done = "recorded"
            return sends_to(f"/dossiers/{number}")
        asked = working.recorded(found, record)
        shown: dict[str, Any] = {"dossier": found, "record": record, "filled": filled, "asked": asked}
        return pages.show("vastleggen.html", request, 400, trouble=trouble, **shown)

    @routes.post("/dossiers/{number}/intrekken")
    async def withdraw(request: Request, number: str, filled: FormData = form, session: Session = visitor) -> Response:
        found = await opened(number, session)
        trouble = await working.withdraw(session, found, filled)
        if trouble is None:
            session.done = "withdrawn"
            return sends_to(f"/dossiers/{number}")
        return pages.show("dossier.html", request, 400, dossier=found, trouble=trouble, filled=filled)

    @routes.get("/taken/{service}/{identifier}")
    async def task(
        request: Request, service: str, identifier: UUID, antwoord: str = "", session: Session = visitor
    ) -> Response:
        found = await working.task(session, service, identifier)
        outcome = _answer(found["asks"] or {"outcomes": []}, antwoord) if antwoord else None
        asked = working.answering(found, outcome) if outcome else ()
        return pages.show("taak.html", request, task=found, service=service, outcome=outcome, asked=asked)

    @routes.post("/taken/{service}/{identifier}")
    async def answer(
        request: Request,
        service: str,
        identifier: UUID,
        antwoord: str = "",
        filled: FormData = form,
        session: Session = visitor,
    ) -> Response:
        found = await working.task(session, service, identifier)
        outcome = _answer(found["asks"] or {"outcomes": []}, antwoord)
        trouble = await working.answer(session, service, found, outcome, filled)
        if trouble is None:
            session.done = "answered"
            return sends_to("/")
        shown: dict[str, Any] = {"task": found, "service": service, "outcome": outcome, "filled": filled}
        return pages.show("taak.html", request, 400, trouble=trouble, asked=working.answering(found, outcome), **shown)

    return routes


class NotOpened(NotFound):
    """Het dossier is nog niet geopend."""


def _is(pattern: str, number: str) -> bool:
    return re.fullmatch(pattern, number) is not None


def _answer(decision: dict[str, Any], key: str) -> dict[str, Any]:
    """The outcome that was chosen; the only one where there is no choice. Raises NotFound."""
    outcomes: list[dict[str, Any]] = decision["outcomes"]
    for one in outcomes:
        if one["key"] == key or (len(outcomes) == 1 and not key):
            return one
    raise NotFound
