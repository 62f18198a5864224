"""The addresses of a service over HTTP in this process, with a database and nothing else behind them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
from fastapi import APIRouter, FastAPI
from sqlmodel import SQLModel

from services.access import api as access_api
from services.access.statements import Statements
from services.access.use_cases import Access
from services.assessment import api as assessment_api
from services.assessment.policy import AssessmentPolicy
from services.assessment.use_cases import Existence, Meetings
from services.oversight import api as oversight_api
from services.oversight.breach_policy import BreachPolicy
from services.oversight.breaches import BreachShelf
from services.oversight.policy import OversightPolicy
from services.oversight.shelf import ListShelf
from services.oversight.use_cases import AccessReview, BreachRegister, Chains, DestructionLists, RegisterReading
from services.retention import api as retention_api
from services.retention.policy import RetentionPolicy
from services.retention.settings import Settings
from services.retention.shelf import SealedSignalShelf
from services.retention.use_cases import AnsweringExistence, Declarations, Destruction, Holds, Keeping, Procedures
from services.rights import api as rights_api
from services.rights.letters import Letters
from services.rights.policy import RightsPolicy
from services.rights.requests import Requests
from services.rights.requests_api import request_routes
from services.rights.shelf import DutyShelf
from services.rights.use_cases import Deferrals, OverdueDuties
from shared.audit import Proofs
from shared.database.engine import Database
from shared.engine.engine import Engine
from shared.engine.head import stands_by_itself, vouch_for
from shared.http.problems import install
from shared.identity import Person
from shared.keys.mac import Mac
from shared.keys.signing import Verifier
from shared.openbao import OpenBao
from shared.service.platform import Platform
from shared.settings import ServiceSettings
from tests.parts import TOLD
from tests.platform.local import LocalTransit
from tests.platform.rows import NOON

MAC = Mac("test", LocalTransit())
MAC._keys[1] = bytes(32)
"""Of rows that stand by themselves, here."""


class Somebody:
    """Whoever asks is this person: this is about pages."""

    def __init__(self, who: Person) -> None:
        self._who = who

    async def caller(self, authorization: str | None) -> Person:
        return self._who


class Noon:
    def now(self) -> datetime:
        return NOON


def platform_on(service: str, database: Database, who: Person, bao: OpenBao | None = None) -> Platform:
    """What a service stands on, with `database` and nothing else (or `bao`), asked by `who`."""
    nowhere = Path("/nowhere")
    settings = ServiceSettings(
        **TOLD,
        openbao_credentials=nowhere,
        folder=nowhere,
        tombstones=nowhere,
    )
    platform = Platform(service, settings, Noon(), "none")
    platform.database = database
    platform.bao = bao or platform.bao
    platform.identity = cast(Any, Somebody(who))
    platform.mac = MAC
    platform.proofs = database.stamps = Proofs(MAC)
    return platform


def _routes(platform: Platform) -> APIRouter:
    nothing = cast(Any, None)
    if platform.name == "oversight":
        engine = Engine(platform, OversightPolicy(), ListShelf())
        register = BreachRegister(Engine(platform, BreachPolicy(), BreachShelf()))
        reading, lists, review = RegisterReading(platform), DestructionLists(engine), AccessReview(Chains(platform))
        return oversight_api.router(engine, reading, nothing, lists, nothing, register, review, nothing)
    if platform.name == "access":
        platform.verifier = Verifier(LocalTransit())
        access = Access.__new__(Access)
        access.platform = platform
        access.statements = Statements(platform)
        return access_api.router(platform, access)
    if platform.name == "assessment":
        engine = Engine(platform, AssessmentPolicy())
        return assessment_api.router(engine, Meetings(engine), Existence(engine))
    if platform.name == "rights":
        engine = Engine(platform, RightsPolicy(), DutyShelf())
        both = APIRouter()
        both.include_router(rights_api.router(engine, OverdueDuties(engine), Deferrals(engine), Letters(engine)))
        both.include_router(request_routes(engine, Requests(engine)))
        return both
    engine = Engine(platform, RetentionPolicy(), SealedSignalShelf())
    destruction, declarations = Destruction.__new__(Destruction), Declarations.__new__(Declarations)
    destruction.platform = declarations.platform = platform
    destruction._compactions = cast(Any, SimpleNamespace(late=False))
    return retention_api.router(
        engine,
        Keeping(platform),
        Holds(engine),
        destruction,
        declarations,
        AnsweringExistence(platform, Settings.model_construct(checks_per_hour=30)),
        Procedures(engine),
    )


def http_of(platform: Platform) -> httpx.AsyncClient:
    app = FastAPI()
    install(app)
    app.include_router(_routes(platform))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://list")


async def add(database: Database, rows: Iterable[SQLModel]) -> None:
    rows = list(rows)
    for row in filter(stands_by_itself, rows):
        await vouch_for(MAC, row)
    async with database.transaction() as session:
        session.add_all(rows)


def params_of(path: str) -> dict[str, str]:
    """The filters of a list; httpx lets new ones take their place."""
    return dict(httpx.URL(path).params)
