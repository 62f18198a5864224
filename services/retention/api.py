"""HTTP: where sealed signals stand, what is being destroyed, and the declarations."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from services.retention.archive import declaration_package
from services.retention.use_cases import AnsweringExistence, Declarations, Destruction, Holds, Keeping, Procedures
from services.retention.use_cases.declare import as_pdf
from shared.engine.engine import Engine
from shared.http.app import NUMBER, current_person
from shared.http.bodies import Strict
from shared.http.decisions import Number, decision_routes, record_routes, view_routes
from shared.http.operators import operator
from shared.http.pages import WindowAsked
from shared.identity import Person


class WarrantIn(Strict):
    """`warrant`: as assessment or rights gave it (shared/keys/warrants.py)."""

    warrant: Annotated[str, Field(min_length=1, max_length=400_000)]


DeclarationId = Annotated[UUID, Path(description="The number of the declaration")]


def router(
    engine: Engine,
    keeping: Keeping,
    holds: Holds,
    destruction: Destruction,
    declarations: Declarations,
    existence: AnsweringExistence,
    procedures: Procedures,
) -> APIRouter:
    routes = APIRouter()
    caller = current_person(engine.platform)

    @routes.get("/v1/declarations", tags=["declarations"], summary="Declarations of destruction, the newest first")
    async def all_declarations(
        window: WindowAsked,
        person: Person = caller,
        number: Annotated[str | None, Query(pattern=NUMBER, description="Of one signal")] = None,
    ) -> dict[str, Any]:
        return await declarations.all(person, number, window)

    @routes.get("/v1/declarations/{declarationId}", tags=["declarations"], summary="One declaration, signed JSON")
    async def one(declarationId: DeclarationId, person: Person = caller) -> dict[str, Any]:  # noqa: N803
        return await declarations.one(declarationId, person)

    @routes.get(
        "/v1/declarations/{declarationId}/document",
        tags=["declarations"],
        summary="One declaration as PDF/A",
        response_class=Response,
        responses={200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}},
    )
    async def document(declarationId: DeclarationId, person: Person = caller) -> Response:  # noqa: N803
        found = await declarations.one(declarationId, person)
        return Response(await run_in_threadpool(as_pdf, found), media_type="application/pdf")

    @routes.get(
        "/v1/declarations/{declarationId}/archive-package",
        tags=["declarations"],
        summary="One declaration as an archive takes it: PDF/A and JSON, with MDTO (beheerder, FG)",
        response_class=Response,
        responses={200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}},
    )
    async def archive_package(declarationId: DeclarationId, person: Person = caller) -> Response:  # noqa: N803
        found = await declarations.one(declarationId, person)
        pdf, now = await run_in_threadpool(as_pdf, found), engine.platform.clock.now()
        return Response(declaration_package(found, pdf, now), media_type="application/zip")

    @routes.get("/v1/open-destructions", tags=["declarations"], summary="Destructions that are not whole yet")
    async def open_destructions(window: WindowAsked, person: Person = caller) -> dict[str, Any]:
        person.role_among({"beheerder", "fg"})
        return await destruction.open(window)

    @routes.get("/v1/holds", tags=["cases"], summary="Holds that are asked or in force")
    async def waiting(window: WindowAsked, person: Person = caller) -> dict[str, Any]:
        return await holds.waiting(person, window)

    @routes.get(
        "/v1/procedures", tags=["cases"], summary="Requests of persons for which nothing is listed while they run"
    )
    async def running(window: WindowAsked, person: Person = caller) -> dict[str, Any]:
        return await procedures.running(person, window)

    @routes.get("/v1/signals/{number}/holds", tags=["cases"], summary="What of a signal can be held, and what is")
    async def holds_of(number: Number, person: Person = caller) -> dict[str, Any]:
        return await holds.of_signal(number, person)

    @routes.get("/v1/cases/{number}", tags=["cases"], summary="Until when a closed case is active, and kept")
    async def case(number: Number, person: Person = caller) -> dict[str, str]:
        return await keeping.case(number, person)

    @routes.post("/v1/existence-checks", tags=["signals"], summary="What there is already, for who has a warrant")
    async def check(body: WarrantIn, person: Person = caller) -> dict[str, Any]:
        """Numbers, and whether each is active, closed or sealed; a warrant is used once, within its minute."""
        return await existence.check(person, body.warrant)

    @routes.get("/lookupz", include_in_schema=False)
    async def versions(authorization: Annotated[str | None, Header()] = None) -> dict[str, dict[str, int]]:
        """For operations, with the secret of this house: of how many signals hashes are kept, by version of their key."""
        operator(engine.platform.settings.operations_secret, authorization)
        return {"signals": {str(version): count for version, count in (await existence.versions()).items()}}

    for part in (view_routes, decision_routes, record_routes):
        routes.include_router(part(engine))
    return routes
