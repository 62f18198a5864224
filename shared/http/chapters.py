"""One address in every service that can hold something of a signal: its chapter of the verantwoordingsdossier (R-2.4).

For the FG, who reads no file (art. 1 onder e): nothing is opened for it, and that it was read stands in the audit trail before
it leaves.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from shared import audit
from shared.accountability import AccountChapter, SealedChapter, ToldChapter, in_time, moment_said, sealed
from shared.database.tables import Tombstone
from shared.errors import NotBelieved
from shared.http.app import current_person
from shared.http.decisions import Number, Purpose, purpose_of
from shared.identity import Person
from shared.protocol.designations import FG
from shared.service.platform import Platform

TellChapter = Callable[[str, Person], Awaitable[ToldChapter | None]]
"""What a service has of a signal; None: nothing. Raises NotBelieved, and NotFound for somebody to whom it is closed."""
CHAPTER_READ = "chapter of accountability read"


def chapter_routes(platform: Platform, tell: TellChapter) -> APIRouter:
    """`tell`: what this service accounts for."""
    routes = APIRouter(prefix="/v1/signals/{number}", tags=["accountability"])

    @routes.get(
        "/chapter",
        summary="What this service accounts for of a signal: codes and days, sealed; no content (FG)",
        responses={200: {"model": SealedChapter}},
    )
    async def chapter(
        number: Number, person: Person = current_person(platform), x_purpose: Purpose = None
    ) -> JSONResponse:
        return JSONResponse(await told(platform, tell, number, person, purpose_of(x_purpose)))

    return routes


async def told(platform: Platform, tell: TellChapter, number: str, person: Person, purpose: str) -> dict[str, Any]:
    """The chapter with its seal, as JSON. Raises Forbidden, NotFound, PartDown and NotSigned."""
    role = person.role_among({FG})
    now = platform.clock.now()
    try:
        found = await tell(number, person) or await _gone(platform, number)
    except NotBelieved:
        found = ToldChapter(standing="not-believed")
    chapter = AccountChapter(
        service=platform.name,
        number=number,
        at=moment_said(now.astimezone(UTC)),
        standing=found.standing,
        holder=found.holder,
        since=found.since,
        not_believed=found.not_believed,
        facts=dict(found.facts),
        entries=in_time(found.entries),
    )
    seal = sealed(platform.signer, chapter, person)
    line = audit.line(now, CHAPTER_READ, actor=person.user_id, role=role, record=number, reason=purpose)
    async with platform.database.transaction() as session:
        session.add(line)
    return {"chapter": chapter.said(), "seal": seal}


async def _gone(platform: Platform, number: str) -> ToldChapter:
    async with platform.database.reading() as session:
        stone = await session.get(Tombstone, number)
    return (
        ToldChapter(standing="destroyed", since=moment_said(stone.destroyed_at))
        if stone
        else ToldChapter(standing="nothing")
    )
