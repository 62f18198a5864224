"""The audit trail is looked through for what is put before the FG: he decides what it is, and nothing else follows from it.

Looked at is what each producer signed, as it came in under oversight's MAC: a line that somebody wrote into the table proposes
nothing. How far it was looked through is in memory; a new process begins with the last days again, and what was proposed is known.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlmodel import col

from services.oversight import patterns
from services.oversight.patterns import Pattern, TrailLine
from services.oversight.trail import AuditBatch
from services.oversight.use_cases.breaches import BreachRegister
from services.oversight.use_cases.chains import Chains
from shared.clock import calendar_date
from shared.contracts.common import Audited
from shared.engine.head import vouched_for
from shared.periodic import Periodic
from shared.privileges import SERVICES

log = structlog.get_logger()

WATCH_SECONDS = 300.0
WATCHED_DAYS = timedelta(days=10)
"""So far back: longer than what is counted over."""
BATCHES_AT_ONCE = 200
"""At a time."""


class TrailWatching:
    def __init__(self, register: BreachRegister, chains: Chains) -> None:
        self.platform = register.platform
        self._register = register
        self._chains = chains
        self._lines: dict[str, list[TrailLine]] = {}
        self._reached: dict[str, int] = {}
        self.watching = Periodic(
            "breach-proposals",
            self.look,
            self.platform.clock,
            every=WATCH_SECONDS,
            remedy="what the audit trail shows of breaches and misuse is not put before the FG meanwhile",
        )

    async def look(self) -> int:
        """Put before the FG what was not before; returns how much. Raises PartDown."""
        now = self.platform.clock.now()
        for service in SERVICES:
            await self._hear(service.name)
        since = now - WATCHED_DAYS
        for producer, lines in self._lines.items():
            self._lines[producer] = [one for one in lines if one.at >= since]
        every = [one for lines in self._lines.values() for one in lines]
        found = [
            *patterns.not_whole(self._chains.wrong),
            *patterns.tampered(every),
            *patterns.misuse(every, calendar_date(now)),
        ]
        return sum([await self._propose(one) for one in found])

    async def _propose(self, one: Pattern) -> bool:
        return await self._register.propose(one.kind, one.cause, one.facts, one.concerning) is not None

    async def _hear(self, producer: str) -> None:
        """What came in since, or the last days when nothing was heard yet: the newest messages first, until they are older."""
        reached, found, before = self._reached.get(producer, 0), list[TrailLine](), 2**31 - 1
        since = self.platform.clock.now() - WATCHED_DAYS
        while True:
            query = select(AuditBatch).where(
                col(AuditBatch.producer) == producer, col(AuditBatch.first) > reached, col(AuditBatch.first) < before
            )
            async with self.platform.database.reading() as session:
                newest = query.order_by(col(AuditBatch.first).desc()).limit(BATCHES_AT_ONCE)
                batches = list((await session.scalars(newest)).all())
            lines = [line for batch in batches for line in await self._signed(batch)]
            found += lines
            if len(batches) < BATCHES_AT_ONCE or any(one.at < since for one in lines):
                break
            before = batches[-1].first
        self._lines[producer] = [*self._lines.get(producer, ()), *found]
        self._reached[producer] = max([reached, *(one.seq for one in found)])

    async def _signed(self, batch: AuditBatch) -> list[TrailLine]:
        """The lines of a message as they came; none of one that is not as it was, which the walk of the chain finds."""
        if not await vouched_for(self.platform.mac, batch):
            return []
        told = Audited.model_validate_json(batch.body)
        lines = (TrailLine(batch.producer, seq, entry) for seq, entry in enumerate(told.entries, told.first))
        # A service that is taken over signs what it likes: what says no moment keeps nothing else from being looked at.
        return [one for one in lines if one.has_a_moment]
