"""Assessment: wegingen 1, 2A, 2B and 3. The only place where its parts are wired together."""

from __future__ import annotations

from fastapi import FastAPI

from services.assessment import store
from services.assessment.api import router
from services.assessment.chapter import Assessment
from services.assessment.messages import listen
from services.assessment.settings import Settings
from services.assessment.use_cases import Arrivals, Informing, Meetings
from shared.clock import Clock, SystemClock
from shared.dossier.consult import Consultations
from shared.dossier.holder import hold
from shared.http.app import build
from shared.service.platform import Platform


def create(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    settings = settings or Settings()
    platform = Platform("assessment", settings, clock or SystemClock(), store.SCHEMA)
    holder = hold(platform, Assessment(platform))
    meetings = Meetings(platform, holder.views)
    listen(platform, holder, Arrivals(platform), Informing(platform, holder))
    return build(platform, "Assessment", router(platform, holder, meetings, Consultations(holder.views)))
