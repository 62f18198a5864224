"""The portal: the pages that people use. The only place where its parts are wired together."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from services.portal.api import dossiers, log_in, questions, received, shares, sharing, tasks, work
from services.portal.api.visits import Visits
from services.portal.calls import Calls
from services.portal.guard import Guard
from services.portal.pages import Pages
from services.portal.sessions import Sessions
from services.portal.settings import Settings
from services.portal.use_cases.dossiers import Dossiers
from services.portal.use_cases.questions import Questions
from services.portal.use_cases.received import ReceivedShares
from services.portal.use_cases.shares import Shares
from services.portal.use_cases.sharing import Composing
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
    pages = Pages(law, live=settings.live)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await calls.close()

    app = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    pages.install(app)
    visits = Visits(sessions)
    held = Dossiers(calls)
    for one in (
        log_in.router(visits, sessions, calls, pages),
        work.router(visits, Work(calls, law), pages),
        dossiers.router(visits, held, pages),
        sharing.router(visits, held, Composing(calls, held), pages),
        questions.router(visits, held, Questions(calls), pages),
        shares.router(visits, Shares(calls), pages),
        received.router(visits, ReceivedShares(calls), pages),
        tasks.router(visits, Tasks(calls), pages),
    ):
        app.include_router(one)
    app.state.sessions = sessions
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    app.add_middleware(Guard, origin=settings.portal_address)
    return app
