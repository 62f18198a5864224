"""HTTP: the decision interface, and the work list."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from services.assessment.use_cases import Decisions, Views
from shared.http.app import current_person
from shared.http.decisions import decision_routes
from shared.identity import Person
from shared.service.platform import Platform


def router(platform: Platform, views: Views, decisions: Decisions) -> APIRouter:
    routes = APIRouter()

    @routes.get("/v1/signals", tags=["signals"], summary="The work list: numbers and neutral names")
    async def work_list(person: Person = current_person(platform)) -> dict[str, list[dict[str, Any]]]:
        """What is in hand, oldest first. Signals that have ended are not on it (R-9.2)."""
        return {"signals": await views.work_list(person)}

    routes.include_router(decision_routes(platform, decisions, views.rules))
    return routes
