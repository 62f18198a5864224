"""Assessment: wegingen 1, 2A and 2B. The only place where its parts are wired together."""

from __future__ import annotations

from fastapi import FastAPI

from services.assessment import store
from services.assessment.api import router
from services.assessment.messages import listen
from services.assessment.settings import Settings
from services.assessment.use_cases import Arrivals, Decisions, Settlement, Views
from shared.clock import Clock, SystemClock
from shared.http.app import build
from shared.service.platform import Platform


def create(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    settings = settings or Settings()
    platform = Platform("assessment", settings, clock or SystemClock(), store.SCHEMA)
    views = Views(platform)
    settlement = Settlement(platform)
    decisions = Decisions(platform, views, settlement)
    platform.delete_rows = store.delete_rows
    listen(platform, Arrivals(platform), settlement)
    platform.workers.append(settlement.run)
    return build(platform, "Assessment", router(platform, views, decisions))
