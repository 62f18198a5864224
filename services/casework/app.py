"""Casework: phases 4 and 5. The only place where its parts are wired together."""

from __future__ import annotations

from fastapi import FastAPI

from services.casework import store
from services.casework.api import router
from services.casework.messages import handlers, on_receipt
from services.casework.policy import CaseworkPolicy
from services.casework.settings import Settings
from services.casework.use_cases import Consulting, Hearing, Moving
from shared.clock import Clock, SystemClock
from shared.engine.engine import Engine
from shared.engine.late import late_dossiers
from shared.engine.store import keys_in
from shared.http.app import build
from shared.keys.release import Erase
from shared.service.platform import Platform
from shared.service.service import Service


def create(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    settings = settings or Settings()
    platform = Platform("casework", settings, clock or SystemClock(), store.SCHEMA)
    engine = Engine(platform, CaseworkPolicy(settings.receivers), store.CaseShelf())
    consulting = Consulting(engine)
    service = Service(
        platform,
        handlers=handlers(engine, consulting, Moving(engine), Hearing(engine, settings.receivers)),
        on_receipt=on_receipt(engine.settlement),
        erase=Erase(rows=store.erase_cases, keys=keys_in(platform.room().mount)),
        queues=engine.queues,
        periodic=(*engine.periodic, engine.telling.periodic),
        measures=[late_dossiers(platform)],
    )
    return build(service, "Casework", router(engine, consulting))
