"""HTTP: the processing log of a service for the FG, as the reading extension of the standard has it (draft 0.9)."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, model_validator

from shared.http.bodies import Strict
from shared.http.pages import WindowAsked
from shared.identity import Person
from shared.processing import NUMBER_OF_REQUEST, SIGNAL_NUMBER
from shared.processing_reading import ProcessingReading, RecordsAsked

Milliseconds = Annotated[int, Field(ge=0, lt=2**53, description="Milliseconds since 1970")]
AttributeAsked = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[!-~]+$")]


class ProcessingAskedIn(Strict):
    """What is wanted: at least one of these. `number` and `person` are this system's own: the standard's pseudonym is
    known to nobody but the service that made it."""

    trace_id: UUID | None = None
    start_time: Milliseconds | None = None
    end_time: Milliseconds | None = None
    activity: Annotated[AttributeAsked | None, Field(alias="dpl.core.processing_activity_id")] = None
    subject: Annotated[AttributeAsked | None, Field(alias="dpl.core.data_subject_id")] = None
    subject_kind: Annotated[AttributeAsked | None, Field(alias="dpl.core.data_subject_id_type")] = None
    number: Annotated[
        str | None,
        Field(pattern=f"^({SIGNAL_NUMBER.pattern}|{NUMBER_OF_REQUEST.pattern})$", examples=["S-7K3MQ-9XD4T"]),
    ] = None
    person: Annotated[str | None, Field(pattern=r"^(S[1-9][0-9]{0,3}|melder|verzoeker)$", examples=["S1"])] = None

    @model_validator(mode="after")
    def _something(self) -> ProcessingAskedIn:
        if all(value is None for value in self.model_dump().values()):
            raise ValueError("vraag naar minstens één ding: een trace, een tijd, een activiteit of een betrokkene")
        if self.person is not None and self.number is None:
            raise ValueError("een persoon wordt gezocht in een signaal of verzoek: noem ook het nummer")
        return self


def processing_routes(caller: Any, reading: ProcessingReading) -> APIRouter:
    """`caller`: the dependency that gives the person."""
    routes = APIRouter(prefix="/v1", tags=["processing"])

    @routes.post("/processing-activities", summary="Records of the processing log, the newest first (FG)")
    async def found(asked: ProcessingAskedIn, window: WindowAsked, person: Person = caller) -> dict[str, Any]:
        """Whom a record is about is a pseudonym; who did it stands in the audit trail, by the trace. `notBelieved`: rows that
        this service did not write and that are left out."""
        return await reading.page(person, RecordsAsked(**asked.model_dump()), window)

    return routes
