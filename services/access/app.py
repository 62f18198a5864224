"""Access: who may. The only place where its parts are wired together."""

from __future__ import annotations

from fastapi import FastAPI

from services.access import store
from services.access.api import router
from services.access.forgetting import DesignationForgetting
from services.access.leases import Leasing
from services.access.messages import handlers
from services.access.portal_api import router as portal_router
from services.access.portal_sessions import PortalSessions
from services.access.register import Registering
from services.access.settings import Settings
from services.access.statements import Statements
from services.access.use_cases import Access
from shared.clock import Clock, SystemClock
from shared.http.app import build
from shared.service.platform import Platform
from shared.service.service import Service


def create(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    settings = settings or Settings()
    platform = Platform("access", settings, clock or SystemClock(), store.SCHEMA)
    statements = Statements(platform)
    leasing = Leasing(platform, settings, statements)
    registering = Registering(platform, settings, statements, leasing)
    access = Access(platform, settings, statements, registering, leasing)
    sessions = PortalSessions(platform, settings, access)
    service = Service(
        platform,
        handlers=handlers(registering),
        periodic=[registering.agreeing, leasing.renewal, DesignationForgetting(platform, registering).forgetting],
        doubts=[statements.doubts],
        measures=[sessions.logged_in],
    )
    return build(service, "Access", router(platform, access), portal_router(sessions))
