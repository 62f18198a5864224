"""HTTP: how shares stand, the inbox of a department, and fetching for who has no account."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field, model_validator

from services.export.document import FORMS, form_of
from services.export.inbox import DepartmentInbox
from services.export.outside import Outside
from services.export.settings import Settings
from services.export.use_cases import Sharing, TakenUp
from shared.contracts.export import CODED
from shared.database.processes import Processes
from shared.http.app import NUMBER, current_person
from shared.http.bodies import Strict
from shared.http.pages import WindowAsked
from shared.http.rate import Rate
from shared.identity import Person
from shared.service.platform import Platform

ShareId = Annotated[UUID, Path(description="The number of the share")]
Code = Annotated[str, Field(min_length=8, max_length=80, pattern=r"^[A-Za-z0-9_-]+$")]
Signed = Annotated[str, Field(min_length=20, max_length=8000, pattern=r"^[A-Za-z0-9_.-]+$")]
BINARY = {"schema": {"type": "string", "format": "binary"}}
PDF: dict[int | str, dict[str, Any]] = {200: {"content": {"application/pdf": BINARY}}}
PICKED_UP: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A PDF; for the RIEC a package (zip); either in the format of age when it is sealed to the receiver",
        "content": dict.fromkeys((*FORMS.values(), "application/octet-stream"), BINARY),
    }
}


class EnteredIn(Strict):
    """Whether it is taken up, as its receiver said in another way; only the RIEC does so with a part for the municipality. A
    refusal has a reason, of a list: nothing is typed about what was shared."""

    outcome: TakenUp
    reason: Literal["not-our-task", "already-known", "not-enough", "no-capacity"] | None = None

    @model_validator(mode="after")
    def _with_a_reason(self) -> EnteredIn:
        if (self.outcome == "refused") != (self.reason is not None):
            raise ValueError("een weigering heeft een reden, en alleen een weigering")
        return self


class AnswerIn(EnteredIn):
    """Whether its receiver takes it up."""

    outcome: Literal["accepted", "refused"]


class PickupIn(Strict):
    """What was given by two different roads."""

    link: Code
    secret: Code


class PickupAnswerIn(PickupIn):
    answer: AnswerIn


class StatementIn(Strict):
    """What a receiver signed with its own key about a share that it fetched: a JWS (decision 34)."""

    share: UUID
    statement: Signed


class EndingsIn(Strict):
    """That a receiver asks what was destroyed of what it has, signed by it within the last minutes."""

    receiver: Annotated[str, Field(pattern=CODED)]
    statement: Signed


class EndingsOut(Strict):
    """Each a statement of export: number of the package, receiver, day."""

    endings: list[str]


class LinkOut(Strict):
    """Shown once: the link by one road (post, mail), the secret by another (by telephone). `sealed`: what is fetched can be
    read with the receiver's own key only; false: no key of it is known here."""

    link: str
    secret: str
    until: str
    sealed: bool


LetIn = Callable[[Request], Awaitable[None]]
"""Counts one request of a stranger. Raises TooMany, PartDown."""


def router(
    platform: Platform, sharing: Sharing, inbox: DepartmentInbox, outside: Outside, settings: Settings
) -> APIRouter:
    routes = APIRouter(prefix="/v1")
    # One share of a stranger's attempts, whichever of these he tries.
    processes = Processes(platform.database)
    rate = Rate(settings.pickups_per_minute, lambda: processes.count)

    async def let_in(request: Request) -> None:
        request.state.public = True
        await processes.look()
        rate.take(request)

    strangers = (_pickups(sharing, let_in), _outside(outside, let_in))
    for part in (_shares(platform, sharing), _inbox(platform, inbox), *strangers):
        routes.include_router(part)
    return routes


