"""An old head is noticed: who holds a dossier hears how far oversight knows it, from the lines of the audit trail.

A line is written with what it tells of and comes within a second, so what somebody puts back is older than what is known
here. Told at once is what was forked: somebody decided on old rows, and a turn came twice. Told of everything, again and
again, is the newest turn: rows that were put back, or are gone, and on which nobody decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from services.oversight import store
from shared import audit
from shared.bus.inbox import Incoming
from shared.contracts.oversight import HeadsKnown, KnownHead
from shared.engine.freeze import Freezer
from shared.periodic import Periodic
from shared.privileges import said_to
from shared.service.platform import Platform

LOOK_FOR_FORKS_SECONDS = 30.0
TELL_ALL = timedelta(hours=6)
TOLD_FOR = timedelta(days=400)
"""For how long after its last change a duty to inform is told of: a deferral is reviewed sooner."""
HEADS = 500
"""In one message."""


class Anchoring:
    """Tells holders how far their dossiers are known here."""

    def __init__(self, platform: Platform, own: Freezer | None = None) -> None:
        """`own`: of oversight's own breach register, which is told without a message."""
        self.platform = platform
        self._own = own
        self._told_all_at: datetime | None = None
        self.telling = Periodic(
            "anchors",
            self.tell,
            platform.clock,
            every=LOOK_FOR_FORKS_SECONDS,
            remedy="old rows that somebody puts back are not noticed meanwhile",
        )

    async def tell(self) -> None:
        """What was forked, and every few hours everything. Raises PartDown."""
        await self._look()
        await self._tell_own()
        now = self.platform.clock.now()
        if self._told_all_at is None or now - self._told_all_at >= TELL_ALL:
            for holder in said_to("oversight", HeadsKnown.event):
                await self.tell_all(holder)
            self._told_all_at = now

    async def _look(self) -> None:
        """A line that was not newer: one that came late is nothing, two of one turn are."""
        now = self.platform.clock.now()
        async with self.platform.database.transaction() as session:
            for one in await store.doubtful(session, HEADS):
                one.doubtful = False
                if one.forked or not await store.has_a_turn_twice(session, one.producer, one.record):
                    continue
                one.forked = True
                if one.producer in said_to("oversight", HeadsKnown.event):
                    self._send(session, one.producer, [one])
                session.add(audit.line(now, "a turn came twice", actor=None, record=one.record, reason=one.producer))

    async def _tell_own(self) -> None:
        """How far the entries of the breach register are known by their lines: one that was put back, or is gone, shows."""
        since, after = self.platform.clock.now() - TOLD_FOR, ""
        while self._own is not None:
            async with self.platform.database.reading() as session:
                found = await store.anchors_of(session, self.platform.name, since, after, HEADS)
            if not found:
                return
            handled = await self._own.known(Incoming(uuid4(), self.platform.name, signed=True), _known_heads(found))
            await self.platform.database.together(handled.effect)
            after = found[-1].record

    async def tell_all(self, holder: str) -> None:
        """Every dossier that `holder` should have, and its newest turn. Raises PartDown."""
        since, after = self.platform.clock.now() - TOLD_FOR, ""
        while True:
            async with self.platform.database.transaction() as session:
                found = await store.anchors_of(session, holder, since, after, HEADS)
                if not found:
                    return
                self._send(session, holder, found)
            after = found[-1].record

    def _send(self, session: AsyncSession, holder: str, found: Sequence[store.Anchor]) -> None:
        self.platform.post.tell(session, holder, _known_heads(found))


def _known_heads(found: Sequence[store.Anchor]) -> HeadsKnown:
    return HeadsKnown(heads=tuple(KnownHead(number=one.record, turn=one.turn, forked=one.forked) for one in found))
