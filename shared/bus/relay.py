"""Carrying what is in the post to NATS: lock the key that a hand-over leaves, then publish.

JetStream can lose what it acknowledged, so publishing ends nothing: a message stays until its receipt, and
what has none is sent again, the same bytes. What waits is carried together, in one transaction that
holds the rows, so that a second replica carries others and a crash leaves them to whoever comes next.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog
from sqlalchemy import DateTime, and_, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.bus.proof import signed_lock
from shared.clock import Clock
from shared.database.engine import Database
from shared.database.tables import Outgoing
from shared.errors import CannotSucceed, PartDown
from shared.keys.signing import Verifier
from shared.keys.transit import Transit
from shared.openbao import OpenBao
from shared.telemetry import Tracing

log = structlog.get_logger()

AT_ONCE = 40
IDLE_SECONDS = 2
REFUSED_SECONDS = 60
OUTAGE_SECONDS = 1


class Publisher(Protocol):
    async def connected(self) -> None:
        """Wait for the connection; raises PartDown when it takes too long."""

    async def publish(self, message: Outgoing) -> None:
        """Publish and wait until the stream has it; raises PartDown."""


class Relay:
    """One per service. `resend`: seconds after which a message without a receipt is sent again."""

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
        self._posted = database.inserted(Outgoing)

    async def run(self) -> None:
        """Carry until cancelled; woken by this process's own commits, looking for others' now and then."""
        while True:
            more = False
            with contextlib.suppress(PartDown):
                await self._publisher.connected()
                more = await self.carry_some() == AT_ONCE
            if not more:
                await self._posted.wait(IDLE_SECONDS)

    async def carry_some(self) -> int:
        """Carry what is due, at most `AT_ONCE` messages; returns how many were looked at."""
        now = self._clock.now()
        due = (
            select(Outgoing)
            .where(col(Outgoing.receipted_at).is_(None), col(Outgoing.next_at) <= now)
            # What was never sent goes first: whoever is behind is not helped by getting things twice.
            .order_by(col(Outgoing.published_at).is_not(None), col(Outgoing.next_at))
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        async with self._database.transaction() as session:
            rows = (await session.scalars(due)).all()
            results = await asyncio.gather(*(self._carry(row) for row in rows), return_exceptions=True)
            await self._note(session, rows, results, now)
        return len(rows)

    async def _carry(self, row: Outgoing) -> None:
        with self._tracing.span(f"publish {row.event}", parent=row.headers.get("traceparent"), message=str(row.id)):
            if row.lock_key and row.locked_at is None:
                lock = await signed_lock(self._verifier, self._service, row)
                await Transit(self._bao, lock.mount).lock(lock.key)
            await self._publisher.publish(row)

    async def _note(
        self, session: AsyncSession, rows: Sequence[Outgoing], results: Sequence[BaseException | None], now: datetime
    ) -> None:
        """Write down what was sent, in one statement; what was refused steps back behind the others.

        A hand-over that this service did not sign is not carried. It stays, is counted and listed as parked, and is
        looked at again: what was altered may be put right.
        """
        sent: list[UUID] = []
        refused: list[UUID] = []
        waiting: list[UUID] = []
        for row, result in zip(rows, results, strict=True):
            if result is None:
                sent.append(row.id)
            elif isinstance(result, PartDown):
                # Behind those that need another part, or a moment's rest.
                waiting.append(row.id)
            elif isinstance(result, CannotSucceed):
                log.warning("not carried", of=row.event, reason=str(result), message=str(row.id))
                refused.append(row.id)
                row.refused = str(result)
            elif isinstance(result, Exception):
                # Whatever is wrong with one message holds up no other.
                log.error("a message is not carried", message=str(row.id), of=row.event, exc_info=result)
                refused.append(row.id)
            else:
                raise result
        patience = func.make_interval(0, 0, 0, 0, 0, 0, self._resend * func.least(col(Outgoing.attempts) + 1, 6))
        moment = literal(now, DateTime(timezone=True))
        attempts = col(Outgoing.attempts) + 1
        changes: tuple[tuple[list[UUID], dict[str, Any]], ...] = (
            (sent, {"refused": None, "published_at": now, "attempts": attempts, "next_at": moment + patience}),
            ([row.id for row in rows if row.id in sent and row.lock_key], {"locked_at": now}),
            (refused, {"next_at": now + timedelta(seconds=REFUSED_SECONDS)}),
            (waiting, {"next_at": now + timedelta(seconds=OUTAGE_SECONDS)}),
        )
        for which, values in changes:
            if which:
                statement = update(Outgoing).where(col(Outgoing.id).in_(which)).values(**values)
                await session.execute(statement, execution_options={"synchronize_session": False})

    async def waiting(self) -> tuple[int, float]:
        """How many messages have not been published yet, and the age of the oldest in seconds."""
        unsent = and_(
            col(Outgoing.published_at).is_(None), col(Outgoing.receipted_at).is_(None), col(Outgoing.refused).is_(None)
        )
        async with self._database.reading() as session:
            query = select(func.count(), func.min(col(Outgoing.created_at))).where(unsent)
            count, oldest = (await session.execute(query)).one()
        return count, (self._clock.now() - oldest).total_seconds() if oldest else 0.0
