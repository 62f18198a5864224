"""HTTP: the work list, the decision interface, tasks, and meetings."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from services.assessment.bodies import (
    AgendaIn,
    AttendanceIn,
    ExistenceCheckIn,
    MeetingIn,
    MeetingKinds,
    MeetingList,
    MeetingOut,
    WarrantOut,
)
from services.assessment.use_cases import Existence, Meetings
from shared.engine.engine import Engine
from shared.engine.show import listed
from shared.http.answering import answering_routes
from shared.http.app import current_person
from shared.http.chapters import chapter_routes
from shared.http.clusters import cluster_routes
from shared.http.consultations import consultation_routes
from shared.http.decisions import Number, decision_routes, preview_routes, record_routes, view_routes
from shared.http.drafts import draft_routes, task_draft_routes
from shared.http.meetings import MeetingId, agenda_routes
from shared.http.pages import WindowAsked
from shared.http.steps import step_routes
from shared.http.tasks import task_routes
from shared.identity import Person


def router(engine: Engine, meetings: Meetings, existence: Existence) -> APIRouter:
    routes = APIRouter()
    caller = current_person(engine.platform)

    @routes.get("/v1/signals", tags=["signals"], summary="The work list: numbers and neutral names")
    async def work_list(window: WindowAsked, person: Person = caller) -> dict[str, Any]:
        """What is in hand, oldest first. Signals that have ended are not on it (R-9.2)."""
        return (await engine.showing.work_list(person, window)).of("signals", listed)

    @routes.get("/v1/meetings", tags=["meetings"], summary="The meetings, for who prepares or attends them")
    async def all_meetings(window: WindowAsked, person: Person = caller) -> MeetingList:
        return await meetings.all(person, window)

    @routes.post("/v1/meetings", status_code=201, tags=["meetings"], summary="Call a meeting")
    async def call(body: MeetingIn, person: Person = caller) -> MeetingOut:
        return await meetings.call(person, body)

    @routes.get("/v1/meeting-kinds", tags=["meetings"], summary="Which meetings can be called, and who can be invited")
    async def kinds(person: Person = caller) -> MeetingKinds:
        return await meetings.kinds(person)

    @routes.get("/v1/meetings/{meetingId}", tags=["meetings"], summary="One meeting, for who prepares or attends it")
    async def one(meetingId: MeetingId, person: Person = caller) -> MeetingOut:  # noqa: N803
        return await meetings.one(person, meetingId)

    @routes.post("/v1/meetings/{meetingId}/closings", status_code=201, tags=["meetings"], summary="End a meeting")
    async def close(meetingId: MeetingId, person: Person = caller) -> MeetingOut:  # noqa: N803
        """From then on nobody opens its papers."""
        return await meetings.close(person, meetingId)

    @routes.post("/v1/meetings/{meetingId}/agenda-items", status_code=201, tags=["meetings"], summary="Add a signal")
    async def add(meetingId: MeetingId, body: AgendaIn, person: Person = caller) -> MeetingOut:  # noqa: N803
        return await meetings.add(person, meetingId, body.number)

    @routes.post("/v1/meetings/{meetingId}/attendances", status_code=201, tags=["meetings"], summary="Who was there")
    async def attend(meetingId: MeetingId, body: AttendanceIn, person: Person = caller) -> MeetingOut:  # noqa: N803
        return await meetings.attend(person, meetingId, body.member)

    @routes.post(
        "/v1/signals/{number}/existence-checks",
        status_code=201,
        tags=["signals"],
        summary="Ask whether there is something already: a warrant for retention, for one minute",
    )
    async def check(number: Number, body: ExistenceCheckIn, person: Person = caller) -> WarrantOut:
        return await existence.ask(number, person, body)

    parts = (
        answering_routes,
        consultation_routes,
        view_routes,
        decision_routes,
        preview_routes,
        record_routes,
        step_routes,
        task_routes,
        draft_routes,
        task_draft_routes,
    )
    for part in (*parts, cluster_routes, agenda_routes):
        routes.include_router(part(engine))
    routes.include_router(chapter_routes(engine.platform, engine.accounting.chapter))
    return routes
