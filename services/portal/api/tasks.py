"""What somebody without the file is asked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from services.portal.api.visits import Visits, sends_to
from services.portal.pages import Pages
from services.portal.seen import Trouble
from services.portal.sessions import Session
from services.portal.use_cases.tasks import ENDS_TASK, STAND_BACK, Tasks
from shared.errors import NotFound

PAGES = {
    "intervention": "task/opdracht.html",
    "question": "task/bronvraag.html",
    "co-signature": "task/medeondertekenen.html",
    "co-signature-question": "task/medeondertekenen.html",
}
"""The kinds of tasks that have a page of their own; every other has that of `taak.html`."""
ENDS = frozenset({ENDS_TASK, STAND_BACK})


def router(visits: Visits, tasks: Tasks, pages: Pages) -> APIRouter:
    routes = APIRouter()

    def page(
        request: Request,
        task: dict[str, Any],
        service: str,
        what: str | None,
        filled: FormData | None = None,
        trouble: Trouble | None = None,
        done: str | None = None,
    ) -> Response:
        sheets = tasks.sheets(task)
        if what is not None and what not in sheets:
            raise NotFound
        at = what or next((one for one in sheets if one != STAND_BACK), None)
        shown: dict[str, Any] = {"task": task, "service": service, "sheets": sheets, "at": at, "done": done}
        shown |= {"trouble": trouble, "filled": filled or (tasks.begun(sheets[at]) if at else FormData())}
        template = PAGES.get(task["kind"], "task/taak.html")
        return pages.show(template, request, 400 if trouble else 200, **shown)

    @routes.get("/taken/{service}/{identifier}")
    async def task(request: Request, service: str, identifier: UUID, session: Session = visits.visitor) -> Response:
        done, session.done = session.done, None
        return page(request, await tasks.task(session, service, identifier), service, None, done=done)

    @routes.get("/taken/{service}/{identifier}/{what}")
    async def deed(
        request: Request, service: str, identifier: UUID, what: str, session: Session = visits.visitor
    ) -> Response:
        return page(request, await tasks.task(session, service, identifier), service, what)

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
        trouble = await tasks.send(session, service, found, what, filled)
        if trouble is None:
            session.done = "answered"
            return sends_to("/" if what in ENDS else f"/taken/{service}/{identifier}")
        return page(request, found, service, what, filled, trouble)

    return routes
