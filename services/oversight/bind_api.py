"""HTTP: the chapters of a verantwoordingsdossier, bound; and the disclosure register of a year, for the archive."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from services.oversight.use_cases.bind import AccountBinding
from services.oversight.use_cases.register_archive import RegisterArchive
from shared.accountability import ACCOUNTING, LONGEST_SEAL, Binding
from shared.http.app import current_person
from shared.http.bodies import Strict
from shared.http.decisions import Number
from shared.identity import Person

ChapterSeal = Annotated[str, Field(min_length=1, max_length=LONGEST_SEAL)]

Year = Annotated[int, Path(ge=2025, le=2200, description="A year that is over", examples=[2026])]


class SealsIn(Strict):
    """`seals`: what each service gave with its chapter; who is not among them is named as missing."""

    seals: Annotated[list[ChapterSeal], Field(max_length=len(ACCOUNTING))]


def bind_routes(binding: AccountBinding, archive: RegisterArchive) -> APIRouter:
    routes = APIRouter(prefix="/v1")
    caller = current_person(binding.platform)

    @routes.post(
        "/signals/{number}/accountability-files",
        tags=["accountability"],
        status_code=201,
        summary="Bind the chapters of a signal: which there are, and which are missing, signed (FG)",
        responses={201: {"model": Binding}},
    )
    async def bind(number: Number, body: SealsIn, person: Person = caller) -> JSONResponse:
        found: dict[str, Any] = (await binding.bind(number, person, body.seals)).model_dump(mode="json", by_alias=True)
        return JSONResponse(found, 201)

    @routes.get(
        "/disclosure-registers/{year}/archive-package",
        tags=["disclosures"],
        summary="The disclosure register of a year that is over, signed, with MDTO (FG, beheerder)",
        response_class=Response,
        responses={200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}},
    )
    async def register(year: Year, person: Person = caller) -> Response:
        return Response(await archive.package(year, person), media_type="application/zip")

    return routes
