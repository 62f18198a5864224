"""Sources: phase 3, hit or no hit. The only place where its parts are wired together."""

from __future__ import annotations

from fastapi import FastAPI

from services.sources import store
from services.sources.api import router
from services.sources.chapter import Research
from services.sources.messages import listen
from services.sources.settings import Settings
from shared.clock import Clock, SystemClock
from shared.dossier.consult import Consultations
from shared.dossier.holder import hold
from shared.http.app import build
from shared.service.platform import Platform


def create(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    settings = settings or Settings()
    platform = Platform("sources", settings, clock or SystemClock(), store.SCHEMA)
    holder = hold(platform, Research(platform))
    listen(platform, holder)
    return build(platform, "Sources", router(platform, holder, Consultations(holder.views)))
