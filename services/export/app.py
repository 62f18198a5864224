"""Export: what leaves the file for somebody else. The only place where its parts are wired together."""

from __future__ import annotations

from fastapi import FastAPI

from services.export import store
from services.export.account import ExportAccount
from services.export.api import router
from services.export.inbox import DepartmentInbox
from services.export.messages import handlers
from services.export.outside import Outside
from services.export.settings import Settings
from services.export.use_cases import Sharing
from shared.clock import Clock, SystemClock
from shared.http.app import build
from shared.http.chapters import chapter_routes
from shared.keys.release import Erase
from shared.service.platform import Platform
from shared.service.service import Service


def create(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    settings = settings or Settings()
    platform = Platform("export", settings, clock or SystemClock(), store.SCHEMA)
    sharing = Sharing(platform, settings)
    outside = Outside(sharing)
    service = Service(
        platform,
        handlers=handlers(sharing),
        erase=Erase(rows=outside.erase, keys=store.keys_of),
        queues={sharing.queue: sharing.end},
        doubts=[sharing.rows.lists.doubts],
    )
    chapter = chapter_routes(platform, ExportAccount(platform).chapter)
    routes = router(platform, sharing, DepartmentInbox(sharing), outside, settings)
    return build(service, "Export", routes, chapter)
