"""What has had its use goes: inbox rows, audit lines that oversight has, and records of the processing log at their term.

An inbox row says that a message had its effect; without it the message, sent again, would have it twice. So it stays
for longer than anything can still send it: a stream's age, a letterbox key, a sender that is restored from a backup.
An audit line stays until oversight's receipt and for a while after; the database itself refuses to delete a younger
one, whatever the service asks (`platform_v1`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import delete, func, select
from sqlmodel import col

from shared.clock import Clock
from shared.database.engine import Database
from shared.database.tables import InboxRow, ProcessingRecord
from shared.periodic import Periodic

log = structlog.get_logger()

EVERY_SECONDS = 3600.0
BATCH_SIZE = 1000
"""Rows per transaction, so that nobody waits for it."""


@dataclass
class Pruned:
    """Since the start of the process; `problem` when the last run did not get to its end."""

    at: datetime | None = None
    inbox: int = 0
    audit: int = 0
    processing: int = 0
    problem: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it, with the time in ISO 8601."""
        return asdict(self) | {"at": self.at.isoformat() if self.at else None}


class Pruner:
    """One per service, and harmless when several replicas run it."""

    def __init__(
        self, database: Database, clock: Clock, *, inbox_days: int, audit_days: int, processing_days: int
    ) -> None:
        self._database = database
        self._clock = clock
        self._inbox = timedelta(days=inbox_days)
        self._audit = timedelta(days=audit_days)
        self._processing = timedelta(days=processing_days)
        self.pruned = Pruned()
        self.pruning = Periodic(
            "pruning",
            self.prune,
            clock,
            every=EVERY_SECONDS,
            remedy="what has had its age is not deleted, and the database grows: see the log of this service",
        )

    async def prune(self) -> None:
        """Delete what is old enough, some at a time; raises PartDown."""
        try:
            now = self._clock.now()
            while (gone := await self._prune_inbox(now - self._inbox)) > 0:
                self.pruned.inbox += gone
            while (gone := await self._prune_audit(now - self._audit)) > 0:
                self.pruned.audit += gone
            while (gone := await self._prune_processing(now - self._processing)) > 0:
                self.pruned.processing += gone
        except Exception as problem:
            self.pruned.problem = type(problem).__name__
            raise
        self.pruned.at, self.pruned.problem = now, None

    async def _prune_inbox(self, before: datetime) -> int:
        old = (
            select(col(InboxRow.id))
            .where(col(InboxRow.handled_at) < before)
            .order_by(col(InboxRow.handled_at))
            .limit(BATCH_SIZE)
        )
        async with self._database.transaction() as session:
            gone = await session.execute(delete(InboxRow).where(col(InboxRow.id).in_(old)).returning(col(InboxRow.id)))
            return len(gone.all())

    async def _prune_processing(self, before: datetime) -> int:
        ended = col(ProcessingRecord.ended_at)
        old = (
            select(col(ProcessingRecord.id))
            .where(ended < int(before.timestamp() * 1000))
            .order_by(ended, col(ProcessingRecord.id))
            .limit(BATCH_SIZE)
        )
        mine = delete(ProcessingRecord).where(col(ProcessingRecord.id).in_(old))
        async with self._database.transaction() as session:
            return len((await session.execute(mine.returning(col(ProcessingRecord.id)))).all())

    async def _prune_audit(self, before: datetime) -> int:
        async with self._database.transaction() as session:
            gone = await session.scalar(select(func.prune_audit(before, BATCH_SIZE)))
        return int(gone or 0)
