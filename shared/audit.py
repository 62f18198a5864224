"""The audit trail: who did what to which record, with which result and reason. Every refusal too.

A line is written in the transaction of what it tells about. One writer per producer then numbers and
chains the lines and sends them to oversight, so that a missing line shows as a gap and a changed one as
a broken chain; the message that carries them is signed with a key that no database administrator has.
Lines hold ids and codes only.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
from datetime import datetime
from typing import Any, Required, TypedDict, Unpack
from uuid import uuid4

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.bus.post import Post
from shared.clock import Clock
from shared.contracts.common import Audited
from shared.database.engine import Database
from shared.database.tables import Audit, AuditHead
from shared.errors import PartDown
from shared.keys.signing import NotSigned
from shared.telemetry import trace_id

GENESIS = "0" * 64
IDLE_SECONDS = 5.0
TOGETHER_SECONDS = 0.5


class Facts(TypedDict, total=False):
    """Who did it, to what, how it went and why: ids and codes, never typed text."""

    actor: Required[str | None]
    record: str | None
    result: str
    reason: str | None
    role: str | None


def line(now: datetime, action: str, **facts: Unpack[Facts]) -> Audit:
    """One line of the trail, to be added to the session of what it tells about."""
    entry = {
        "at": now.isoformat(timespec="milliseconds"),
        "action": action,
        "actor": facts["actor"],
        "role": facts.get("role"),
        "record": facts.get("record"),
        "result": facts.get("result", "done"),
        "reason": facts.get("reason"),
        "trace": trace_id(),
    }
    return Audit(id=uuid4(), entry=entry, written_at=now)


def chain(previous: str, entry: dict[str, Any]) -> str:
    return hashlib.sha256(previous.encode() + json.dumps(entry, sort_keys=True).encode()).hexdigest()


class AuditNumberer:
    """Numbers, chains and sends the lines of one producer."""

    def __init__(self, database: Database, post: Post, clock: Clock) -> None:
        self._database = database
        self._post = post
        self._clock = clock
        self._written = database.inserted(Audit)

    async def run(self) -> None:
        """Soon after there are lines, so that those of the same moment go together."""
        while True:
            more = False
            with contextlib.suppress(PartDown, NotSigned):
                more = await self.number_once()
            if not more:
                await self._written.wait(IDLE_SECONDS)
                await asyncio.sleep(TOGETHER_SECONDS)

    async def number_once(self, most: int = 200) -> bool:
        """Number what is waiting, `most` lines at a time; returns whether there may be more."""
        async with self._database.transaction() as session:
            # One writer, also with several replicas.
            await session.execute(text("SELECT pg_advisory_xact_lock(4711)"))
            waiting = select(Audit).where(col(Audit.seq).is_(None)).order_by(col(Audit.written_at)).limit(most)
            rows = (await session.scalars(waiting)).all()
            if not rows:
                return False
            head = await self._head(session)
            first, previous = head.seq + 1, head.chain
            for row in rows:
                head.seq += 1
                row.seq = head.seq
                head.chain = chain(head.chain, row.entry)
            message = Audited(first=first, previous=previous, entries=tuple(row.entry for row in rows), head=head.chain)
            self._post.tell(session, "oversight", message)
        return len(rows) == most

    @staticmethod
    async def _head(session: AsyncSession) -> AuditHead:
        head = await session.get(AuditHead, 1)
        if head is None:
            head = AuditHead(id=1, seq=0, chain=GENESIS)
            session.add(head)
        return head
