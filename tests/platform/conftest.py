"""Fixtures that start only what a test needs. `database_of`, `bus_of`, `bao_of` and `desk_of` are what tests mostly use."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from services.assessment.policy import AssessmentPolicy
from services.casework.policy import CaseworkPolicy
from services.casework.store import CaseShelf
from services.oversight.breach_policy import BreachPolicy
from services.oversight.breaches import BreachShelf
from services.oversight.policy import OversightPolicy
from services.oversight.shelf import ListShelf
from services.retention.policy import RetentionPolicy
from services.retention.shelf import SealedSignalShelf
from services.rights.policy import RightsPolicy
from services.rights.shelf import DutyShelf
from services.sources.policy import SourcesPolicy
from shared.bus.nats import Bus, Receive
from shared.clock import Clock, SystemClock
from shared.database.engine import Database
from shared.engine.policy import Policy
from shared.engine.shelf import Shelf
from shared.openbao import OpenBao
from shared.service.platform import Platform
from shared.settings import ServiceSettings
from shared.telemetry import Tracing
from shared.turns import Turns
from tests.parts import stop, told_of
from tests.platform.chores import TABLE, Bench
from tests.platform.desk import Desk
from tests.platform.proofs import proofs
from tests.platform.real import HERE, Bao, Handed, Nats, Postgres, RealParts

DatabaseOf = Callable[[str], Awaitable[Database]]
BusOf = Callable[[str, Receive], Awaitable[Bus]]
BaoOf = Callable[[str], OpenBao]
PlatformOf = Callable[..., Awaitable[Platform]]
DeskOf = Callable[[str], Awaitable[Desk]]
DECIDES: dict[str, Callable[[], tuple[Policy, Shelf | None]]] = {
    "assessment": lambda: (AssessmentPolicy(), None),
    "sources": lambda: (SourcesPolicy(), None),
    "casework": lambda: (CaseworkPolicy(), CaseShelf()),
    "retention": lambda: (RetentionPolicy(), SealedSignalShelf()),
    "rights": lambda: (RightsPolicy(), DutyShelf()),
    "oversight": lambda: (OversightPolicy(), ListShelf()),
    "breaches": lambda: (BreachPolicy(), BreachShelf()),
}
"""What is decided on in a service, and where that stands."""


@pytest.fixture(scope="session")
def parts() -> Iterator[RealParts]:
    found = RealParts()
    yield found
    found.stop()


@pytest.fixture
def postgres(parts: RealParts) -> Postgres:
    return parts.postgres


@pytest.fixture
async def nats(parts: RealParts) -> Nats:
    """NATS with empty streams."""
    await parts.nats.fresh()
    return parts.nats


@pytest.fixture
def openbao(parts: RealParts) -> Bao:
    """OpenBao; keys have random names, so that tests do not meet."""
    return parts.openbao


@pytest.fixture
async def database_of(postgres: Postgres) -> AsyncIterator[DatabaseOf]:
    """`await database_of("assessment")`: the service's own database, empty, with a user of its application role.

    Asked again in the same test it gives a second client of the same database, as a second replica would be.
    """
    made: list[Database] = []
    fresh: set[str] = set()

    async def make(service: str) -> Database:
        if service not in fresh:
            await postgres.fresh(service)
            fresh.add(service)
        user, password = await postgres.user(f"{service}_app")
        lease = {"lease_id": "none", "lease_duration": 3600, "data": {"username": user, "password": password}}
        bao = Handed({f"database/creds/{service}": lease})
        database = Database(bao, service, [(HERE, postgres.port)], postgres.tls(service), Tracing(service, None))
        await database.new_user()
        database.stamps = await proofs()
        made.append(database)
        return database

    yield make
    for database in made:
        await database.engine.dispose()


@pytest.fixture
async def bus_of(nats: Nats) -> AsyncIterator[BusOf]:
    """`await bus_of("assessment", receive)`: the service's connection, running until the end of the test."""
    async with contextlib.AsyncExitStack() as stack:

        async def make(service: str, receive: Receive) -> Bus:
            password = {"data": {"data": {"password": nats.passwords[service]}}}
            bus = Bus(
                service, [nats.address], Handed({f"kv/data/nats/{service}": password}), Turns(), nats.tls(service)
            )
            running = asyncio.create_task(bus.run(receive))
            stack.push_async_callback(stop, running)
            await bus.connected()
            return bus

        yield make


