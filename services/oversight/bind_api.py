"""HTTP: the chapters of a verantwoordingsdossier, bound."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from services.oversight.use_cases.bind import AccountBinding
from shared.accountability import ACCOUNTING, LONGEST_SEAL, Binding
from shared.http.app import current_person
from shared.http.bodies import Strict
from shared.http.decisions import Number
from shared.identity import Person

ChapterSeal = Annotated[str, Field(min_length=1, max_length=LONGEST_SEAL)]


class SealsIn(Strict):
    """`seals`: what each service gave with its chapter; who is not among them is named as missing."""

    seals: Annotated[list[ChapterSeal], Field(max_length=len(ACCOUNTING))]


def bind_routes(binding: AccountBinding) -> APIRouter:
    routes = APIRouter(prefix="/v1/signals/{number}", tags=["accountability"])

    @routes.post(
        "/accountability-files",
        status_code=201,
        summary="Bind the chapters of a signal: which there are, and which are missing, signed (FG)",
        responses={201: {"model": Binding}},
    )
    async def bind(number: Number, body: SealsIn, person: Person = current_person(binding.platform)) -> JSONResponse:
        found: dict[str, Any] = (await binding.bind(number, person, body.seals)).model_dump(mode="json", by_alias=True)
        return JSONResponse(found, 201)

    return routes
