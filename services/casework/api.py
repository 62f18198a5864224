"""HTTP: the work list, the decision interface, tasks, and a look into a closed case for a new signal."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from services.casework.use_cases import Consulting, LeftToDo
from shared.engine.engine import Engine
from shared.engine.show import listed
from shared.http.answering import answering_routes
from shared.http.app import current_person
from shared.http.chapters import chapter_routes
from shared.http.clusters import cluster_routes
from shared.http.consultations import consultation_routes
from shared.http.decisions import decision_routes, preview_routes, record_routes, view_routes
from shared.http.drafts import draft_routes, task_draft_routes
from shared.http.meetings import agenda_routes
from shared.http.pages import WindowAsked
from shared.http.steps import step_routes
from shared.http.tasks import report_routes, task_routes
from shared.identity import Person


def router(engine: Engine, consulting: Consulting) -> APIRouter:
    routes = APIRouter()
    left = LeftToDo(engine)
    caller = current_person(engine.platform)

    @routes.get("/v1/signals", tags=["signals"], summary="The work list of phase 4: numbers, neutral names, what waits")
    async def work_list(window: WindowAsked, person: Person = caller) -> dict[str, Any]:
        page = await engine.showing.work_list(person, window)
        waits = await left.of(row.number for row in page.rows)
        return page.of("signals", lambda row: listed(row) | {"departments": waits[row.number]})

    routes.include_router(consultation_routes(engine, consulting.consult))
    for part in (
        answering_routes,
        view_routes,
        decision_routes,
        preview_routes,
        record_routes,
        step_routes,
        task_routes,
        draft_routes,
        task_draft_routes,
        report_routes,
        cluster_routes,
        agenda_routes,
    ):
        routes.include_router(part(engine))
    routes.include_router(chapter_routes(engine.platform, engine.accounting.chapter))
    return routes
