"""Consulting a closed case (art. 9 lid 2): only for a new signal, by who holds that, within its phase.

The holder of the new signal asks; casework gives one person a look for a while. Nothing of the old case
changes, its dates neither (R-9.13).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from shared import audit
from shared.contracts.consult import Consult
from shared.dossier.views import Views
from shared.errors import Conflict, Invalid
from shared.http.app import NUMBER, current_person
from shared.http.bodies import Strict
from shared.http.decisions import Number
from shared.identity import Person
from shared.protocol.faults import Fault
from shared.protocol.model import PHASE_OF, State

HOURS = 8


class ConsultIn(Strict):
    """`case`: the number of the closed case. The new signal is in the path; its number is the reason (R-9.9)."""

    case: Annotated[str, Field(pattern=NUMBER)]
    reason: Annotated[str, StringConstraints(max_length=500)] = ""


class ConsultOut(Strict):
    case: str
    new_signal: str
    phase: int
    until: str


class Consultations:
    def __init__(self, views: Views) -> None:
        self.views = views
        self.platform = views.platform

    async def ask(self, number: str, person: Person, given: ConsultIn) -> ConsultOut:
        role = person.role_among(self.views.rules.file_roles)
        row = await self.views.dossier(number, for_change=True)
        phase = PHASE_OF.get(State(row.state))
        if phase is None or not self.views.is_open(row):
            raise Conflict("only for a signal that is in hand", state=row.state)
        if not given.reason.strip():
            raise Invalid([Fault("reason", "why the old case is needed for this signal", "art. 9 lid 2")])
        now = self.platform.clock.now()
        until = now + timedelta(hours=HOURS)
        message = Consult(number=given.case, new_signal=number, phase=phase, person=person.user_id, until=until)
        async with self.platform.database.transaction() as session:
            self.platform.post.tell(session, "casework", message)
            line = audit.line(
                now, "consultation asked", actor=person.user_id, role=role, record=given.case, reason=number
            )
            session.add(line)
        return ConsultOut(case=given.case, new_signal=number, phase=phase, until=until.isoformat())


def consult_routes(consultations: Consultations) -> APIRouter:
    routes = APIRouter(prefix="/v1/signals/{number}", tags=["signals"])
    caller = current_person(consultations.platform)

    @routes.post("/consultations", status_code=201, summary="Ask to look into a closed case for this signal")
    async def ask(number: Number, body: ConsultIn, person: Person = caller) -> ConsultOut:
        return await consultations.ask(number, person, body)

    return routes
