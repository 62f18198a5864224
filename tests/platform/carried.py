"""The relay at work on a real database, with a publisher that counts instead of NATS."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select

from shared.bus.nats import Bus
from shared.bus.receipts import Receipted
from shared.bus.relay import Publisher, Relay
from shared.clock import Clock, SystemClock
from shared.contracts.common import Receipts, Received
from shared.database.engine import Database
from shared.database.tables import Outgoing
from shared.errors import PartDown
from shared.keys.signing import Verifier
from shared.telemetry import Tracing
from tests.parts import stop
from tests.platform.real import Handed

EVENT = "report.v1"


def message(**more: Any) -> Outgoing:
    now = datetime.now(UTC)
    usual: dict[str, Any] = {"addressee": "assessment", "event": EVENT, "body": b"{}", "created_at": now}
    identifier = more.pop("id", uuid4())
    row = {"id": identifier, "next_at": now, "headers": {"ce-id": str(identifier)}} | usual | more
    return Outgoing(**row)


async def well(bus: Bus) -> None:
    """Until every consumer of `bus` is led and nothing is wrong."""
    async with asyncio.timeout(30):
        while bus.problem is not None:
            await asyncio.sleep(0.05)


class Counting:
    """A publisher that counts, and hands on to `to`, so that a test decides what arrives and what gets lost."""

    def __init__(self, to: Callable[[Outgoing], None] = lambda _: None) -> None:
        self.sent: Counter[UUID] = Counter()
        self.up = True
        self.seq = 0
        self._to = to

    async def connected(self) -> None:
        if not self.up:
            raise PartDown("NATS is out of reach")

    async def publish(self, message: Outgoing) -> int:
        self.sent[message.id] += 1
        self.seq += 1
        self._to(message)
        return self.seq


class Ahead:
    """A clock that a test moves on."""

    ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def relay_on(database: Database, publisher: Publisher, resend: float, clock: Clock | None = None) -> Relay:
    nobody = Handed({})
    verifier, tracing = Verifier(nobody), Tracing("intake", None)
    return Relay("intake", database, nobody, publisher, verifier, clock or SystemClock(), tracing, resend)


@contextlib.asynccontextmanager
async def carrying(relay: Relay) -> AsyncIterator[Receipted]:
    """The relay at work; what it gives is to be told of receipts."""
    task = asyncio.create_task(relay.queue.run(relay.carry))
    yield Receipted(relay.queue._database, SystemClock(), {}, relay.heard.receipt, timedelta(days=1), lambda: None)
    await stop(task)


async def post(database: Database, rows: list[Outgoing]) -> list[UUID]:
    async with database.transaction() as session:
        session.add_all(rows)
    return [row.id for row in rows]


async def left(database: Database) -> int:
    async with database.reading() as session:
        return int((await session.execute(select(func.count()).select_from(Outgoing))).scalar_one())


async def receipt(receipted: Receipted, *ids: UUID) -> None:
    message = Receipts(received=tuple(Received(message=one, of=EVENT, word=None) for one in ids))
    await receipted.end("assessment", message, {}, b"{}")


async def soon(look: Callable[[], bool], seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not look():
            await asyncio.sleep(0.01)
