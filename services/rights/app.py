"""Rights: what is owed to the person reported on. The only place where its parts are wired together."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, FastAPI

from services.rights import store
from services.rights.account import RightsAccount
from services.rights.api import router
from services.rights.letters import Letters
from services.rights.messages import handlers
from services.rights.never_informed import NeverInformed
from services.rights.policy import RightsPolicy
from services.rights.requests import Requests
from services.rights.requests_api import request_routes
from services.rights.restricting import RequestRestricting
from services.rights.settings import Settings
from services.rights.shelf import DutyShelf
from services.rights.use_cases import Concerned, Deferrals, OverdueDuties
from shared.clock import Clock, SystemClock
from shared.engine.engine import Engine
from shared.engine.late import late_dossiers
from shared.engine.store import keys_in
from shared.http.app import build
from shared.http.chapters import chapter_routes
from shared.keys.release import Erase
from shared.service.platform import Platform
from shared.service.service import Service

_More = Callable[[Platform, OverdueDuties], APIRouter]


def create(settings: Settings | None = None, clock: Clock | None = None, more: _More | None = None) -> FastAPI:
    """`more` adds routes; only the embedded profile gives any."""
    settings = settings or Settings()
    platform = Platform("rights", settings, clock or SystemClock(), store.SCHEMA)
    engine = Engine(platform, RightsPolicy(), DutyShelf())
    requests = Requests(engine)
    service = Service(
        platform,
        handlers=handlers(engine, Concerned(engine), NeverInformed(engine)),
        erase=Erase(rows=store.erase_duties(platform.clock), keys=keys_in(platform.room().mount)),
        queues=engine.queues,
        periodic=(*engine.periodic, engine.telling.periodic, requests.forgetting, RequestRestricting(engine).repeating),
        measures=[late_dossiers(platform, "DV")],
    )
    overdue = OverdueDuties(engine)
    routers = [router(engine, overdue, Deferrals(engine), Letters(engine)), request_routes(engine, requests)]
    routers.append(chapter_routes(platform, RightsAccount(engine).chapter))
    if more:
        routers.append(more(platform, overdue))
    return build(service, "Rights", *routers)
