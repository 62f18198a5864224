"""HTTP: tokens and designations."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Response
from pydantic import BaseModel, Field

from services.access.portal import MOST_ASSERTION
from services.access.provider import MOST_TOKEN
from services.access.use_cases import Access, TokenAsked
from shared.contracts.access import Designating
from shared.http.app import current_person
from shared.http.bodies import MomentGiven, Strict
from shared.http.pages import WindowAsked
from shared.identity import Person
from shared.service.platform import Platform

SeqAsked = Annotated[int, Path(ge=1, lt=2**31)]


class TokenOut(BaseModel):
    """RFC 8693 section 2.2.1; the field names are the standard's."""

    access_token: str
    issued_token_type: str = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: int
    refresh_token: str


class DesignationIn(Strict):
    user_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{8,64}$")]
    role: Annotated[str, Field(pattern=r"^[a-z0-9-]{2,60}$")]
    starts_at: MomentGiven
    ends_at: MomentGiven
    basis: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9./-]{2,39}$", examples=["BESLUIT-2026-17"])]
    """The reference of the decision on which it rests: a code, so that no content ends up here."""


class DesignationOut(Strict):
    id: int
    user_id: str
    role: str
    starts_at: MomentGiven
    ends_at: MomentGiven
    designated_by: str
    basis: str


class DesignationList(Strict):
    designations: list[DesignationOut]
    next: str | None


def router(platform: Platform, access: Access) -> APIRouter:
    routes = APIRouter(prefix="/v1")

    @routes.post(
        "/tokens",
        tags=["tokens"],
        summary="Exchange a log-in for a token of one service (the portal)",
        response_model_exclude_none=True,
    )
    async def token(
        grant_type: Annotated[Literal["urn:ietf:params:oauth:grant-type:token-exchange"], Form()],
        client_assertion_type: Annotated[Literal["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"], Form()],
        client_assertion: Annotated[str, Form(max_length=MOST_ASSERTION)],
        subject_token: Annotated[str, Form(max_length=MOST_TOKEN)],
        subject_token_type: Annotated[
            Literal[
                "urn:ietf:params:oauth:token-type:id_token",
                "urn:ietf:params:oauth:token-type:refresh_token",
            ],
            Form(),
        ],
        audience: Annotated[str, Form(max_length=40)],
        nonce: Annotated[str, Form(max_length=200, description="That of the log-in; with an ID token")] = "",
    ) -> TokenOut:
        """At most five minutes, for one service, with the person's designations (RFC 8693). An ID token is taken once; the
        `refresh_token` serves for the next token, of any service: until it has not been used for a while, the log-in has
        lasted a working day, or the person logs out.
        """
        is_log_in = subject_token_type.endswith("id_token")
        found = await access.exchange(
            TokenAsked(client_assertion, subject_token, nonce if is_log_in else None, audience)
        )
        return TokenOut(access_token=found.token, expires_in=found.seconds, refresh_token=found.resume)

    @routes.post("/log-outs", status_code=204, tags=["tokens"], summary="Log somebody out, everywhere (the portal)")
    async def log_out(
        client_assertion_type: Annotated[Literal["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"], Form()],
        client_assertion: Annotated[str, Form(max_length=MOST_ASSERTION)],
        token: Annotated[str, Form(max_length=MOST_TOKEN, description="The `refresh_token` of a log-in of his")],
    ) -> Response:
        """As RFC 7009: a token that is none any more is no error. Tokens of services that were given before last for their
        five minutes."""
        await access.log_out(client_assertion, token)
        return Response(status_code=204)

    @routes.get("/designations", tags=["designations"], summary="Designations, past ones too, the newest first")
    async def listed(window: WindowAsked, person: Person = current_person(platform)) -> DesignationList:
        page = await access.designations(person, window)
        return DesignationList.model_validate(page.of("designations", DesignationOut.model_validate))

    @routes.post("/designations", status_code=201, tags=["designations"], summary="Designate somebody (beheerder)")
    async def designate(body: DesignationIn, person: Person = current_person(platform)) -> DesignationOut:
        return DesignationOut.model_validate(await access.designate(person, Designating(**body.model_dump())))

    @routes.delete(
        "/designations/{designationId}", status_code=204, tags=["designations"], summary="End a designation now"
    )
    async def end(designationId: SeqAsked, person: Person = current_person(platform)) -> Response:  # noqa: N803
        """It is ended, not erased: who was designated when stays on record."""
        await access.end(person, designationId)
        return Response(status_code=204)

    return routes
