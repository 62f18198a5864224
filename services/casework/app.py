"""Casework: phases 4 and 5. The only place where its parts are wired together."""

from __future__ import annotations

from fastapi import FastAPI

from services.casework import store
from services.casework.api import router
from services.casework.chapter import Casework
from services.casework.messages import listen
from services.casework.settings import Settings
from services.casework.use_cases import Consulting, Moving
from shared.clock import Clock, SystemClock
from shared.dossier.holder import hold
from shared.http.app import build
from shared.service.platform import Platform


def create(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    settings = settings or Settings()
    platform = Platform("casework", settings, clock or SystemClock(), store.SCHEMA)
    holder = hold(platform, Casework(platform))
    consulting = Consulting(platform, holder.views)
    listen(platform, holder, consulting, Moving(platform, holder))
    return build(platform, "Casework", router(platform, holder, consulting))
