"""HTTP: the duties to inform, by due date; decisions on them; and what is overdue, for who watches."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from services.rights.use_cases import OverdueDuties
from shared.engine.engine import Engine
from shared.engine.show import listed
from shared.http.app import current_person
from shared.http.decisions import decision_routes, view_routes
from shared.http.pages import WindowAsked
from shared.http.tasks import task_routes
from shared.identity import Person


def router(engine: Engine, overdue: OverdueDuties) -> APIRouter:
    routes = APIRouter()
    caller = current_person(engine.platform)

    @routes.get("/v1/duties", tags=["duties"], summary="Duties to inform that are open, the most urgent first")
    async def work_list(window: WindowAsked, person: Person = caller) -> dict[str, Any]:
        return (await engine.showing.work_list(person, window)).of("duties", listed)

    @routes.get("/v1/overdue-duties", tags=["duties"], summary="What has passed its date (beheerder, FG)")
    async def late(window: WindowAsked, person: Person = caller) -> dict[str, Any]:
        return await overdue.all(person, window)

    for part in (view_routes, decision_routes):
        routes.include_router(part(engine, "duties"))
    routes.include_router(task_routes(engine))
    return routes
