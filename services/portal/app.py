"""The portal: the pages that people use. The only place where its parts are wired together."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator

from fastapi import FastAPI

from services.portal import leaving, measured
from services.portal.api import (
    answering,
    beheer,
    breaches,
    casework,
    clusters,
    designations,
    destruction,
    dossiers,
    existence,
    figures,
    guides,
    holds,
    letters,
    log_in,
    looks,
    meetings,
    operations,
    questions,
    received,
    requests,
    righting,
    several,
    shares,
    sharing,
    tasks,
    toezicht,
    work,
)
from services.portal.api.visits import Visits
from services.portal.calls import Calls
from services.portal.guard import Guard
from services.portal.guides import Guides
from services.portal.keeper import AtAccess, Keeper
from services.portal.kept import Kept
from services.portal.pages import Pages
from services.portal.people import People
from services.portal.places import Places
from services.portal.sealing import PortalSeal, of_keys
from services.portal.sessions import Saving, Sessions
from services.portal.settings import Settings
from services.portal.static import static
from services.portal.use_cases.accountability import AccountGathering
from services.portal.use_cases.answering import AnswerPages
from services.portal.use_cases.beheer import Beheer
from services.portal.use_cases.breaches import BreachPages
from services.portal.use_cases.clusters import ClusterForms
from services.portal.use_cases.designations import DesignationPages
from services.portal.use_cases.destruction import DestructionPages
from services.portal.use_cases.dossiers import Dossiers
from services.portal.use_cases.drafts import OwnDrafts
from services.portal.use_cases.existence import ExistencePages
from services.portal.use_cases.figures import Charts
from services.portal.use_cases.holds import HoldPages
from services.portal.use_cases.intake import RiecIntake
from services.portal.use_cases.letters import LettersToPersons
from services.portal.use_cases.looks import EarlierSignals
from services.portal.use_cases.meetings import MyMeetings
from services.portal.use_cases.operations import Operations
from services.portal.use_cases.protocol import printed
from services.portal.use_cases.questions import Questions
from services.portal.use_cases.received import ReceivedShares
from services.portal.use_cases.requests import RequestPages
from services.portal.use_cases.righting import Righting
from services.portal.use_cases.several import Several
from services.portal.use_cases.shares import Shares
from services.portal.use_cases.sharing import Composing
from services.portal.use_cases.statistics import QuarterPages
from services.portal.use_cases.tasks import AskedOf
from services.portal.use_cases.toezicht import Toezicht
from services.portal.use_cases.work import MyWork
from shared.asking import PORTAL
from shared.protocol.laws import Laws
from shared.telemetry import set_up_logs


def create(settings: Settings | None = None, keeper: Keeper | None = None) -> FastAPI:
    """`keeper`: where sessions lie, when not at access."""
    settings = settings or Settings()
    set_up_logs("portal", settings.log_level, settings.instance)
    law = Laws.read(settings.protocol, settings.protocols).configured
    calls = Calls(settings)
    keeper, sealing = keeper or AtAccess(calls.send, calls.shown), PortalSeal(of_keys(settings.portal_key))
    sessions, kept = Sessions(keeper, sealing, settings.idle_seconds), Kept(keeper, sealing)
    people = People(settings.people, {one: law.called(one) for guests in law.meetings.values() for one in guests})
    pages = Pages(law, live=settings.live, theme=settings.theme, idle_seconds=settings.idle_seconds, people=people)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await calls.close()

    app = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    pages.install(app)
    places = Places()
    leaving.install(app, sessions, kept, pages, places)
    dossiers.install(app, pages, places)
    visits, drafts = Visits(sessions, kept, places), OwnDrafts(calls)
    opening = Dossiers(calls, people)
    counts_at = f"{settings.portal_address}{figures.COUNTS_FILE}"
    routers = (
        log_in.router(visits, sessions, kept, calls, pages),
        work.router(visits, MyWork(calls, law), pages),
        dossiers.router(visits, opening, drafts, pages),
        several.router(visits, opening, Several(calls, opening), drafts, pages),
        sharing.router(visits, opening, Composing(calls, opening), pages),
        questions.router(visits, opening, Questions(calls), pages),
        letters.router(visits, opening, LettersToPersons(calls, law), pages),
        answering.router(visits, AnswerPages(calls, law), pages),
        requests.router(visits, opening, RequestPages(calls, law), pages),
        shares.router(visits, Shares(calls), pages),
        received.router(visits, ReceivedShares(calls), pages),
        righting.router(visits, opening, Righting(calls, people), pages),
        looks.router(visits, opening, EarlierSignals(calls), pages),
        clusters.router(visits, opening, ClusterForms(calls, opening), pages),
        existence.router(visits, opening, ExistencePages(calls), pages),
        casework.router(visits, opening, RiecIntake(calls), pages),
        meetings.router(visits, MyMeetings(calls, law, people, live=settings.live), pages),
        tasks.router(visits, AskedOf(calls), drafts, pages),
        beheer.router(visits, Beheer(calls), functools.cache(lambda: printed(law)), pages, law.choices.security_policy),
        designations.router(visits, DesignationPages(calls, law, people), pages),
        holds.router(visits, HoldPages(calls), pages),
        toezicht.router(visits, Toezicht(calls), AccountGathering(calls, law, live=settings.live), pages),
        breaches.router(visits, BreachPages(calls, opening), drafts, pages),
        figures.router(visits, Charts(calls), QuarterPages(calls, law, counts_at), pages),
        operations.router(visits, Operations(calls, settings.services, settings.traces), pages),
        destruction.router(visits, DestructionPages(calls, opening), pages),
        guides.router(Guides(settings.guides), pages, settings.guides),
    )
    for one in routers:
        app.include_router(one)
    places.learn(route for one in routers for route in one.routes)
    app.state.sessions, app.state.kept, app.state.places, app.state.calls = sessions, kept, places, calls
    app.mount("/static", static())
    measured.install(app, PORTAL, settings)
    app.add_middleware(Saving, sessions=sessions)
    app.add_middleware(Guard, origin=settings.portal_address)
    return app
