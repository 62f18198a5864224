"""The addresses for people without the file: their tasks, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import Field, StringConstraints

from shared.engine.engine import Engine
from shared.engine.given import GivenAnswer, GivenReport
from shared.engine.tables import TaskRow
from shared.http.app import current_person
from shared.http.bodies import FieldsGiven, Ref, SpecialGrounds, Strict
from shared.http.decisions import PENDING, DecisionOut, Purpose, purpose_of, shown
from shared.http.pages import WindowAsked
from shared.identity import Person
from shared.protocol.judge import MOST_REASON

TaskId = Annotated[UUID, Path(description="The number of the task")]


class TaskDecisionIn(Strict):
    """What somebody does with a task. Who is asked to co-sign answers `agree`, `disagree` or `question`; who is asked about
    his own proposal `answer` or `withdraw`; each with a reason. `key`: another decision than the one that ends the task,
    as `progress` of an order.
    """

    key: Annotated[str, Field(pattern=r"^[a-z0-9-]{0,40}$")] = ""

    outcome: Annotated[str, Field(pattern=r"^[a-z0-9-]{0,40}$")] = ""
    reason: Annotated[str, StringConstraints(max_length=MOST_REASON)] = ""
    fields: FieldsGiven
    special_grounds: SpecialGrounds


class TaskReportIn(Strict):
    """What a department asks about its order (`department-question`), or found (`department-report`, with `foundOn` and,
    where somebody comes to light, `named`)."""

    category: Ref
    finding: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    fields: FieldsGiven
    special_grounds: SpecialGrounds


class TaskReported(Strict):
    """What was recorded."""

    item: str


class TaskAnswerIn(TaskDecisionIn):
    """The answer to one of several tasks."""

    task: UUID


class TaskAnswersIn(Strict):
    """Answers to several questions about one dossier; `reason` where one has none of its own."""

    answers: Annotated[tuple[TaskAnswerIn, ...], Field(min_length=1, max_length=100)]
    reason: Annotated[str, StringConstraints(max_length=MOST_REASON)] = ""


class TaskOut(Strict):
    """`due_on`: by when it is to be done, where it has such a day."""

    id: UUID
    kind: str
    since: str
    due_on: date | None = None


class TaskList(Strict):
    tasks: list[TaskOut]
    next: str | None


def task_routes(engine: Engine) -> APIRouter:
    """The list of tasks, one of them (asks X-Purpose), and its answer: 201, or 202 when somebody has to co-sign."""
    routes = APIRouter(prefix="/v1/tasks", tags=["tasks"])
    caller = current_person(engine.platform)

    @routes.get("", summary="The tasks that wait for the caller")
    async def listed(window: WindowAsked, person: Person = caller) -> TaskList:
        found = await engine.tasks.list(person, window)
        return TaskList(tasks=[_shown(one) for one in found.rows], next=found.next)

    @routes.get("/{taskId}", summary="One task of the caller, with what is needed for it")
    async def one(taskId: TaskId, person: Person = caller, x_purpose: Purpose = None) -> dict[str, Any]:  # noqa: N803
        task, more = await engine.tasks.one(taskId, person, purpose_of(x_purpose))
        return _shown(task).model_dump(mode="json", by_alias=True) | more

    @routes.post("/{taskId}/decisions", status_code=201, summary="Do what the task asks")
    async def decide(taskId: TaskId, body: TaskDecisionIn, response: Response, person: Person = caller) -> DecisionOut:  # noqa: N803
        answer = GivenAnswer(body.outcome, body.reason, body.fields, body.special_grounds, body.key)
        found = shown(await engine.tasks.answer(taskId, person, answer))
        response.status_code = 202 if found.status in PENDING else 201
        return found

    # A resource of its own: a decision on one task stands under that task.
    answers = APIRouter(tags=["tasks"])

    @answers.post("/v1/task-answers", status_code=201, summary="Answer several questions about one dossier at once")
    async def answer_together(body: TaskAnswersIn, person: Person = caller) -> DecisionOut:
        given = {
            one.task: GivenAnswer(one.outcome, one.reason or body.reason, one.fields, one.special_grounds)
            for one in body.answers
        }
        return shown(await engine.tasks.answer_together(person, given))

    both = APIRouter()
    both.include_router(routes)
    both.include_router(answers)
    return both


def report_routes(engine: Engine) -> APIRouter:
    """Asking and reporting while a task runs, where that is possible."""
    routes = APIRouter(prefix="/v1/tasks", tags=["tasks"])

    @routes.post("/{taskId}/items", status_code=201, summary="Ask or report something while the task runs")
    async def report(
        taskId: TaskId,  # noqa: N803
        body: TaskReportIn,
        person: Person = current_person(engine.platform),
    ) -> TaskReported:
        given = GivenReport(body.category, body.finding, body.fields, body.special_grounds)
        return TaskReported(item=(await engine.tasks.report(taskId, person, given)).item)

    return routes


def _shown(task: TaskRow) -> TaskOut:
    assert task.opened_at is not None
    return TaskOut(id=task.id, kind=task.kind, since=task.opened_at.isoformat(), due_on=task.due_on)
