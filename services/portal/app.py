"""The portal: the pages that people use. The only place where its parts are wired together."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from services.portal.api import dossiers, log_in, meetings, tasks, work
from services.portal.api.visits import Visits
from services.portal.calls import Calls
from services.portal.guard import Guard
from services.portal.pages import Pages
from services.portal.people import People
from services.portal.sessions import Sessions
from services.portal.settings import Settings
from services.portal.use_cases.dossiers import Dossiers
from services.portal.use_cases.meetings import MyMeetings
from services.portal.use_cases.tasks import Tasks
from services.portal.use_cases.work import Work
from shared.protocol.laws import Laws
from shared.telemetry import set_up_logs


def create(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings()
    set_up_logs("portal", settings.log_level)
    law = Laws.read(settings.protocol, settings.protocols).configured
    calls = Calls(settings)
    sessions = Sessions(settings.idle_seconds, settings.most_sessions)
    people = People(settings.people, {one: law.called(one) for guests in law.meetings.values() for one in guests})
    pages = Pages(law, live=settings.live, people=people)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await calls.close()

    app = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    pages.install(app)
    visits = Visits(sessions)
    for one in (
        log_in.router(visits, sessions, calls, pages),
        work.router(visits, Work(calls, law), pages),
        dossiers.router(visits, Dossiers(calls, people), pages),
        tasks.router(visits, Tasks(calls), pages),
        meetings.router(visits, MyMeetings(calls, law, people), pages),
    ):
        app.include_router(one)
    app.state.sessions = sessions
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    app.add_middleware(Guard, origin=settings.portal_address)
    return app
