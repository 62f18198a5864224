"""HTTP: everybody's own list, and having it built anew, for operations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Header
from pydantic import Field

from services.worklist.use_cases import ListKeeping, Lists
from shared.http.app import current_person
from shared.http.bodies import Strict
from shared.http.operators import operator
from shared.http.pages import LONGEST_CURSOR, MOST, USUAL, Window
from shared.identity import Person
from shared.service.platform import Platform


class AskedList(Strict):
    """`words`: a number or part of a working name; they are in the body, so that no address and no log has them."""

    words: Annotated[str | None, Field(max_length=60, pattern=r"^[^\x00]*$")] = None
    phase: Annotated[int | None, Field(ge=1, le=5)] = None
    due: Annotated[str | None, Field(pattern=r"^[a-z-]{1,20}$")] = None
    cursor: Annotated[str | None, Field(max_length=LONGEST_CURSOR)] = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = USUAL


class ListedTaskOut(Strict):
    id: str
    service: str
    kind: str
    since: datetime
    due_on: date | None


class ListedDossierOut(Strict):
    number: str
    service: str
    working_name: str
    state: str
    phase: int | None
    received_on: date | None
    due: str | None
    due_on: date | None


class WorkListOut(Strict):
    """`upTo`: by holder up to when the list is complete; null while it is told anew."""

    tasks: list[ListedTaskOut]
    dossiers: list[ListedDossierOut]
    next: str | None
    up_to: dict[str, datetime | None]


def router(platform: Platform, keeping: ListKeeping, lists: Lists) -> APIRouter:
    routes = APIRouter()

    @routes.post(
        "/v1/lists", status_code=201, tags=["work"], summary="What waits for the caller, the most urgent first"
    )
    async def listed(body: AskedList, person: Person = current_person(platform)) -> WorkListOut:
        window = Window(body.cursor, body.limit)
        words = body.words.strip() if body.words else None
        return WorkListOut.model_validate(await lists.of(person, window, body.phase, body.due, words))

    @routes.post("/rebuildz", status_code=202, include_in_schema=False)
    async def rebuild(authorization: Annotated[str | None, Header()] = None) -> dict[str, str]:
        """For operations, with the secret of this house."""
        operator(platform.settings.operations_secret, authorization)
        return {"edition": (await keeping.rebuild()).isoformat()}

    @routes.get("/rebuildz", include_in_schema=False)
    async def rebuilt(authorization: Annotated[str | None, Header()] = None) -> dict[str, dict[str, str | None]]:
        """For operations: up to when each holder has told everything for this list."""
        operator(platform.settings.operations_secret, authorization)
        return {"upTo": await lists.up_to()}

    return routes
