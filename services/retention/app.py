"""Retention: the non-active environment and its end. The only place where its parts are wired together."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, FastAPI

from services.retention import store
from services.retention.api import router
from services.retention.messages import listen
from services.retention.settings import Settings
from services.retention.use_cases import Declarations, Destruction, Keeping, Listing
from shared.clock import Clock, SystemClock
from shared.http.app import build
from shared.service.platform import Platform

More = Callable[[Platform, Listing], APIRouter]


def create(settings: Settings | None = None, clock: Clock | None = None, more: More | None = None) -> FastAPI:
    """`more` adds routes; only the embedded profile gives any."""
    settings = settings or Settings()
    platform = Platform("retention", settings, clock or SystemClock(), store.SCHEMA)
    declarations = Declarations(platform, settings)
    keeping = Keeping(platform)
    destruction = Destruction(platform, declarations)
    listing = Listing(platform, settings)
    platform.delete_rows = store.delete_rows
    listen(platform, keeping, destruction)
    platform.workers += [listing.run, destruction.run]
    routers = [router(platform, keeping, destruction, declarations)]
    if more:
        routers.append(more(platform, listing))
    return build(platform, "Retention", *routers)
