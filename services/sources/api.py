"""HTTP: the work list, the decision interface, and the questions to those who keep a source."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from shared.dossier.consult import Consultations, consult_routes
from shared.dossier.holder import Holder
from shared.http.app import current_person
from shared.identity import Person
from shared.service.platform import Platform


def router(platform: Platform, holder: Holder, consultations: Consultations) -> APIRouter:
    routes = APIRouter()

    @routes.get("/v1/signals", tags=["signals"], summary="The work list of phase 3: numbers and neutral names")
    async def work_list(person: Person = current_person(platform)) -> dict[str, list[dict[str, Any]]]:
        return {"signals": await holder.views.work_list(person)}

    routes.include_router(consult_routes(consultations))
    routes.include_router(holder.routes())
    return routes
