"""What the beheerder's decision on a list sets going: its archive keys are released when it cannot be withdrawn any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.oversight import lists
from services.oversight.owed import owed_in, told_of
from services.oversight.statements import statement_of, waiting_on
from services.oversight.struck import strike
from shared.engine.effects import Moment, Own
from shared.engine.loaded import Loaded
from shared.engine.tables import DecisionRow
from shared.errors import Conflict, NotBelieved
from shared.protocol.model import State
from shared.protocol.never_informed import never_informed_faults, waiting_for_a_notice
from shared.service.platform import Platform


@dataclass(frozen=True)
class Approves(Own):
    """These signals may be destroyed (R-9.14). What is signed now is what releases keys later, and nothing else does."""

    moment = Moment.AT_ONCE
    named: tuple[str, ...]
    answers: Mapping[str, str]
    """About each person who was never informed; a signal in which somebody is informed after all stays on the list."""

    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        list_id = UUID(loaded.number)
        approval = lists.Approval(
            id=decision.id,
            next_at=decision.effective_at or decision.taken_at,
            list_id=list_id,
            approver=decision.recorder,
            approved_at=decision.taken_at,
            effective_at=decision.effective_at or decision.taken_at,
            statement="",
        )
        named = [one for one in await waiting_on(platform, session, list_id) if one.number in self.named]
        owed = owed_in(named)
        if never_informed_faults(self.named, told_of(named), owed, self.answers, loaded.today):
            # Something else was judged than what is believed.
            raise NotBelieved
        staying = waiting_for_a_notice(owed, self.answers)
        going = [one for one in named if one.number not in staying]
        if not going:
            return
        approval.statement = statement_of(platform, approval, going, self.answers)
        session.add(approval)
        numbers = [one.number for one in going]
        await lists.set_state(session, list_id, numbers, state=State.APPROVED, approval=decision.id)

    async def undo(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        approval = await session.get(lists.Approval, decision.id, with_for_update=True)
        if approval is None:
            # Everything waited for a notice, or the row is gone: what is struck off is not released if it comes back.
            await strike(platform, UUID(loaded.number), str(decision.id))
            return
        if approval.effective_at <= platform.clock.now():
            raise Conflict
        signals = await lists.approved_by(session, approval.id, 10_000)
        if any(one.state != State.APPROVED for one in signals):
            # Its keys are being released.
            raise Conflict
        # While the row is locked, so that it is released or withdrawn and never both; and before it is committed: what is
        # struck off and stays in its row is not released, and shows.
        await strike(platform, approval.list_id, str(approval.id))
        approval.withdrawn = True
        numbers = [one.number for one in signals]
        await lists.set_state(session, approval.list_id, numbers, state=State.LISTED, approval=None)
