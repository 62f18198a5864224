"""After five years retention orders a case to be moved; casework, which can read it, seals it (art. 25).

The clock's protective move: no person decides, nothing is shown to anybody, and it is on the record.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.contracts.retention import MoveCase
from shared.engine.engine import Engine
from shared.engine.tables import Dossier
from shared.errors import CannotSucceed
from shared.protocol.model import Outcome, State

MOVE = "move-case"
MOVED = Outcome("moved", "de actieve termijn is voorbij", State.ENDED, "art. 25", ends=True)


async def nothing(session: AsyncSession) -> None:
    """It was done already."""


class Moving:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.platform = engine.platform

    async def ordered(self, incoming: Incoming, message: MoveCase) -> Handled:
        """Raises CannotSucceed for what is no closed case."""
        async with self.platform.database.reading() as session:
            row = await session.get(Dossier, message.number)
        if row is not None and (row.left or row.state == State.ENDED):
            # Ordered again while it is under way.
            return Handled(nothing)
        if row is None or row.state != State.CLOSED:
            raise CannotSucceed("this is no closed case")
        now = self.platform.clock.now()

        async def effect(session: AsyncSession) -> None:
            await self.engine.noting.note(
                session, row, incoming.id, MOVE, MOVED, recorder="retention", role="clock", taken_at=now
            )
            session.add(audit.line(now, "case moved to the non-active environment", actor=None, record=row.number))

        return Handled(effect)
