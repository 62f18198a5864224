"""Intake: reports come in. The only place where its parts are wired together."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI

from services.intake import store
from services.intake.api import router
from services.intake.messages import listen
from services.intake.settings import Settings
from services.intake.use_cases import Intake
from shared.clock import Clock, SystemClock
from shared.http.app import build
from shared.service.platform import Platform


def create(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    settings = settings or Settings()
    platform = Platform("intake", settings, clock or SystemClock(), store.SCHEMA)
    intake = Intake(platform, settings)
    platform.delete_rows = store.delete_rows
    platform.letterboxes.outstanding = store.is_waiting
    listen(platform, intake)

    async def open_vault_letters() -> None:
        while True:
            moved = await intake.open_vault_letters()
            await asyncio.sleep(0 if moved else 1)

    platform.workers.append(open_vault_letters)
    return build(platform, "Intake", router(platform, intake, settings))
