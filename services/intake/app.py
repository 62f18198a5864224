"""Intake: reports come in. The only place where its parts are wired together."""

from __future__ import annotations

from fastapi import FastAPI

from services.intake import store
from services.intake.account import IntakeAccount
from services.intake.api import router
from services.intake.messages import handlers
from services.intake.remembered import RememberedReports
from services.intake.settings import Settings
from services.intake.use_cases import Intake
from shared.clock import Clock, SystemClock
from shared.http.app import build
from shared.http.chapters import chapter_routes
from shared.keys.release import Erase
from shared.service.platform import Platform
from shared.service.service import Service


def create(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    settings = settings or Settings()
    platform = Platform(
        "intake",
        settings,
        clock or SystemClock(),
        store.SCHEMA,
        outstanding=store.is_waiting,
        proof_at_hand=settings.door_secret.read_bytes(),
    )
    intake = Intake(platform, settings)
    service = Service(
        platform,
        handlers=handlers(intake),
        erase=Erase(rows=store.delete_rows, keys=store.keys_of, kids=store.kids_of),
        queues={intake.letters: intake.open_vault_letter},
        periodic=[intake.door.remembering, RememberedReports(platform).forgetting],
        early=[intake.door.keep],
        opens=intake.door.problems,
    )
    chapter = chapter_routes(platform, IntakeAccount(platform).chapter)
    return build(service, "Intake", router(platform, intake, settings), chapter)
