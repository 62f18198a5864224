"""The addresses of drafts: of a dossier's forms, and of a task's answer. Each for its author alone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, Field, StringConstraints, field_validator

from shared.engine.drafts import Draft, answer_to
from shared.engine.engine import Engine
from shared.http.app import current_person
from shared.http.bodies import Strict, plain
from shared.http.decisions import DossierNumber
from shared.http.tasks import TaskId
from shared.identity import Person

Form = Annotated[
    str,
    Path(
        pattern=r"^[a-z0-9-]{2,40}(\.[a-z0-9-]{1,60})?$",
        description="A decision, with its outcome where one was chosen; or `item` with a category; or `steps` with"
        " the first of several at once",
        examples=["weging-1.suspicion"],
    ),
]
OutcomeOfTask = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$", description="Which answer was begun")]
FieldName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,120}$")]
Value = Annotated[str, StringConstraints(max_length=20_000)]


class DraftIn(Strict):
    """What was filled in so far: by the name of a field its values, as a form has them. Nothing is judged."""

    filled: Annotated[dict[FieldName, Annotated[list[Value], Field(max_length=200)]], Field(max_length=500)]

    @field_validator("filled")
    @classmethod
    def _is_text(cls, filled: dict[str, list[str]]) -> dict[str, list[str]]:
        return plain(filled)


class DraftOut(Strict):
    """`saved_at` is absent, and nothing filled in, where there is none."""

    filled: dict[str, list[str]]
    saved_at: AwareDatetime | None = None


def draft_routes(engine: Engine, of: str = "signals") -> APIRouter:
    """Drafts of the forms by which something is decided, or recorded, `of` what is decided on."""
    routes = APIRouter(prefix=f"/v1/{of}/{{number}}/drafts/{{form}}", tags=[of])
    caller = current_person(engine.platform)

    @routes.get("", summary="What the caller has typed into a form before")
    async def read(number: DossierNumber, form: Form, person: Person = caller) -> DraftOut:
        return _shown(await (await engine.drafts.of_dossier(number, person, form)).read())

    @routes.put("", summary="Keep what the caller has typed into a form, for some days")
    async def keep(number: DossierNumber, form: Form, body: DraftIn, person: Person = caller) -> DraftOut:
        return _shown(await (await engine.drafts.of_dossier(number, person, form)).keep(body.filled))

    @routes.delete("", status_code=204, summary="Throw it away")
    async def drop(number: DossierNumber, form: Form, person: Person = caller) -> Response:
        await engine.drafts.drop(number, person, form)
        return Response(status_code=204)

    return routes


def task_draft_routes(engine: Engine) -> APIRouter:
    """Drafts of an answer to a task."""
    routes = APIRouter(prefix="/v1/tasks/{taskId}/drafts/{outcome}", tags=["tasks"])
    caller = current_person(engine.platform)

    @routes.get("", summary="What the caller has typed as an answer before")
    async def read(taskId: TaskId, outcome: OutcomeOfTask, person: Person = caller) -> DraftOut:  # noqa: N803
        return _shown(await (await engine.drafts.of_task(taskId, person, outcome)).read())

    @routes.put("", summary="Keep what the caller has typed as an answer, for some days")
    async def keep(taskId: TaskId, outcome: OutcomeOfTask, body: DraftIn, person: Person = caller) -> DraftOut:  # noqa: N803
        return _shown(await (await engine.drafts.of_task(taskId, person, outcome)).keep(body.filled))

    @routes.delete("", status_code=204, summary="Throw it away")
    async def drop(taskId: TaskId, outcome: OutcomeOfTask, person: Person = caller) -> Response:  # noqa: N803
        await engine.drafts.drop(None, person, answer_to(taskId, outcome))
        return Response(status_code=204)

    return routes


def _shown(draft: Draft) -> DraftOut:
    return DraftOut(filled={name: list(values) for name, values in draft.filled.items()}, saved_at=draft.saved_at)
