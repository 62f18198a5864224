"""HTTP: reports come in, and a designated colleague may contact a reporter."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Request, Response
from pydantic import Field, ValidationError

from services.intake.bodies import PUBLIC, SignalIn
from services.intake.settings import Settings
from services.intake.use_cases import Intake
from shared.errors import Conflict, Invalid
from shared.http.app import NUMBER, current_person
from shared.http.bodies import Strict
from shared.http.decisions import Number
from shared.http.problems import faults_of
from shared.http.rate import Rate
from shared.identity import Person
from shared.protocol.live import TRIAL
from shared.service.platform import Platform


class Receipt(Strict):
    """`number` is only for a colleague; a reporter gets a receipt code. `warning`: that this is only a trial."""

    receipt_code: str
    number: str | None = None
    warning: str | None = None


class ReporterWithdrawalIn(Strict):
    receipt_code: Annotated[str, Field(pattern=r"^R-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{10}$")]


class ContactIn(Strict):
    number: Annotated[str, Field(pattern=NUMBER)]
    reason: Literal["contact-melder"]


class ContactOut(Strict):
    number: str
    kind: str
    name: str | None
    email: str | None
    phone: str | None
    wants_contact: bool


def router(platform: Platform, intake: Intake, settings: Settings) -> APIRouter:
    routes = APIRouter(prefix="/v1")
    rate = Rate(settings.web_reports_per_minute, lambda: intake.door.processes)
    file_roles = settings.laws.configured.file_roles
    person_of = current_person(platform).dependency

    @routes.post(
        "/signals",
        status_code=201,
        tags=["signals"],
        summary="Report a signal",
        response_model=Receipt,
        response_model_exclude_none=True,
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _body_schema()}}}},
    )
    async def report(
        request: Request,
        idempotency_key: Annotated[str | None, Header(max_length=200, min_length=8)] = None,
        authorization: Annotated[str | None, Header()] = None,
    ) -> Receipt:
        """Channel `web` is public; every other channel needs a colleague's token. The body is read here and
        not by the framework, so that the same bytes can be recognised when they are sent again."""
        if authorization is None:
            # Before anything is looked at: what is wrong counts like what is right.
            request.state.public = True
            rate.take(request)
        else:
            request.state.person = await person_of(request, authorization)
        if settings.may_not_serve:
            raise Conflict(
                "Dit meldpunt is nog niet in gebruik genomen: er kan nog niet worden gemeld.", code="not-live"
            )
        raw = await request.body()
        signal = _parse(raw, platform.clock.now())
        person: Person | None = None
        if signal.channel != PUBLIC:
            person = await person_of(request, authorization)
        elif authorization is not None:
            rate.take(request)
        accepted = await intake.accept(signal, raw, idempotency_key, person)
        return Receipt(
            receipt_code=accepted.receipt_code,
            number=accepted.number if person else None,
            warning=None if settings.live else TRIAL,
        )

    @routes.post(
        "/withdrawals", status_code=204, tags=["reporters"], summary="Be reached no more (the reporter, no token)"
    )
    async def withdraw(body: ReporterWithdrawalIn, request: Request) -> Response:
        """With the receipt code. What was reported stays; who reported it is contacted by nobody any more."""
        request.state.public = True
        rate.take(request)
        await intake.withdraw(body.receipt_code)
        return Response(status_code=204)

    @routes.get("/signals/{number}", tags=["signals"], summary="A report that is on its way to assessment")
    async def waiting(number: Number, person: Person = current_person(platform)) -> dict[str, str]:
        """Number, destination and since when; intake cannot read what it has accepted."""
        person.role_among(file_roles)
        return await intake.waiting(number)

    @routes.post("/reporter-contacts", tags=["reporters"], summary="Open a reporter's contact data, to contact him")
    async def contact(body: ContactIn, person: Person = current_person(platform)) -> ContactOut:
        """The only way to contact data; the reason and the person are in the audit trail (R-5.2)."""
        role = person.role_among(file_roles)
        found = await intake.contact(body.number, body.reason, person, role)
        return ContactOut(**found.model_dump())

    return routes


def _body_schema() -> dict[str, Any]:
    """The schema of a report, with its parts written out: the body is read here, so FastAPI knows none of them."""
    schema = SignalIn.model_json_schema(by_alias=True)
    parts = schema.pop("$defs", {})

    def written_out(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                return written_out(parts[node["$ref"].rsplit("/", 1)[-1]])
            return {key: written_out(value) for key, value in node.items()}
        return [written_out(one) for one in node] if isinstance(node, list) else node

    found: dict[str, Any] = written_out(schema)
    return found


def _parse(raw: bytes, now: datetime) -> SignalIn:
    try:
        return SignalIn.model_validate_json(raw, context={"now": now})
    except ValidationError as problem:
        raise Invalid(faults_of(problem.errors(include_url=False, include_input=False))) from None
