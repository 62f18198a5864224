"""Requests of persons about a signal that is here: who has the file says whether it is about who asks, and what of it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, Field, StringConstraints, field_validator

from shared.engine.answer_about import GivenAnswerAbout
from shared.engine.answering import AskedShown
from shared.engine.engine import Engine
from shared.engine.sealed_answering import SealedShown
from shared.engine.tables import AskedRow, SealedAskRow
from shared.http.app import REQUEST_NUMBER, current_person
from shared.http.bodies import Ref, Strict, plain
from shared.http.decisions import Number, Purpose, purpose_of
from shared.http.pages import WindowAsked
from shared.identity import Person
from shared.protocol.answering import LOOKED_MOST, SUMMARY_MOST

AboutRequest = Annotated[str, Path(pattern=REQUEST_NUMBER, description="The request", examples=["V-7K3MQ-9XD4T"])]
Looked = Annotated[str, StringConstraints(max_length=LOOKED_MOST)]
Summary = Annotated[str, StringConstraints(max_length=SUMMARY_MOST)]


class PersonAnswerIn(Strict):
    """`outcome`: whether the file is about who asks (`about`, `not-about`). `looked`: how was looked in free text.
    `subject`: who he is in the file; `items`, `objects`: what of it is about him. `summaries`: by item what he reads instead
    of its own words, where another can be recognised in these."""

    outcome: Annotated[Ref, Field(examples=["about"])]
    looked: Looked = ""
    subject: Ref | None = None
    items: Annotated[list[Ref], Field(max_length=500, default_factory=list)]
    objects: Annotated[list[Ref], Field(max_length=100, default_factory=list)]
    summaries: Annotated[dict[Ref, Summary], Field(max_length=500, default_factory=dict)]

    @field_validator("summaries")
    @classmethod
    def _is_text(cls, given: dict[str, str]) -> dict[str, str]:
        return plain(given)


class PersonAnswerOut(Strict):
    """When the answer went to rights."""

    request: str
    number: str
    answered_at: AwareDatetime


def answering_routes(engine: Engine) -> APIRouter:
    """The list of what is asked, one of them, and its answer; and the same of what is sealed."""
    routes = APIRouter(prefix="/v1", tags=["requests"])
    caller = current_person(engine.platform)

    @routes.get("/person-requests", summary="Requests of persons that wait for an answer, the oldest first")
    async def waiting(window: WindowAsked, person: Person = caller) -> dict[str, Any]:
        return (await engine.answering.waiting(person, window)).of("requests", _listed)

    @routes.get("/signals/{number}/person-requests/{request}", summary="Who asks, and what there is to choose from")
    async def one(
        number: Number, request: AboutRequest, person: Person = caller, x_purpose: Purpose = None
    ) -> dict[str, Any]:
        return _shown(await engine.answering.one(number, request, person, purpose_of(x_purpose)))

    @routes.post(
        "/signals/{number}/person-requests/{request}/answer",
        status_code=201,
        summary="Say whether the file is about who asks, and what of it",
    )
    async def answer(
        number: Number, request: AboutRequest, body: PersonAnswerIn, person: Person = caller
    ) -> PersonAnswerOut:
        row = await engine.answering.answer(number, request, person, GivenAnswerAbout(**body.model_dump()))
        return PersonAnswerOut(request=row.request, number=row.number, answered_at=row.answered_at)

    @routes.get("/sealed-requests", summary="Requests of persons about what is sealed and read here, the oldest first")
    async def sealed(window: WindowAsked, person: Person = caller) -> dict[str, Any]:
        return (await engine.sealed.waiting(person, window)).of("requests", _listed)

    @routes.get(
        "/signals/{number}/sealed-requests/{request}",
        summary="What is read here of a sealed signal, for this request alone",
    )
    async def one_sealed(
        number: Number, request: AboutRequest, person: Person = caller, x_purpose: Purpose = None
    ) -> dict[str, Any]:
        found = await engine.sealed.one(number, request, person, purpose_of(x_purpose))
        return _listed(found.row) | {"until": found.row.until.isoformat()} | _choices(found)

    @routes.post(
        "/signals/{number}/sealed-requests/{request}/answer",
        status_code=201,
        summary="Say whether what is sealed is about who asks, and what of it",
    )
    async def answer_sealed(
        number: Number, request: AboutRequest, body: PersonAnswerIn, person: Person = caller
    ) -> PersonAnswerOut:
        row = await engine.sealed.answer(number, request, person, GivenAnswerAbout(**body.model_dump()))
        return PersonAnswerOut(request=row.request, number=row.number, answered_at=row.answered_at)

    return routes


def _listed(row: AskedRow | SealedAskRow) -> dict[str, Any]:
    return {
        "request": row.request,
        "number": row.number,
        "kind": row.kind,
        "askedAt": row.asked_at.isoformat(),
        "answerBy": row.answer_by.isoformat(),
    }


def _shown(found: AskedShown) -> dict[str, Any]:
    return (
        _listed(found.row)
        | {
            "requester": {
                **found.requester.person.model_dump(exclude_none=True),
                **({"bornOn": found.requester.born_on.isoformat()} if found.requester.born_on else {}),
            },
        }
        | _choices(found)
    )


def _choices(found: AskedShown | SealedShown) -> dict[str, Any]:
    return {
        "subjects": found.subjects,
        "objects": found.objects,
        "items": found.items,
        "about": {key: list(names) for key, names in found.about.items()},
    }
