"""The lines of one producer get their numbers, are chained and go to oversight.

A line that this service did not write itself gets none; nor does one get lost unseen: what this process committed has to
turn up with a number.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ARRAY, Uuid, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.audit import GENESIS, Proofs, chain, line
from shared.bus.post import Post
from shared.clock import Clock
from shared.contracts.common import Audited
from shared.database.engine import Database
from shared.database.tables import Audit, AuditHead
from shared.doubts import Doubt, Doubts
from shared.errors import CannotSucceed
from shared.periodic import Periodic
from shared.stuck import Stuck, StuckRow

log = structlog.get_logger()

IDLE_SECONDS = 60.0
"""How often is looked for lines that another process left unnumbered; one's own are heard of."""
TOGETHER_SECONDS = 0.2
MISSED_SECONDS = 30.0
"""After how long a committed line without a number is looked for."""
AT_A_TIME = 200
NOT_WRITTEN = "not-ours"
TAKEN_AWAY = Doubt("it was committed and is not there any more, or was changed", "taken-away")
WHO_WRITES = (
    "a line of the audit trail was written, changed or taken away by somebody who is not this service: find out who can write"
    " in its database, and tell who watches over security"
)


class AuditNumberer:
    """Numbers, chains and sends the lines of one producer; what it did not write itself is refused and shown."""

    def __init__(self, database: Database, post: Post, clock: Clock, proofs: Proofs, *, apart: float = 0.0) -> None:
        """`apart`: so many seconds at least between two messages, while there are lines all the time."""
        self._database = database
        self._post = post
        self._clock = clock
        self._proofs = proofs
        self._apart = apart
        self._not_before = 0.0
        self.missed = Doubts("audit-lines-missed", clock, remedy=WHO_WRITES)
        self._missed: dict[str, Doubt] = {}
        self._known = self._first = -1
        """How far lines were numbered, as this process knows it: now, and when it began."""
        self._early: frozenset[UUID] = frozenset()
        """What a door had committed before that: another process may have numbered it already."""
        self.numbering = Periodic(
            "audit",
            self.number,
            clock,
            every=IDLE_SECONDS,
            wake=database.inserted(Audit),
            remedy="lines of the audit trail have no number and do not reach oversight: see the log of this service",
        )

    async def begin(self) -> None:
        """Note how far lines are numbered, before this process writes its first; raises PartDown."""
        async with self._database.reading() as session:
            head = await session.get(AuditHead, 1)
        self._begin(head.seq if head else 0)

    def _begin(self, reached: int) -> None:
        if self._first < 0:
            self._first, self._early = reached, frozenset(self._proofs.waiting)

    async def number(self) -> None:
        """Number what is waiting; soon after there are lines, so that those of the same moment go together, and a while after the
        last: each message that carries some is kept for good, with a signature that is as long as four of them."""
        await asyncio.sleep(max(TOGETHER_SECONDS, self._not_before - time.monotonic()))
        before = self._known
        while await self.number_once():
            pass
        if self._known > before:
            self._not_before = time.monotonic() + self._apart
        await self.miss(MISSED_SECONDS)

    async def number_once(self, most: int = AT_A_TIME) -> bool:
        """Number what is waiting, `most` lines at a time; returns whether there may be more."""
        async with self._database.transaction() as session:
            head = await self._head(session)
            if head.seq < self._known:
                # Lines that were numbered would get their numbers anew, without those that somebody takes out.
                raise CannotSucceed("the count of the audit trail was set back: find out who can write in the database")
            waiting = (
                select(col(Audit.id), col(Audit.entry), col(Audit.proof))
                .where(col(Audit.seq).is_(None), col(Audit.refused_at).is_(None))
                .order_by(col(Audit.written_at), col(Audit.id))
                .limit(most)
            )
            found = (await session.execute(waiting)).all()
            ours = [row for row in found if await self._proofs.holds(row.id, row.entry, row.proof)]
            if ours:
                await self._give_numbers(session, head, ours)
            await self._refuse(session, {row.id for row in found} - {row.id for row in ours})
            reached = head.seq + len(ours)
        self._begin(reached - len(ours))
        self._known = max(self._known, reached)
        self._proofs.numbered(row.id for row in ours)
        return len(found) == most

    async def miss(self, seconds: float) -> None:
        """Look for lines that were committed here more than `seconds` ago and that nobody has numbered since."""
        late = self._proofs.overdue(seconds, AT_A_TIME)
        if not late:
            return
        query = select(col(Audit.id), col(Audit.seq), col(Audit.refused_at)).where(col(Audit.id).in_(late))
        async with self._database.reading() as session:
            there = {row.id: row for row in await session.execute(query)}
            head = await session.get(AuditHead, 1)
        # Another process may have numbered meanwhile.
        self._known = max(self._known, head.seq if head else 0)
        gone = [one for one in late if one not in there or not self._is_right(there[one])]
        if gone:
            missed = self._missed | {str(one): TAKEN_AWAY for one in gone}
            async with self._database.transaction() as session:
                session.add_all(self.missed.new(missed))
            self.missed.note(missed)
            self._missed = missed
        self._proofs.numbered([*gone, *(one for one, row in there.items() if row.seq is not None)])

    def _is_right(self, row: Any) -> bool:
        """Whether it waits, or has a number that was given since this process began: not one that somebody else gave it."""
        first = 0 if row.id in self._early else self._first
        return row.refused_at is None and (row.seq is None or first < row.seq <= self._known)

    async def _give_numbers(self, session: AsyncSession, head: AuditHead, rows: Sequence[Any]) -> None:
        reached, last = head.seq + len(rows), head.chain
        for row in rows:
            last = chain(last, row.entry)
        ids = literal([row.id for row in rows], ARRAY(Uuid()))
        given = func.unnest(ids).table_valued("id", with_ordinality="nth", name="given").render_derived()
        moved = update(AuditHead).where(col(AuditHead.id) == head.id).values(seq=reached, chain=last).cte("moved")
        numbered = update(Audit).where(col(Audit.id) == given.c.id).values(seq=head.seq + given.c.nth).add_cte(moved)
        await session.execute(numbered, execution_options={"synchronize_session": False})
        told = Audited(first=head.seq + 1, previous=head.chain, entries=tuple(row.entry for row in rows), head=last)
        self._post.tell(session, "oversight", told)

    async def _refuse(self, session: AsyncSession, lines: set[UUID]) -> None:
        """These never get a number: one line in the trail says how many, and `meldpunt status` shows them."""
        if not lines:
            return
        now = self._clock.now()
        log.error("lines of the audit trail that this service did not write", lines=len(lines))
        await session.execute(update(Audit).where(col(Audit.id).in_(lines)).values(refused_at=now))
        told = line(now, "audit lines refused", actor=None, result="not-believed", reason=NOT_WRITTEN, times=len(lines))
        session.add(told)

    async def refused(self, most: int = 20) -> Stuck:
        """What this service did not write, as `meldpunt status` shows it."""
        mine = col(Audit.refused_at).is_not(None)
        counts = select(func.count(), func.min(col(Audit.refused_at))).where(mine)
        first = select(col(Audit.id), col(Audit.refused_at)).where(mine).order_by(col(Audit.refused_at)).limit(most)
        async with self._database.reading() as session:
            count, oldest = (await session.execute(counts)).one()
            rows = (await session.execute(first)).all() if count else []
        why = "it has no proof that this service wrote it"
        shown = [StuckRow(row.id, {}, row.refused_at, 0, why, parked=True) for row in rows]
        return Stuck("audit-lines-refused", count, count, oldest, shown, WHO_WRITES)

    @staticmethod
    async def _head(session: AsyncSession) -> AuditHead:
        """The last line so far, locked: there is one writer, also with several replicas."""
        query = select(AuditHead).where(col(AuditHead.id) == 1).with_for_update()
        head = (await session.scalars(query)).first()
        if head is None:
            await session.execute(upsert(AuditHead).values(id=1, seq=0, chain=GENESIS).on_conflict_do_nothing())
            head = (await session.scalars(query)).one()
        return head
