"""Asking for a look into what is kept of an earlier signal, by who holds a new one, and reading it (art. 9 lid 2)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AwareDatetime, Field, StringConstraints

from shared.engine.engine import Engine
from shared.http.app import NUMBER, current_person
from shared.http.bodies import SpecialGrounds, Strict
from shared.http.decisions import Number, Purpose, purpose_of
from shared.identity import Person

Reads = Callable[[str, str, Person], Awaitable[dict[str, Any]]]


class ConsultIn(Strict):
    """`case`: the number of a closed case, or of a signal that has ended. The new signal is in the path; its number is the
    ground (R-9.9)."""

    case: Annotated[str, Field(pattern=NUMBER)]
    reason: Annotated[str, StringConstraints(max_length=500)] = ""
    special_grounds: SpecialGrounds


class ConsultOut(Strict):
    case: str
    new_signal: str
    phase: int
    until: AwareDatetime
    asked_at: AwareDatetime
    state: str
    at: tuple[str, ...]


class ConsultationsOut(Strict):
    consultations: list[ConsultOut]


def consultation_routes(engine: Engine, reads: Reads | None = None) -> APIRouter:
    """Where is asked (201 with the phase and until when, aware, it can be looked into), what came of it, and where it is
    read; `reads`: what else than a sealed signal can be read here."""
    routes = APIRouter(prefix="/v1/signals/{number}/consultations", tags=["signals"])
    caller = current_person(engine.platform)
    read = reads or engine.looks.read

    @routes.post("", status_code=201, summary="Ask to look into a closed case or an ended signal for this signal")
    async def ask(number: Number, body: ConsultIn, person: Person = caller) -> ConsultOut:
        asked = await engine.consultations.ask(number, person, body.case, body.reason, body.special_grounds)
        return ConsultOut.model_validate(asked)

    @routes.get("", summary="What the caller asked to look into for this signal, and where it is read")
    async def asked(number: Number, person: Person = caller) -> ConsultationsOut:
        """`state`: `asked`, `found` with the services in `at` that show it, or `nothing`; why there is nothing is not told."""
        found = await engine.consultations.asked(number, person)
        return ConsultationsOut(consultations=[ConsultOut.model_validate(one) for one in found])

    @routes.get("/{newSignal}", summary="What is kept of a signal, for a new signal")
    async def look(
        number: Number,
        newSignal: Number,  # noqa: N803
        person: Person = caller,
        x_purpose: Purpose = None,
    ) -> dict[str, Any]:
        purpose_of(x_purpose)
        return await read(number, newSignal, person)

    return routes
