"""Oversight: who watches. The only place where its parts are wired together."""

from __future__ import annotations

from fastapi import FastAPI

from services.oversight import store
from services.oversight.api import router
from services.oversight.messages import listen
from services.oversight.settings import Settings
from services.oversight.use_cases import Approvals, Chains, Keeping, Releasing, Showing
from shared.clock import Clock, SystemClock
from shared.http.app import build
from shared.service.platform import Platform


def create(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    settings = settings or Settings()
    platform = Platform("oversight", settings, clock or SystemClock(), store.SCHEMA)
    releasing = Releasing(platform)
    approvals = Approvals(platform, releasing)
    platform.delete_rows = store.delete_rows
    listen(platform, Keeping(platform), releasing)
    chains = Chains(platform)
    platform.workers += [releasing.run, chains.run]
    return build(platform, "Oversight", router(platform, Showing(platform), chains, approvals))
