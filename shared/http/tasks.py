"""The addresses for people without the file: their tasks, and nothing else."""

from __future__ import annotations

from typing import Annotated, Any, Protocol
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import Field, StringConstraints

from shared.http.app import current_person
from shared.http.bodies import Strict
from shared.http.decisions import DecisionOut, Purpose, purpose_of
from shared.identity import Person
from shared.protocol.judge import MOST_REASON
from shared.service.platform import Platform

TaskId = Annotated[UUID, Path(description="The number of the task")]


class TaskDecisionIn(Strict):
    """What somebody does with a task. A co-signature needs no outcome: it confirms what was proposed."""

    outcome: Annotated[str, Field(pattern=r"^[a-z0-9-]{0,40}$")] = ""
    reason: Annotated[str, StringConstraints(max_length=MOST_REASON)] = ""
    fields: Annotated[dict[str, Any], Field(max_length=20, default_factory=dict)]


class TaskOut(Strict):
    id: UUID
    kind: str
    since: str


class TaskList(Strict):
    tasks: list[TaskOut]


class Asked(Protocol):
    """What a service that asks people something can be asked about it."""

    async def list(self, person: Person) -> list[dict[str, Any]]: ...

    async def one(self, identifier: UUID, person: Person, purpose: str) -> dict[str, Any]: ...

    async def decide(self, identifier: UUID, person: Person, given: TaskDecisionIn) -> DecisionOut: ...


def task_routes(platform: Platform, tasks: Asked) -> APIRouter:
    routes = APIRouter(prefix="/v1/tasks", tags=["tasks"])
    caller = current_person(platform)

    @routes.get("", summary="The tasks that wait for the caller")
    async def listed(person: Person = caller) -> TaskList:
        return TaskList(tasks=[TaskOut.model_validate(one) for one in await tasks.list(person)])

    @routes.get("/{taskId}", summary="One task of the caller, with what is needed for it")
    async def one(taskId: TaskId, person: Person = caller, x_purpose: Purpose = None) -> dict[str, Any]:  # noqa: N803
        return await tasks.one(taskId, person, purpose_of(x_purpose))

    @routes.post("/{taskId}/decisions", status_code=201, summary="Do what the task asks")
    async def decide(taskId: TaskId, body: TaskDecisionIn, response: Response, person: Person = caller) -> DecisionOut:  # noqa: N803
        found = await tasks.decide(taskId, person, body)
        response.status_code = 202 if found.status == "proposed" else 201
        return found

    return routes
