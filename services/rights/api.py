"""HTTP: the duties to inform, by due date; decisions on them; and what is overdue, for who watches."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from services.rights.use_cases import Overdue
from shared.dossier.holder import Holder
from shared.http.app import current_person
from shared.identity import Person
from shared.service.platform import Platform


def router(platform: Platform, holder: Holder, overdue: Overdue) -> APIRouter:
    routes = APIRouter()
    caller = current_person(platform)

    @routes.get("/v1/duties", tags=["duties"], summary="Duties to inform that are open, the most urgent first")
    async def work_list(person: Person = caller) -> dict[str, list[dict[str, Any]]]:
        return {"duties": await holder.views.work_list(person)}

    @routes.get("/v1/overdue-duties", tags=["duties"], summary="What has passed its date (beheerder, FG)")
    async def late(person: Person = caller) -> dict[str, list[dict[str, Any]]]:
        return {"duties": await overdue.all(person)}

    routes.include_router(holder.routes("duties"))
    return routes
