"""Access: who may. The only place where its parts are wired together."""

from __future__ import annotations

from fastapi import FastAPI

from services.access import store
from services.access.api import router
from services.access.settings import Settings
from services.access.use_cases import Access
from shared.clock import Clock, SystemClock
from shared.http.app import build
from shared.service.platform import Platform
from shared.service.service import Service


def create(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    settings = settings or Settings()
    platform = Platform("access", settings, clock or SystemClock(), store.SCHEMA)
    access = Access(platform, settings)
    service = Service(platform, periodic=[access.renewal])
    return build(service, "Access", router(platform, access))
