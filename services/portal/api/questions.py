"""Questions to who keeps a source, several at once."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api.dossiers import opened_by
from services.portal.api.sharing import CHANGE, SEND
from services.portal.api.visits import Visits, sends_to
from services.portal.pages import Pages
from services.portal.repeated import written
from services.portal.sessions import Session
from services.portal.use_cases.dossiers import Dossiers
from services.portal.use_cases.questions import Questions
from shared.errors import Conflict


def router(visits: Visits, dossiers: Dossiers, questions: Questions, pages: Pages) -> APIRouter:
    routes = APIRouter(prefix="/dossiers/{number}/vragen")
    opened = partial(opened_by, dossiers)

    @routes.get("")
    async def form(request: Request, number: str, session: Session = visits.visitor) -> Response:
        found = await opened(number, session)
        return pages.show("sharing/vragen.html", request, dossier=found, asking=questions.asked(found))

    @routes.post("")
    async def ask(
        request: Request, number: str, filled: FormData = visits.form, session: Session = visits.visitor
    ) -> Response:
        found = await opened(number, session)
        asking = questions.asked(found)
        shown: dict[str, Any] = {"dossier": found, "asking": asking, "filled": filled}
        step = filled.get("stap")
        if step == CHANGE:
            return pages.show("sharing/vragen.html", request, **shown)
        if step == SEND:
            asked, trouble = await questions.ask(session, found, asking, filled)
            if trouble is None:
                session.done = "asked"
                return sends_to(f"/dossiers/{number}")
            if asked:
                # As it stands now: what is left is sent against that.
                found, filled = await opened(number, session), questions.left(asking, filled, asked)
                try:
                    asking = questions.asked(found)
                except Conflict:
                    return pages.error(request, Conflict(trouble.words), words=written(filled))
                shown = {"dossier": found, "asking": asking, "filled": filled}
        else:
            read, trouble = await questions.preview(session, found, asking, filled)
            if trouble is None:
                passed_on = [one for one in filled.multi_items() if one[0] not in ("csrf", "stap")]
                return pages.show("sharing/vragen-lezen.html", request, read=read, passed_on=passed_on, **shown)
        return pages.show("sharing/vragen.html", request, 400, trouble=trouble, **shown)

    return routes
