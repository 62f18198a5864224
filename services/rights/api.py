"""HTTP: the duties to inform, by due date; decisions on them; and what is overdue, for who watches."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from services.rights.letters import Letters
from services.rights.use_cases import Deferrals, OverdueDuties
from shared.engine.engine import Engine
from shared.engine.show import listed
from shared.http.app import DUTY, NUMBER, current_person
from shared.http.bodies import Ref, Strict
from shared.http.decisions import Purpose, decision_routes, purpose_of, view_routes
from shared.http.drafts import draft_routes, task_draft_routes
from shared.http.pages import WindowAsked
from shared.http.tasks import task_routes
from shared.identity import Person

DutyNumber = Annotated[str, Path(pattern=DUTY, description="The number of the duty", examples=["D-7K3MQ-9XD4T"])]
AboutSignal = Annotated[str | None, Query(pattern=NUMBER, description="Only the duties that are about this signal")]
LetterName = Annotated[str, Path(pattern=r"^letter-[0-9a-f]{32}$", description="The letter")]


class LetterIn(Strict):
    """What is chosen for a letter; each is a code of the protocol's lists."""

    expected_version: int
    channel: Ref
    categories: Annotated[list[Ref], Field(max_length=20)]
    sources: Annotated[list[Ref], Field(max_length=50)]
    recipients: Annotated[list[Ref], Field(max_length=50)]
    address: Annotated[
        str | None, Field(max_length=200, description="Where he was found, when an earlier notice came back")
    ] = None


class LetterOut(Strict):
    """`letter` is what the decision `notice-sent` names; `version`: of the duty, now."""

    letter: str
    sha256: str
    version: int


def router(engine: Engine, overdue: OverdueDuties, deferrals: Deferrals, letters: Letters) -> APIRouter:
    routes = APIRouter()
    caller = current_person(engine.platform)

    @routes.get("/v1/duties", tags=["duties"], summary="Duties to inform that are open, the most urgent first")
    async def work_list(window: WindowAsked, signal: AboutSignal = None, person: Person = caller) -> dict[str, Any]:
        return (await engine.showing.work_list(person, window, signal, begins="D-")).of("duties", listed)

    @routes.get("/v1/overdue-duties", tags=["duties"], summary="What has passed its date (beheerder, FG)")
    async def late(window: WindowAsked, person: Person = caller) -> dict[str, Any]:
        return await overdue.all(person, window)

    @routes.get(
        "/v1/deferrals",
        tags=["duties"],
        summary="Informing that was deferred, by the day on which it is looked at again (privacy officer, beheerder, FG)",
    )
    async def deferred(window: WindowAsked, person: Person = caller) -> dict[str, Any]:
        return await deferrals.all(person, window)

    @routes.post(
        "/v1/duties/{number}/letters", tags=["letters"], status_code=201, summary="Make the letter to the person"
    )
    async def make(number: DutyNumber, body: LetterIn, person: Person = caller) -> LetterOut:
        fields = body.model_dump(exclude={"expected_version", "address"}, mode="json")
        return LetterOut(**await letters.make(number, person, fields, body.expected_version, body.address))

    @routes.get(
        "/v1/duties/{number}/letters/{letter}",
        tags=["letters"],
        summary="A letter that was made, as PDF/UA",
        response_class=Response,
        responses={200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}},
    )
    async def read(
        number: DutyNumber, letter: LetterName, person: Person = caller, x_purpose: Purpose = None
    ) -> Response:
        found = await letters.read(number, letter, person, purpose_of(x_purpose))
        return Response(found, media_type="application/pdf")

    for part in (view_routes, decision_routes, draft_routes):
        routes.include_router(part(engine, "duties"))
    routes.include_router(task_routes(engine))
    routes.include_router(task_draft_routes(engine))
    return routes
