"""Assessment: wegingen 1, 2A, 2B and 3. The only place where its parts are wired together."""

from __future__ import annotations

from fastapi import FastAPI

from services.assessment import store
from services.assessment.api import router
from services.assessment.messages import handlers, on_receipt
from services.assessment.policy import AssessmentPolicy
from services.assessment.settings import Settings
from services.assessment.use_cases import Arrivals, Existence, Informing, Meetings
from shared.clock import Clock, SystemClock
from shared.engine.engine import Engine
from shared.engine.late import late_dossiers
from shared.engine.store import erase_in
from shared.http.app import build
from shared.service.platform import Platform
from shared.service.service import Service


def create(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    settings = settings or Settings()
    platform = Platform("assessment", settings, clock or SystemClock(), store.SCHEMA)
    engine = Engine(platform, AssessmentPolicy())
    service = Service(
        platform,
        handlers=handlers(engine, Arrivals(platform), Informing(engine)),
        on_receipt=on_receipt(engine.settlement),
        erase=erase_in(platform.room().mount),
        queues=engine.queues,
        periodic=(*engine.periodic, engine.telling.periodic),
        measures=[late_dossiers(platform)],
    )
    return build(service, "Assessment", router(engine, Meetings(engine), Existence(engine)))