@pytest.fixture
async def bao_of(openbao: Bao) -> AsyncIterator[BaoOf]:
    """`bao_of("assessment")`: OpenBao with the service's own AppRole and so exactly its policy."""
    made: list[OpenBao] = []

    def make(service: str) -> OpenBao:
        made.append(OpenBao(openbao.address, openbao.credentials(service), openbao.tls(service)))
        return made[-1]

    yield make
    for bao in made:
        await bao.close()


@pytest.fixture
async def desk_of(database_of: DatabaseOf, bao_of: BaoOf, tmp_path: Path) -> DeskOf:
    """`await desk_of("assessment")`: its engine on an empty database, ready to decide; `"breaches"`: oversight's second one."""

    async def make(decided_on: str) -> Desk:
        chapter, shelf = DECIDES[decided_on]()
        service = "oversight" if decided_on == "breaches" else decided_on
        parts = await database_of(service), bao_of(service), bao_of("access")
        return await Desk(service, chapter, *parts, tmp_path, shelf).ready()

    return make


@pytest.fixture
async def platform_of(parts: RealParts, postgres: Postgres, tmp_path: Path) -> AsyncIterator[PlatformOf]:
    """`await platform_of("oversight")`: what a service stands on, with OpenBao and an empty database, certified.

    Nothing of it runs; NATS is there when the test asks for it. `clock` and settings can be given.
    """
    made: list[Platform] = []
    fresh: set[str] = set()

    async def make(service: str, clock: Clock | None = None, **more: Any) -> Platform:
        if service not in fresh:
            await postgres.fresh(service)
            fresh.add(service)
        values: dict[str, Any] = {
            "openbao_address": parts.openbao.address,
            "openbao_credentials": parts.openbao.credentials(service),
            "nats_address": f"tls://{HERE}:{parts.ports['nats']}",
            "database_hosts": f"{HERE}:{postgres.port}",
            **told_of(parts.home.tls(service)),
            "folder": tmp_path / service,
            "tombstones": tmp_path / "tombstones",
            "signing_keys": parts.openbao.signing_keys(tmp_path),
        }
        settings = ServiceSettings(**(values | more))
        platform = Platform(service, settings, clock or SystemClock(), f"{service}_0001")
        made.append(platform)
        parts.openbao.with_database(postgres)
        await platform.database.new_user()
        await platform.signer.certify()
        await platform.mac.prepare()
        return platform

    yield make
    for platform in made:
        await platform.close()


@pytest.fixture
async def bench(postgres: Postgres, database_of: DatabaseOf) -> Bench:
    """Chores in a database of their own kind, which two processes have."""
    first, second = await database_of("access"), await database_of("access")
    connection = await postgres.connect("access")
    await connection.execute(TABLE)
    await connection.close()
    return Bench(first, second)


@pytest.fixture(autouse=True)
async def closed_afterwards(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A service that is made and does not run closes nothing of what it opens when it is asked whether it is ready: what is
    left open is found by whatever test comes after."""
    made: list[OpenBao] = []
    original = OpenBao.__init__

    def noted(bao: OpenBao, *told: Any, **more: Any) -> None:
        original(bao, *told, **more)
        made.append(bao)

    monkeypatch.setattr(OpenBao, "__init__", noted)
    yield
    for bao in made:
        await bao.close()


@pytest.fixture
def one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rate is of a minute of the clock: in a next one, which may begin at any moment, everybody has another share."""
    monkeypatch.setattr("shared.http.rate.time", SimpleNamespace(monotonic=lambda: 0.0))
