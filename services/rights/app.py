"""Rights: what is owed to the person reported on. The only place where its parts are wired together."""

from __future__ import annotations

from fastapi import FastAPI

from services.rights import store
from services.rights.api import router
from services.rights.chapter import Duties
from services.rights.messages import listen
from services.rights.settings import Settings
from services.rights.use_cases import Concerned, Overdue
from shared.clock import Clock, SystemClock
from shared.dossier.holder import hold
from shared.http.app import build
from shared.service.platform import Platform


def create(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    settings = settings or Settings()
    platform = Platform("rights", settings, clock or SystemClock(), store.SCHEMA)
    holder = hold(platform, Duties(platform))
    platform.delete_rows = store.delete_rows
    listen(platform, Concerned(platform))
    return build(platform, "Rights", router(platform, holder, Overdue(holder.views)))
