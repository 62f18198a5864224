"""The work list: what waits for whom, without content. The only place where its parts are wired together."""

from __future__ import annotations

from fastapi import FastAPI

from services.worklist import store
from services.worklist.api import router
from services.worklist.messages import handlers
from services.worklist.settings import Settings
from services.worklist.use_cases import ListKeeping, Lists
from shared.clock import Clock, SystemClock
from shared.http.app import build
from shared.keys.release import Erase
from shared.service.platform import Platform
from shared.service.service import Service


def create(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    settings = settings or Settings()
    platform = Platform("worklist", settings, clock or SystemClock(), store.SCHEMA)
    keeping = ListKeeping(platform)
    service = Service(
        platform,
        handlers=handlers(keeping),
        erase=Erase(rows=store.delete_rows),
        periodic=[keeping.asking],
    )
    return build(service, "Work list", router(platform, keeping, Lists(platform)))