def _shares(platform: Platform, sharing: Sharing) -> APIRouter:
    routes = APIRouter(prefix="/shares", tags=["shares"])
    caller = current_person(platform)

    @routes.get("", summary="What was shared with whom, and how it stands (who has the file, FG)")
    async def shares(
        window: WindowAsked,
        person: Person = caller,
        number: Annotated[str | None, Query(pattern=NUMBER, description="Of one signal")] = None,
    ) -> dict[str, Any]:
        return await sharing.all(person, number, window)

    @routes.get("/{shareId}", summary="How one share stands")
    async def one(shareId: ShareId, person: Person = caller) -> dict[str, Any]:  # noqa: N803
        return await sharing.one(shareId, person)

    @routes.post("/{shareId}/links", status_code=201, summary="A link and a secret for a receiver without an account")
    async def link(shareId: ShareId, person: Person = caller) -> LinkOut:  # noqa: N803
        """Both are shown once; those made before count no longer."""
        found = await sharing.make_link(shareId, person)
        return LinkOut(link=found.link, secret=found.secret, until=found.until.isoformat(), sealed=found.sealed)

    @routes.post("/{shareId}/answers", status_code=201, summary="Enter what a receiver answered in another way")
    async def answer(shareId: ShareId, body: EnteredIn, person: Person = caller) -> dict[str, Any]:  # noqa: N803
        return await sharing.enter_answer(shareId, person, body.outcome, body.reason)

    return routes


def _inbox(platform: Platform, inbox: DepartmentInbox) -> APIRouter:
    routes = APIRouter(prefix="/inbox", tags=["inbox"])
    caller = current_person(platform)

    @routes.get("", summary="What was shared with the departments of the caller")
    async def shared(window: WindowAsked, person: Person = caller) -> dict[str, Any]:
        return await inbox.all(person, window)

    @routes.get("/{shareId}", summary="What was shared, to read")
    async def read(shareId: ShareId, person: Person = caller) -> dict[str, Any]:  # noqa: N803
        return await inbox.one(shareId, person)

    @routes.get("/{shareId}/document", summary="The same as a document", response_class=Response, responses=PDF)
    async def document(shareId: ShareId, person: Person = caller) -> Response:  # noqa: N803
        return Response(await inbox.document(shareId, person), media_type="application/pdf")

    @routes.post("/{shareId}/answers", status_code=201, summary="Take it up, or say why not")
    async def answer(shareId: ShareId, body: AnswerIn, person: Person = caller) -> dict[str, Any]:  # noqa: N803
        return await inbox.answer(shareId, person, body.outcome, body.reason)

    return routes


def _pickups(sharing: Sharing, let_in: LetIn) -> APIRouter:
    routes = APIRouter(tags=["pickups"])

    @routes.post(
        "/pickups", summary="Fetch what was shared, once (no token)", response_class=Response, responses=PICKED_UP
    )
    async def fetch(body: PickupIn, request: Request) -> Response:
        await let_in(request)
        data = await sharing.fetch(body.link, body.secret)
        return Response(data, media_type=form_of(data))

    @routes.post("/pickup-answers", status_code=204, summary="Take up what was fetched, or say why not (no token)")
    async def answer(body: PickupAnswerIn, request: Request) -> Response:
        await let_in(request)
        await sharing.answer_from_outside(body.link, body.secret, body.answer.outcome, body.answer.reason)
        return Response(status_code=204)

    return routes


def _outside(outside: Outside, let_in: LetIn) -> APIRouter:
    routes = APIRouter(tags=["outside"])

    @routes.post(
        "/outside-statements", status_code=204, summary="A receiver has it, answers, or asks (signed; no token)"
    )
    async def said(body: StatementIn, request: Request) -> Response:
        await let_in(request)
        await outside.hears(body.share, body.statement)
        return Response(status_code=204)

    @routes.post("/endings", summary="What was destroyed of what a receiver has (signed; no token)")
    async def endings(body: EndingsIn, request: Request) -> EndingsOut:
        await let_in(request)
        return EndingsOut(endings=await outside.endings(body.receiver, body.statement))

    return routes
