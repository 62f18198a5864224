"""Retention: the non-active environment and its end. The only place where its parts are wired together."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, FastAPI

from services.retention import store
from services.retention.account import RetentionAccount
from services.retention.api import router
from services.retention.messages import handlers
from services.retention.policy import RetentionPolicy
from services.retention.settings import Settings
from services.retention.shelf import SealedSignalShelf
from services.retention.use_cases import (
    AnsweringExistence,
    Backups,
    Compactions,
    Declarations,
    Destruction,
    Finishing,
    GivingLooks,
    Holds,
    Keeping,
    Listing,
    Procedures,
)
from shared.clock import Clock, SystemClock
from shared.engine.engine import Engine
from shared.http.app import build
from shared.http.chapters import chapter_routes
from shared.keys.release import Erase
from shared.service.platform import Platform
from shared.service.service import Service

_More = Callable[[Platform, Listing], APIRouter]


def create(settings: Settings | None = None, clock: Clock | None = None, more: _More | None = None) -> FastAPI:
    """`more` adds routes; only the embedded profile gives any."""
    settings = settings or Settings()
    platform = Platform("retention", settings, clock or SystemClock(), store.SCHEMA)
    declarations = Declarations(platform, settings)
    engine = Engine(platform, RetentionPolicy(), SealedSignalShelf())
    keeping, holds = Keeping(platform), Holds(engine)
    compactions = Compactions(platform, settings)
    destruction, finishing = Destruction(platform, compactions), Finishing(platform, declarations, compactions)
    procedures = Procedures(engine)
    listing, existence = Listing(platform, settings), AnsweringExistence(platform, settings)
    service = Service(
        platform,
        handlers=handlers(keeping, holds, destruction, existence, GivingLooks(platform), procedures),
        erase=Erase(rows=store.delete_rows),
        queues={finishing.queue: finishing.declare},
        doubts=[listing.doubts, listing.case_doubts, existence.doubts, procedures.lists.doubts, holds.lists.doubts],
        periodic=[listing.calendar, finishing.looking, finishing.tombstones, compactions.watching],
        measures=[listing.late, compactions.age, Backups(platform).age],
    )
    routers = [router(engine, keeping, holds, destruction, declarations, existence, procedures)]
    routers.append(chapter_routes(platform, RetentionAccount(platform).chapter))
    if more:
        routers.append(more(platform, listing))
    return build(service, "Retention", *routers)
