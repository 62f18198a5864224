"""What the beheerder's decision on a list sets going: its archive keys are released when it cannot be withdrawn any more."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.oversight import store
from services.oversight.statements import statement_of, waiting_on
from services.oversight.struck import strike
from shared.engine.effects import Moment, Own
from shared.engine.loaded import Loaded
from shared.engine.tables import DecisionRow
from shared.errors import Conflict
from shared.protocol.model import State
from shared.service.platform import Platform


@dataclass(frozen=True)
class Approves(Own):
    """These signals may be destroyed (R-9.14). What is signed now is what releases keys later, and nothing else does."""

    moment = Moment.AT_ONCE
    numbers: tuple[str, ...]

    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        list_id = UUID(loaded.number)
        approval = store.Approval(
            id=decision.id,
            next_at=decision.effective_at or decision.taken_at,
            list_id=list_id,
            approver=decision.recorder,
            approved_at=decision.taken_at,
            effective_at=decision.effective_at or decision.taken_at,
            statement="",
        )
        waiting = await waiting_on(platform, session, list_id)
        approval.statement = statement_of(platform, approval, [one for one in waiting if one.number in self.numbers])
        session.add(approval)
        await store.set_state(session, list_id, list(self.numbers), state=State.APPROVED, approval=decision.id)

    async def undo(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        approval = await session.get(store.Approval, decision.id, with_for_update=True)
        if approval is None or approval.effective_at <= platform.clock.now():
            raise Conflict
        signals = await store.approved_by(session, approval.id, 10_000)
        if any(one.state != State.APPROVED for one in signals):
            # Its keys are being released.
            raise Conflict
        # While the row is locked, so that it is released or withdrawn and never both; and before it is committed: what is
        # struck off and stays in its row is not released, and shows.
        await strike(platform, approval.list_id, str(approval.id))
        approval.withdrawn = True
        numbers = [one.number for one in signals]
        await store.set_state(session, approval.list_id, numbers, state=State.LISTED, approval=None)
