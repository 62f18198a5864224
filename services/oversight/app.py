"""Oversight: who watches. The only place where its parts are wired together."""

from __future__ import annotations

from fastapi import FastAPI

from services.oversight import store
from services.oversight.account import OversightAccount
from services.oversight.api import router
from services.oversight.bind_api import bind_routes
from services.oversight.breach_policy import BreachPolicy
from services.oversight.breaches import BreachShelf
from services.oversight.messages import handlers
from services.oversight.policy import OversightPolicy
from services.oversight.settings import Settings
from services.oversight.shelf import ListShelf
from services.oversight.use_cases import (
    AccessReview,
    AccountBinding,
    Anchoring,
    BreachRegister,
    Chains,
    Counting,
    DesignationKeeping,
    DestructionLists,
    DutyKeeping,
    RegisterArchive,
    RegisterForgetting,
    RegisterKeeping,
    RegisterReading,
    Releasing,
    Statistics,
    TrailForgetting,
    TrailWatching,
)
from shared.clock import Clock, SystemClock
from shared.engine.engine import Engine
from shared.engine.late import late_dossiers
from shared.http.app import build
from shared.http.chapters import chapter_routes
from shared.keys.release import Erase
from shared.service.platform import Platform
from shared.service.service import Service


def create(settings: Settings | None = None, clock: Clock | None = None) -> FastAPI:
    settings = settings or Settings()
    platform = Platform("oversight", settings, clock or SystemClock(), store.SCHEMA)
    engine = Engine(platform, OversightPolicy(), ListShelf())
    incidents = Engine(platform, BreachPolicy(), BreachShelf())
    register = BreachRegister(incidents)
    releasing, reading = Releasing(platform), RegisterReading(platform)
    chains = Chains(platform, settings.witness)
    statistics = Statistics(platform)
    service = Service(
        platform,
        handlers=handlers(RegisterKeeping(platform), DesignationKeeping(platform), releasing, DutyKeeping(platform)),
        # That a decision was taken and where the signal was stays, without content.
        erase=Erase(rows=store.delete_rows, keys=store.keys_of, declared=store.note_destroyed),
        queues={releasing.queue: releasing.release, **incidents.queues},
        doubts=[reading.lists.doubts],
        periodic=[
            chains.walking,
            Anchoring(platform, incidents.freezer).telling,
            TrailWatching(register, chains).watching,
            statistics.keeping,
            register.forgetting,
            RegisterForgetting(platform).forgetting,
            TrailForgetting(platform, chains).forgetting,
            *incidents.periodic,
        ],
        measures=[chains.broken, late_dossiers(platform, "I"), releasing.waiting],
    )
    return build(
        service,
        "Oversight",
        router(
            engine,
            reading,
            chains,
            DestructionLists(engine),
            Counting(platform),
            register,
            AccessReview(chains),
            statistics,
        ),
        chapter_routes(platform, OversightAccount(platform).chapter),
        bind_routes(AccountBinding(platform), RegisterArchive(platform)),
    )
