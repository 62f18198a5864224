"""After five years retention orders a case to be moved; casework, which can read it, seals it (art. 25).

The clock's protective move: no person decides, nothing is shown to anybody, and it is on the record.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bus.inbox import Handled, Incoming
from shared.contracts.retention import MoveCase
from shared.engine.engine import Engine
from shared.errors import CannotSucceed, Elsewhere, NotFound
from shared.keys.transit import moved_by
from shared.protocol.model import Outcome, State
from shared.protocol.terms import active_until, is_due

MOVE = "move-case"
MOVED = Outcome("moved", "de actieve termijn is voorbij", State.ENDED, "art. 25", ends=True)


async def nothing(session: AsyncSession) -> None:
    """It was done already."""


class Moving:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.platform = engine.platform

    async def ordered(self, incoming: Incoming, message: MoveCase) -> Handled:
        """Raises CannotSucceed for what is no closed case, and for one whose years, as casework knows them, are not over:
        a row of retention moves nothing early."""
        try:
            loaded = await self.engine.parts.loader.load(message.number, opened=False)
        except Elsewhere:
            return Handled(nothing)
        except NotFound as problem:
            raise CannotSucceed("this is no closed case") from problem
        if loaded.state == State.ENDED:
            # Ordered again while it is under way.
            return Handled(nothing)
        if loaded.state != State.CLOSED:
            raise CannotSucceed("this is no closed case")
        if not is_due(active_until(loaded.law.terms, loaded.dossier.last_act_on), message.ordered_on):
            raise CannotSucceed("the active years of this case are not over")
        closing = next((one for one in reversed(loaded.taken) if one.state_after == State.CLOSED), None)
        if closing is None:
            raise CannotSucceed("nobody closed this case")
        now = self.platform.clock.now()

        async def effect(session: AsyncSession) -> None:
            await self.engine.noting.note(
                session,
                loaded,
                # Always the same move, and so the same keys: oversight knows them by the decision that closed the case.
                moved_by(closing.id),
                MOVE,
                MOVED,
                action="case moved to the non-active environment",
                recorder="retention",
                role="clock",
                taken_at=now,
            )

        return Handled(effect)
