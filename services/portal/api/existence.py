"""Is there something already: a question about one signal, and its answer, which is kept nowhere."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api.dossiers import opened_by
from services.portal.api.visits import Visits
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.use_cases.dossiers import Dossiers
from services.portal.use_cases.existence import ExistencePages

FORM, ANSWER_PAGE = "dossier/is-er-al-iets.html", "dossier/is-er-al-iets-antwoord.html"


def router(visits: Visits, dossiers: Dossiers, existence: ExistencePages, pages: Pages) -> APIRouter:
    routes = APIRouter(prefix="/dossiers/{number}/is-er-al-iets")

    @routes.get("")
    async def form(request: Request, number: str, session: Session = visits.visitor) -> Response:
        found = await opened_by(dossiers, number, session)
        return pages.show(FORM, request, dossier=found, asked=existence.asked(found))

    @routes.post("")
    async def ask(
        request: Request, number: str, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        found = await opened_by(dossiers, number, session)
        asked = existence.asked(found)
        answer, trouble = await existence.ask(session, found, filled)
        if answer is None:
            return pages.show(FORM, request, 400, dossier=found, asked=asked, filled=filled, trouble=trouble)
        return pages.show(ANSWER_PAGE, request, dossier=found, answer=answer)

    return routes
