"""Sources: phase 3, hit or no hit. The only place where its parts are wired together."""

from __future__ import annotations

from fastapi import FastAPI

from services.sources import store
from services.sources.api import router
from services.sources.messages import handlers, on_receipt
from services.sources.policy import SourcesPolicy
from services.sources.settings import Settings
from shared.clock import Clock, SystemClock
from shared.engine.engine import Engine
from shared.engine.late import late_dossiers
from shared.engine.store import erase_in
from shared.http.app import build
from shared.service.platform import Platform
from shared.service.service import Service


def create(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    settings = settings or Settings()
    platform = Platform("sources", settings, clock or SystemClock(), store.SCHEMA)
    engine = Engine(platform, SourcesPolicy())
    service = Service(
        platform,
        handlers=handlers(engine),
        on_receipt=on_receipt(engine.settlement),
        erase=erase_in(platform.room().mount),
        queues=engine.queues,
        periodic=(*engine.periodic, engine.telling.periodic),
        measures=[late_dossiers(platform)],
    )
    return build(service, "Sources", router(engine))
