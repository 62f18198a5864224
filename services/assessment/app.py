"""Assessment: wegingen 1, 2A, 2B and 3. The only place where its parts are wired together."""

from __future__ import annotations

from fastapi import FastAPI

from services.assessment import store
from services.assessment.api import router
from services.assessment.chapter import Assessment
from services.assessment.messages import handlers, on_receipt
from services.assessment.settings import Settings
from services.assessment.use_cases import Arrivals, Informing, Meetings
from shared.clock import Clock, SystemClock
from shared.dossier.consult import Consultations
from shared.dossier.holder import erase_in, hold
from shared.http.app import build
from shared.service.platform import Platform
from shared.service.service import Service


def create(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    settings = settings or Settings()
    platform = Platform("assessment", settings, clock or SystemClock(), store.SCHEMA)
    holder = hold(platform, Assessment(platform))
    service = Service(
        platform,
        handlers=handlers(Arrivals(platform), Informing(platform, holder)),
        on_receipt=on_receipt(holder.settlement),
        erase=erase_in(platform),
        workers=[holder.settlement.run],
    )
    meetings = Meetings(platform, holder.views)
    return build(service, "Assessment", router(platform, holder, meetings, Consultations(holder.views)))
