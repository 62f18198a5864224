"""What somebody without the file is asked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api import drafts as draft
from services.portal.api.visits import Visits, chosen, sends_to
from services.portal.pages import Pages
from services.portal.sessions import Session
from services.portal.use_cases.drafts import OwnDrafts
from services.portal.use_cases.tasks import Tasks, draft_of


def router(visits: Visits, tasks: Tasks, drafts: OwnDrafts, pages: Pages) -> APIRouter:
    routes = APIRouter()

    @routes.get("/taken/{service}/{identifier}")
    async def task(
        request: Request, service: str, identifier: UUID, antwoord: str = "", session: Session = visits.visitor
    ) -> Response:
        found = await tasks.task(session, service, identifier)
        outcome = chosen(found["asks"] or {"outcomes": []}, antwoord) if antwoord else None
        asked = tasks.answering(found, outcome) if outcome else ()
        shown: dict[str, Any] = {"task": found, "service": service, "outcome": outcome}
        if outcome:
            shown |= await draft.shown(request, drafts, session, draft_of(service, found, outcome))
        return pages.show("task/taak.html", request, asked=asked, **shown)

    @routes.post("/taken/{service}/{identifier}")
    async def answer(
        request: Request,
        service: str,
        identifier: UUID,
        antwoord: str = "",
        filled: FormData = visits.form,
        session: Session = visits.visitor,
    ) -> Response:
        found = await tasks.task(session, service, identifier)
        outcome = chosen(found["asks"] or {"outcomes": []}, antwoord)
        place = draft_of(service, found, outcome)
        here = f"/taken/{service}/{identifier}?antwoord={outcome['key']}"
        done = await draft.asked_for(drafts, session, place, filled, "/", here)
        if isinstance(done, Response):
            return done
        trouble = done or await tasks.answer(session, service, found, outcome, filled)
        kept = await draft.after(drafts, session, place, filled, trouble)
        if trouble is None:
            session.done = "answered"
            return sends_to("/")
        shown: dict[str, Any] = {"task": found, "service": service, "outcome": outcome, "filled": filled}
        shown |= {"draft": kept}
        return pages.show(
            "task/taak.html", request, 400, trouble=trouble, asked=tasks.answering(found, outcome), **shown
        )

    return routes
