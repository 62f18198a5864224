"""The audit trail: who did what to which record, with which result and reason. Every refusal too.

A line is written in the transaction of what it tells about. One writer per producer then numbers and
chains the lines and sends them to oversight, so that a missing line shows as a gap and a changed one as
a broken chain; the message that carries them is signed with a key that no database administrator has.
Lines hold ids and codes only.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Required, TypedDict, Unpack
from uuid import uuid4

from sqlalchemy import ARRAY, Uuid, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.bus.post import Post
from shared.clock import Clock
from shared.contracts.common import Audited
from shared.database.engine import Database
from shared.database.tables import Audit, AuditHead
from shared.periodic import Periodic
from shared.telemetry import trace_id

GENESIS = "0" * 64
VANISHED = "gone"
"""The result of what leaves nothing behind: its turns are forgotten."""
IDLE_SECONDS = 60.0
"""How often is looked for lines that another process left unnumbered; one's own are heard of."""
TOGETHER_SECONDS = 0.2


class LineFacts(TypedDict, total=False):
    """Who did it, to what, how it went and why: ids and codes, never typed text. `times`: of many that are one line.

    `answered`: with which codes a warning about the words was answered (shared/protocol/special.py), by the kind of data.
    """

    actor: Required[str | None]
    record: str | None
    result: str
    reason: str | None
    role: str | None
    times: int
    answered: Mapping[str, str]
    turn: int | None
    """Which turn of the record it is, where that has any: by this oversight knows an old one (engine/head.py)."""


def line(now: datetime, action: str, **facts: Unpack[LineFacts]) -> Audit:
    """One line of the trail, to be added to the session of what it tells about."""
    entry: dict[str, Any] = {
        "at": now.isoformat(timespec="milliseconds"),
        "action": action,
        "actor": facts["actor"],
        "role": facts.get("role"),
        "record": facts.get("record"),
        "result": facts.get("result", "done"),
        "reason": facts.get("reason"),
        "trace": trace_id(),
    }
    if "times" in facts:
        entry["times"] = facts["times"]
    if facts.get("answered"):
        # Not of which kind the data are: the trail outlives them.
        entry["answered"] = sorted({*facts["answered"].values()})
    if facts.get("turn") is not None:
        entry["turn"] = facts["turn"]
    return Audit(id=uuid4(), entry=entry, written_at=now)


def chain(previous: str, entry: dict[str, Any]) -> str:
    """The chain value after `entry`: SHA-256 in hex over the one before it (GENESIS at first) and the entry as JSON."""
    return hashlib.sha256(previous.encode() + json.dumps(entry, sort_keys=True).encode()).hexdigest()


class AuditNumberer:
    """Numbers, chains and sends the lines of one producer."""

    def __init__(self, database: Database, post: Post, clock: Clock) -> None:
        self._database = database
        self._post = post
        self.numbering = Periodic(
            "audit",
            self.number,
            clock,
            every=IDLE_SECONDS,
            wake=database.inserted(Audit),
            remedy="lines of the audit trail have no number and do not reach oversight: see the log of this service",
        )

    async def number(self) -> None:
        """Number what is waiting; soon after there are lines, so that those of the same moment go together."""
        await asyncio.sleep(TOGETHER_SECONDS)
        while await self.number_once():
            pass

    async def number_once(self, most: int = 200) -> bool:
        """Number what is waiting, `most` lines at a time; returns whether there may be more."""
        async with self._database.transaction() as session:
            head = await self._head(session)
            waiting = (
                select(col(Audit.id), col(Audit.entry))
                .where(col(Audit.seq).is_(None))
                .order_by(col(Audit.written_at), col(Audit.id))
                .limit(most)
            )
            rows = (await session.execute(waiting)).all()
            if not rows:
                return False
            first, previous = head.seq + 1, head.chain
            for row in rows:
                head.seq += 1
                head.chain = chain(head.chain, row.entry)
            ids = literal([row.id for row in rows], ARRAY(Uuid()))
            given = func.unnest(ids).table_valued("id", with_ordinality="nth", name="given").render_derived()
            numbered = update(Audit).where(col(Audit.id) == given.c.id).values(seq=head.seq - len(rows) + given.c.nth)
            await session.execute(numbered, execution_options={"synchronize_session": False})
            entries = tuple(row.entry for row in rows)
            self._post.tell(
                session, "oversight", Audited(first=first, previous=previous, entries=entries, head=head.chain)
            )
        return len(rows) == most

    @staticmethod
    async def _head(session: AsyncSession) -> AuditHead:
        """The last line so far, locked: there is one writer, also with several replicas."""
        query = select(AuditHead).where(col(AuditHead.id) == 1).with_for_update()
        head = (await session.scalars(query)).first()
        if head is None:
            await session.execute(upsert(AuditHead).values(id=1, seq=0, chain=GENESIS).on_conflict_do_nothing())
            head = (await session.scalars(query)).one()
        return head
