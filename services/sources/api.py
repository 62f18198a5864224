"""HTTP: the work list, the decision interface, and the questions to those who keep a source."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from shared.engine.engine import Engine
from shared.engine.show import listed
from shared.http.answering import answering_routes
from shared.http.app import current_person
from shared.http.chapters import chapter_routes
from shared.http.clusters import cluster_routes
from shared.http.consultations import consultation_routes
from shared.http.decisions import decision_routes, preview_routes, record_routes, view_routes
from shared.http.drafts import draft_routes, task_draft_routes
from shared.http.pages import WindowAsked
from shared.http.steps import step_routes
from shared.http.tasks import task_routes
from shared.identity import Person


def router(engine: Engine) -> APIRouter:
    routes = APIRouter()

    @routes.get("/v1/signals", tags=["signals"], summary="The work list of phase 3: numbers and neutral names")
    async def work_list(window: WindowAsked, person: Person = current_person(engine.platform)) -> dict[str, Any]:
        return (await engine.showing.work_list(person, window)).of("signals", listed)

    parts = (
        answering_routes,
        consultation_routes,
        view_routes,
        decision_routes,
        preview_routes,
        record_routes,
        step_routes,
        task_routes,
        draft_routes,
        task_draft_routes,
    )
    for part in (*parts, cluster_routes):
        routes.include_router(part(engine))
    routes.include_router(chapter_routes(engine.platform, engine.accounting.chapter))
    return routes
