"""Requests of persons at the holders of signals: what waits, the form of one, and putting one before a holder."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api.visits import Visits, sends_to
from services.portal.forms import Control
from services.portal.menu import HAVE_THE_FILE
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.answered import only_for
from services.portal.use_cases.answering import AnswerPages, PutBefore
from shared.http.app import NUMBER, REQUEST_NUMBER

Signal = Annotated[str, Path(pattern=NUMBER)]
OfRequest = Annotated[str, Path(pattern=REQUEST_NUMBER)]
ABOUT_WHICH = Control(
    "text",
    "signal",
    "Over welk signaal?",
    "Een nummer zoals S-7K3MQ-9XD4T; het gaat naar wie dat signaal nu behandelt.",
    required=True,
)


def router(visits: Visits, answering: AnswerPages, pages: Pages) -> APIRouter:
    routes = APIRouter()

    @routes.get("/voorgelegd")
    async def waiting(request: Request, session: Session = visits.visitor) -> Response:
        only_for(session, HAVE_THE_FILE)
        found = await answering.waiting(session)
        done, session.done = session.done, None
        return pages.show("requests/voorgelegd.html", request, found=found, done=done)

    def page(request: Request, put: PutBefore, filled: FormData, trouble: Trouble | None = None) -> Response:
        shown: dict[str, Any] = {"put": put, "asked": answering.asked(put), "filled": filled, "trouble": trouble}
        return pages.show("requests/beantwoorden.html", request, 400 if trouble else 200, **shown)

    @routes.get("/voorgelegd/{holder}/{signal}/{asked}")
    async def one(
        request: Request,
        holder: str,
        signal: Signal,
        asked: OfRequest,
        wie: str = "",
        session: Session = visits.visitor,
    ) -> Response:
        only_for(session, HAVE_THE_FILE)
        put = await answering.one(session, holder, signal, asked, wie or None)
        return page(request, put, answering.begun(put))

    @routes.post("/voorgelegd/{holder}/{signal}/{asked}")
    async def answer(
        request: Request,
        holder: str,
        signal: Signal,
        asked: OfRequest,
        wie: str = "",
        filled: FormData = visits.form,
        session: Session = visits.visitor,
    ) -> Response:
        put = await answering.one(session, holder, signal, asked, wie or None)
        trouble = await answering.send(session, put, filled)
        if trouble:
            return page(request, put, filled, trouble)
        session.done = "answered"
        return sends_to("/voorgelegd")

    @routes.get("/voorgelegd/niet-actief/{holder}/{signal}/{asked}")
    async def sealed(
        request: Request,
        holder: str,
        signal: Signal,
        asked: OfRequest,
        wie: str = "",
        session: Session = visits.visitor,
    ) -> Response:
        only_for(session, HAVE_THE_FILE)
        put = await answering.one(session, holder, signal, asked, wie or None, sealed=True)
        return page(request, put, answering.begun(put))

    @routes.post("/voorgelegd/niet-actief/{holder}/{signal}/{asked}")
    async def answer_sealed(
        request: Request,
        holder: str,
        signal: Signal,
        asked: OfRequest,
        wie: str = "",
        filled: FormData = visits.form,
        session: Session = visits.visitor,
    ) -> Response:
        put = await answering.one(session, holder, signal, asked, wie or None, sealed=True)
        trouble = await answering.send(session, put, filled)
        if trouble:
            return page(request, put, filled, trouble)
        session.done = "answered"
        return sends_to("/voorgelegd")

    def form(request: Request, asked: str, filled: FormData, trouble: Trouble | None = None) -> Response:
        shown: dict[str, Any] = {"request_number": asked, "asked": (ABOUT_WHICH,), "filled": filled, "trouble": trouble}
        return pages.show("requests/voorleggen.html", request, 400 if trouble else 200, **shown)

    @routes.get("/verzoeken/{asked}/voorleggen")
    async def put_before(request: Request, asked: OfRequest, session: Session = visits.visitor) -> Response:
        only_for(session, HAVE_THE_FILE)
        return form(request, asked, FormData())

    @routes.post("/verzoeken/{asked}/voorleggen")
    async def send(
        request: Request, asked: OfRequest, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        trouble = await answering.put_before(session, asked, filled)
        if trouble:
            return form(request, asked, filled, trouble)
        session.done = "put-before"
        return sends_to(f"/dossiers/{asked}#signalen")

    @routes.post("/verzoeken/{asked}/diensten")
    async def ask_services(
        asked: OfRequest, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        await answering.ask_services(session, asked)
        session.done = "services-asked"
        return sends_to(f"/dossiers/{asked}#volledig")

    @routes.get("/verzoeken/{asked}/zoeken")
    async def before_looking(request: Request, asked: OfRequest, session: Session = visits.visitor) -> Response:
        only_for(session, HAVE_THE_FILE)
        return pages.show("requests/gevonden.html", request, request_number=asked, answer=None, trouble=None)

    @routes.post("/verzoeken/{asked}/zoeken")
    async def look(
        request: Request, asked: OfRequest, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        """The answer is kept nowhere: who wants to see it again asks again."""
        answer, trouble = await answering.look(session, asked)
        shown: dict[str, Any] = {"request_number": asked, "answer": answer, "trouble": trouble}
        return pages.show("requests/gevonden.html", request, 400 if trouble else 200, **shown)

    return routes
