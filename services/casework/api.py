"""HTTP: the work list, the decision interface, tasks, and a look into a closed case for a new signal."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from services.casework.use_cases import Consulting
from shared.dossier.holder import Holder
from shared.http.app import current_person
from shared.http.decisions import Number, Purpose, purpose_of
from shared.identity import Person
from shared.service.platform import Platform


def router(platform: Platform, holder: Holder, consulting: Consulting) -> APIRouter:
    routes = APIRouter()
    caller = current_person(platform)

    @routes.get("/v1/signals", tags=["signals"], summary="The work list of phase 4: numbers and neutral names")
    async def work_list(person: Person = caller) -> dict[str, list[dict[str, Any]]]:
        return {"signals": await holder.views.work_list(person)}

    @routes.get(
        "/v1/signals/{number}/consultations/{newSignal}", tags=["signals"], summary="A closed case, for a new signal"
    )
    async def consult(
        number: Number,
        newSignal: Number,  # noqa: N803
        person: Person = caller,
        x_purpose: Purpose = None,
    ) -> dict[str, Any]:
        return await consulting.consult(number, newSignal, person, purpose_of(x_purpose))

    routes.include_router(holder.routes())
    return routes
