"""After five years retention orders a case to be moved; casework, which can read it, seals it (art. 25).

The clock's protective move: no person decides, nothing is shown to anybody, and it is on the record.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.contracts.retention import MoveCase
from shared.dossier import store
from shared.dossier.holder import Holder
from shared.dossier.tables import DecisionRow, Dossier
from shared.errors import CannotSucceed
from shared.protocol.model import State
from shared.service.platform import Platform

MOVE = "move-case"


async def nothing(session: AsyncSession) -> None:
    """It was done already."""


class Moving:
    def __init__(self, platform: Platform, holder: Holder) -> None:
        self.platform = platform
        self._settlement = holder.settlement

    async def ordered(self, incoming: Incoming, message: MoveCase) -> Handled:
        async with self.platform.database.reading() as session:
            row = await session.get(Dossier, message.number)
        if row is not None and (row.left or row.state == State.ENDED):
            # Ordered again while it is under way.
            return Handled(nothing)
        if row is None or row.state != State.CLOSED:
            raise CannotSucceed("this is no closed case")
        now = self.platform.clock.now()

        async def effect(session: AsyncSession) -> None:
            await store.bump(session, row.number, row.version, State.ENDED, row.last_act_on)
            session.add(
                DecisionRow(
                    id=incoming.id,
                    number=row.number,
                    version=row.version + 1,
                    key=MOVE,
                    outcome="moved",
                    article="art. 25",
                    status="taken",
                    state_before=State.CLOSED,
                    state_after=State.ENDED,
                    ends=True,
                    deciders=[],
                    co_signers=[],
                    recorder="retention",
                    role="clock",
                    about=[],
                    forwarding=None,
                    taken_at=now,
                    effective_at=now,
                    protocol=row.protocol,
                    tells=False,
                )
            )
            session.add(audit.line(now, "case moved to the non-active environment", actor=None, record=row.number))

        return Handled(effect, after=self._settlement.wake)
