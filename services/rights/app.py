"""Rights: what is owed to the person reported on. The only place where its parts are wired together."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, FastAPI

from services.rights import store
from services.rights.api import router
from services.rights.chapter import Duties
from services.rights.messages import listen
from services.rights.settings import Settings
from services.rights.use_cases import Concerned, Overdue
from shared.clock import Clock, SystemClock
from shared.dossier.holder import hold
from shared.http.app import build
from shared.service.platform import Platform

More = Callable[[Platform, Overdue], APIRouter]


def create(settings: Settings | None = None, clock: Clock | None = None, more: More | None = None) -> FastAPI:
    """`more` adds routes; only the embedded profile gives any."""
    settings = settings or Settings()
    platform = Platform("rights", settings, clock or SystemClock(), store.SCHEMA)
    holder = hold(platform, Duties(platform))
    platform.delete_rows = store.delete_rows
    listen(platform, Concerned(platform))
    overdue = Overdue(holder.views)
    routers = [router(platform, holder, overdue)]
    if more:
        routers.append(more(platform, overdue))
    return build(platform, "Rights", *routers)
