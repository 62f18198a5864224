"""Asking for a look into a closed case, by who holds a new signal (art. 9 lid 2)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, Field, StringConstraints

from shared.engine.engine import Engine
from shared.http.app import NUMBER, current_person
from shared.http.bodies import SpecialGrounds, Strict
from shared.http.decisions import Number
from shared.identity import Person


class ConsultIn(Strict):
    """`case`: the number of the closed case. The new signal is in the path; its number is the ground (R-9.9)."""

    case: Annotated[str, Field(pattern=NUMBER)]
    reason: Annotated[str, StringConstraints(max_length=500)] = ""
    special_grounds: SpecialGrounds


class ConsultOut(Strict):
    case: str
    new_signal: str
    phase: int
    until: AwareDatetime


def consultation_routes(engine: Engine) -> APIRouter:
    """The address to ask at: 201 with the case's phase and until when (aware) it can be looked into."""
    routes = APIRouter(prefix="/v1/signals/{number}", tags=["signals"])

    @routes.post("/consultations", status_code=201, summary="Ask to look into a closed case for this signal")
    async def ask(number: Number, body: ConsultIn, person: Person = current_person(engine.platform)) -> ConsultOut:
        asked = await engine.consultations.ask(number, person, body.case, body.reason, body.special_grounds)
        return ConsultOut.model_validate(asked)

    return routes
