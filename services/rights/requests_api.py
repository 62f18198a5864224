"""HTTP: the register of requests, registering one, and its letters; deciding on it is the decision interface."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime, Field

from services.rights.asking import AskingHolders
from services.rights.holdings import AskingServices
from services.rights.looking import LookingFor
from services.rights.request_letters import RequestLetters
from services.rights.requests import Requests
from shared.engine.engine import Engine
from shared.http.app import NUMBER, REQUEST_NUMBER, current_person
from shared.http.bodies import FieldsGiven, Strict
from shared.http.decisions import Purpose, decision_routes, purpose_of, view_routes
from shared.http.drafts import draft_routes
from shared.http.pages import WindowAsked
from shared.identity import Person

RequestNumber = Annotated[
    str, Path(pattern=REQUEST_NUMBER, description="The number of the request", examples=["V-7K3MQ-9XD4T"])
]
RequestLetterName = Annotated[str, Path(pattern=r"^letter-[0-9a-f]{32}$", description="The letter")]
DoneAsked = Annotated[bool, Query(description="Those that were answered, instead of those that wait")]


class RequestIn(Strict):
    """`fields`: what the law asks of who registers a request (shared/protocol/registering.py), by name. `key`: of the form: who
    sends it again, or clicks twice, has registered once."""

    fields: FieldsGiven
    key: Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]{8,60})?$")] = ""


class RequestOut(Strict):
    """`due_on`: by the protocol; `legal_on`: the month of the AVG, or of a bezwaar the weeks of the Awb."""

    number: str
    due_on: date
    legal_on: date


class RequestLetterIn(Strict):
    expected_version: int
    kind: Literal["receipt", "extension", "answer", "supplement", "lifting"]


class RequestLetterOut(Strict):
    """`letter` is what the decision that it was sent names; `version`: of the request, now."""

    letter: str
    sha256: str
    version: int


class RequestWarrantOut(Strict):
    """For retention, with one's own token for it, before `until`. `asked`: in what somebody would be the same."""

    warrant: str
    until: AwareDatetime
    asked: dict[str, tuple[str, ...]]


class AskAboutIn(Strict):
    """`signal`: whose holder is asked whether it is about this person. `holder`: where it is thought to be; who has not got it says
    where it went."""

    signal: Annotated[str, Field(pattern=NUMBER)]
    holder: Literal["assessment", "sources", "casework"] = "assessment"


class ServicesAskedOut(Strict):
    """Each of them answers by a message; until then it stands in the request as silent."""

    request: str
    services: list[str]


class AskedAboutOut(Strict):
    """`state`: `waiting` until its holder has answered."""

    request: str
    signal: str
    holder: str
    state: str


def request_routes(engine: Engine, requests: Requests) -> APIRouter:
    routes, letters = APIRouter(), RequestLetters(engine)
    asking, looking, services = AskingHolders(engine), LookingFor(engine), AskingServices(engine)
    caller = current_person(engine.platform)

    @routes.post("/v1/requests", tags=["requests"], status_code=201, summary="Register a request or a bezwaar")
    async def register(body: RequestIn, person: Person = caller) -> RequestOut:
        return RequestOut.model_validate(await requests.register(person, body.fields, body.key))

    @routes.get("/v1/requests", tags=["requests"], summary="The register, by the day of first receipt")
    async def listed(window: WindowAsked, done: DoneAsked = False, person: Person = caller) -> dict[str, Any]:
        return await requests.all(person, window, done=done)

    @routes.get(
        "/v1/overdue-requests",
        tags=["requests"],
        summary="What should have been answered, or looked at again (beheerder, FG)",
    )
    async def late(window: WindowAsked, person: Person = caller) -> dict[str, Any]:
        return await requests.overdue(person, window)

    @routes.post(
        "/v1/requests/{number}/existence-checks",
        tags=["requests"],
        summary="A warrant, to ask retention whether there is something of this person",
    )
    async def look(number: RequestNumber, person: Person = caller) -> RequestWarrantOut:
        issued = await looking.warrant(number, person)
        return RequestWarrantOut(warrant=issued.token, until=issued.until, asked=dict(issued.kinds))

    @routes.post(
        "/v1/requests/{number}/signals",
        tags=["requests"],
        status_code=201,
        summary="Ask the holder of a signal whether it is about this person",
    )
    async def ask(number: RequestNumber, body: AskAboutIn, person: Person = caller) -> AskedAboutOut:
        return AskedAboutOut.model_validate(await asking.ask(number, person, body.signal, body.holder))

    @routes.post(
        "/v1/requests/{number}/services",
        tags=["requests"],
        status_code=202,
        summary="Ask the services that answer by themselves anew what they hold",
    )
    async def ask_services(number: RequestNumber, person: Person = caller) -> ServicesAskedOut:
        rows = await services.ask(number, person)
        return ServicesAskedOut(request=number, services=sorted({one.service for one in rows}))

    @routes.post(
        "/v1/requests/{number}/letters", tags=["requests"], status_code=201, summary="Make a letter to who asks"
    )
    async def make(number: RequestNumber, body: RequestLetterIn, person: Person = caller) -> RequestLetterOut:
        return RequestLetterOut(**await letters.make(number, person, body.kind, body.expected_version))

    @routes.get(
        "/v1/requests/{number}/letters/{letter}",
        tags=["requests"],
        summary="A letter that was made, as PDF/UA",
        response_class=Response,
        responses={200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}},
    )
    async def read(
        number: RequestNumber, letter: RequestLetterName, person: Person = caller, x_purpose: Purpose = None
    ) -> Response:
        found = await letters.pdf(number, letter, person, purpose_of(x_purpose))
        return Response(found, media_type="application/pdf")

    @routes.get(
        "/v1/requests/{number}/letters/{letter}/copy", tags=["requests"], summary="The same letter, for a machine"
    )
    async def copy(
        number: RequestNumber, letter: RequestLetterName, person: Person = caller, x_purpose: Purpose = None
    ) -> dict[str, Any]:
        return await letters.copy(number, letter, person, purpose_of(x_purpose))

    for part in (view_routes, decision_routes, draft_routes):
        routes.include_router(part(engine, "requests"))
    return routes
