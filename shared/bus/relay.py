"""Carrying what is in the outbox to NATS: lock the key that a hand-over leaves, then publish.

JetStream can lose what it acknowledged, so publishing ends nothing: a kept message stays until its
receipt, and what has none is sent again, the same bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any, Protocol
from uuid import UUID

import structlog
from faststream_outbox import OutboxBroker
from faststream_outbox.retry import ConstantRetry
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col

from shared.bus.post import QUEUE, wake
from shared.bus.proof import signed_lock
from shared.clock import Clock
from shared.database.engine import Database
from shared.database.tables import Outgoing, outbox
from shared.errors import PartDown
from shared.keys.signing import Verifier
from shared.keys.transit import Transit
from shared.openbao import OpenBao
from shared.telemetry import Tracing

log = structlog.get_logger()


class Publisher(Protocol):
    async def publish(self, subject: str, headers: dict[str, str], body: bytes) -> None:
        """Publish and wait until the stream has it; raises PartDown."""


class Relay:
    """One per service."""

    def __init__(
        self,
        service: str,
        database: Database,
        bao: OpenBao,
        publisher: Publisher,
        verifier: Verifier,
        clock: Clock,
        tracing: Tracing,
        resend: float,
    ) -> None:
        self._service = service
        self._database = database
        self._bao = bao
        self._publisher = publisher
        self._verifier = verifier
        self._clock = clock
        self._tracing = tracing
        self._resend = resend

    async def run(self, engine: AsyncEngine) -> None:
        """Carry until cancelled; `engine` has credentials in its URL, which LISTEN needs."""
        broker = OutboxBroker(engine, outbox_table=outbox, logger=None, apply_types=False)

        @broker.subscriber(
            QUEUE,
            max_workers=6,
            min_fetch_interval=0.05,
            max_fetch_interval=0.5,
            fetch_batch_size=24,
            lease_ttl_seconds=60,
            # The library deletes a row whose attempts run out; ours never do.
            retry_strategy=ConstantRetry(delay_seconds=1, max_attempts=None),
        )
        async def carry(body: bytes | str) -> None:
            text = body.decode() if isinstance(body, bytes) else body
            if text.startswith("{"):
                await self._carry_beacon(json.loads(text))
            else:
                await self.carry(UUID(text))

        await broker.start()
        try:
            await asyncio.Event().wait()
        finally:
            with contextlib.suppress(Exception):
                await broker.stop()

    async def _carry_beacon(self, message: dict[str, Any]) -> None:
        headers = message["headers"]
        with self._tracing.span(f"publish {message['event']}", parent=headers.get("traceparent")):
            subject = f"meldpunt.{self._service}.{message['event']}"
            await self._publisher.publish(subject, headers, message["body"].encode())

    async def carry(self, identifier: UUID) -> None:
        """One message: lock, publish, note it."""
        async with self._database.transaction() as session:
            row = await session.get(Outgoing, identifier)
        if row is None or row.receipted_at is not None or row.body is None:
            return
        with self._tracing.span(f"publish {row.event}", parent=row.headers.get("traceparent"), message=str(row.id)):
            if row.lock_key and row.lock_mount and row.locked_at is None:
                lock = await signed_lock(self._verifier, self._service, row)
                await Transit(self._bao, lock.mount).lock(lock.key)
                await self._note(identifier, locked_at=self._clock.now())
            await self._publisher.publish(f"meldpunt.{self._service}.{row.event}", row.headers, row.body)
        await self._note(identifier, published_at=self._clock.now(), attempts=row.attempts + 1)

    async def _note(self, identifier: UUID, **values: object) -> None:
        async with self._database.transaction() as session:
            await session.execute(update(Outgoing).where(col(Outgoing.id) == identifier).values(**values))

    async def resend(self) -> None:
        """Send again what was published and has no receipt, with growing patience."""
        while True:
            await asyncio.sleep(self._resend / 4)
            with contextlib.suppress(PartDown):
                await self._resend_once()

    async def _resend_once(self) -> None:
        now = self._clock.now()
        patience = func.make_interval(0, 0, 0, 0, 0, 0, self._resend * func.least(col(Outgoing.attempts), 6))
        late = (
            select(col(Outgoing.id))
            .where(col(Outgoing.receipted_at).is_(None), col(Outgoing.published_at) < now - patience)
            .order_by(col(Outgoing.created_at))
            .limit(200)
            .with_for_update(skip_locked=True)
        )
        async with self._database.transaction() as session:
            backlog = (await session.execute(select(func.count()).select_from(outbox))).scalar_one()
            if backlog > 200:
                # Whoever is behind has not lost anything; sending it again would only put him further behind.
                return
            again = update(Outgoing).where(col(Outgoing.id).in_(late)).values(published_at=now)
            for identifier in (await session.scalars(again.returning(col(Outgoing.id)))).all():
                await session.execute(wake(identifier))

    async def waiting(self) -> tuple[int, float]:
        """How many messages have not been published yet, and the age of the oldest in seconds."""
        async with self._database.transaction() as session:
            query = select(func.count(), func.min(col(Outgoing.created_at))).where(col(Outgoing.published_at).is_(None))
            count, oldest = (await session.execute(query)).one()
        return count, (self._clock.now() - oldest).total_seconds() if oldest else 0.0
