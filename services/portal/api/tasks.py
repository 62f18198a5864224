"""What somebody without the file is asked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api import drafts as draft
from services.portal.api.visits import Visits, sends_to
from services.portal.pages import Pages
from services.portal.read import Read
from services.portal.sessions import Session
from services.portal.use_cases.drafts import OwnDrafts
from services.portal.use_cases.tasks import ENDS_TASK, STAND_BACK, AskedOf, draft_of
from shared.errors import NotFound

PAGES = {
    "intervention": "task/opdracht.html",
    "question": "task/bronvraag.html",
    "department-question": "task/van-onderdeel.html",
    "department-report": "task/van-onderdeel.html",
    "co-signature": "task/medeondertekenen.html",
    "co-signature-question": "task/medeondertekenen.html",
    "paper": "task/lezen.html",
    "plan": "task/lezen.html",
}
"""The kinds of tasks that have a page of their own; every other has that of `taak.html`."""
READS = {"paper": Read.of_paper, "plan": Read.of_share}
"""What is asked besides to be read, as everything that is shared is."""
ENDS = frozenset({ENDS_TASK, STAND_BACK})


def router(visits: Visits, tasks: AskedOf, drafts: OwnDrafts, pages: Pages) -> APIRouter:
    routes = APIRouter()

    async def page(
        request: Request,
        session: Session,
        task: dict[str, Any],
        service: str,
        what: str | None,
        done: str | None = None,
    ) -> Response:
        """A form that is opened: with what was typed in it before, or with what most people would fill in."""
        sheets = tasks.sheets(task)
        if what is not None and what not in sheets:
            raise NotFound
        at = what or next((one for one in sheets if one != STAND_BACK), None)
        shown: dict[str, Any] = {"task": task, "service": service, "sheets": sheets, "at": at, "done": done}
        if at:
            shown["filled"] = tasks.begun(sheets[at])
            shown |= await draft.shown(request, drafts, session, draft_of(service, task, at))
        return pages.show(PAGES.get(task["kind"], "task/taak.html"), request, **(shown | _read(task)))

    @routes.get("/taken/{service}/{identifier}")
    async def task(request: Request, service: str, identifier: UUID, session: Session = visits.visitor) -> Response:
        done, session.done = session.done, None
        return await page(request, session, await tasks.task(session, service, identifier), service, None, done)

    @routes.get("/taken/{service}/{identifier}/{what}")
    async def deed(
        request: Request, service: str, identifier: UUID, what: str, session: Session = visits.visitor
    ) -> Response:
        return await page(request, session, await tasks.task(session, service, identifier), service, what)

    @routes.post("/taken/{service}/{identifier}/{what}")
    async def send(
        request: Request,
        service: str,
        identifier: UUID,
        what: str,
        filled: FormData = visits.form,
        session: Session = visits.visitor,
    ) -> Response:
        """What ends the task leads to the work list, anything else back to the task."""
        found = await tasks.task(session, service, identifier)
        sheets = tasks.sheets(found)
        if what not in sheets:
            raise NotFound
        place, here = draft_of(service, found, what), f"/taken/{service}/{identifier}"
        done = await draft.asked_for(drafts, session, place, filled, "/", f"{here}/{what}")
        if isinstance(done, Response):
            return done
        trouble = done or await tasks.send(session, service, found, what, filled)
        kept = await draft.after(drafts, session, place, filled, trouble)
        if trouble is None:
            session.done = "answered"
            return sends_to("/" if what in ENDS else here)
        shown: dict[str, Any] = {"task": found, "service": service, "sheets": sheets, "at": what}
        shown |= {"filled": filled, "trouble": trouble, "draft": kept}
        return pages.show(PAGES.get(found["kind"], "task/taak.html"), request, 400, **(shown | _read(found)))

    return routes


def _read(task: dict[str, Any]) -> dict[str, Read]:
    return {"read": READS[task["kind"]](task)} if task["kind"] in READS else {}
