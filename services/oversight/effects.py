"""What a decision on a list sets going: the privacy officer's answers are kept with the signals that they are about; the
beheerder's approval releases archive keys when it cannot be withdrawn any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.oversight import lists
from services.oversight.owed import answered, owed_in, taken_back, told_of
from services.oversight.statements import statement_of, waiting_on
from services.oversight.struck import strike
from shared.engine.effects import Moment, Own
from shared.engine.head import vouch_for, vouched_for
from shared.engine.loaded import Loaded
from shared.engine.tables import DecisionRow
from shared.errors import Conflict, NotBelieved
from shared.protocol.model import State
from shared.protocol.never_informed import answers_in, never_informed_faults, waiting_for_a_notice
from shared.service.platform import Platform


@dataclass(frozen=True)
class NeverInformedAnswered(Own):
    """The privacy officer decided on who was never informed: it stands with each signal, under the MAC of its row."""

    moment = Moment.AT_ONCE
    answers: Mapping[str, str]
    """One of `ABOUT_EACH`, by the number of the duty."""

    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        for row, duties in await self._about(platform, session, loaded):
            row.duties = (row.duties or {}) | {
                duty: answered(facts, str(decision.id), decision.recorder, self.answers[duty])
                for duty, facts in duties.items()
            }
            await vouch_for(platform.mac, row)

    async def undo(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        """Raises Conflict when a signal of which it was said was approved since: that approval goes first."""
        for row, duties in await self._about(platform, session, loaded):
            # What was answered anew, or about what rights told since, stays; what was answered before counts again.
            row.duties = (row.duties or {}) | {
                duty: taken_back(facts, str(decision.id)) for duty, facts in duties.items()
            }
            await vouch_for(platform.mac, row)

    async def _about(
        self, platform: Platform, session: AsyncSession, loaded: Loaded
    ) -> list[tuple[lists.ListedRow, dict[str, dict[str, Any]]]]:
        """The rows of those whom it is about, locked, each with their duties; raises NotBelieved, and Conflict for what is
        not waiting any more."""
        list_id = UUID(loaded.number)
        every = await lists.whole_list(session, list_id)
        numbers = [one.number for one in every if (one.duties or {}).keys() & self.answers.keys()]
        found = []
        for row in (await lists.for_change(session, list_id, numbers)).values():
            if not await vouched_for(platform.mac, row):
                raise NotBelieved
            if row.state != State.LISTED:
                raise Conflict
            duties = {duty: one for duty, one in (row.duties or {}).items() if duty in self.answers}
            found.append((row, duties))
        return found


@dataclass(frozen=True)
class Approves(Own):
    """These signals may be destroyed (R-9.14). What is signed now is what releases keys later, and nothing else does."""

    moment = Moment.AT_ONCE
    named: tuple[str, ...]
    """A signal in which somebody is informed after all stays on the list."""

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
        answers = answers_in(owed)
        if never_informed_faults(self.named, told_of(named), owed, answers, loaded.today):
            # Something else was judged than what is believed.
            raise NotBelieved
        staying = waiting_for_a_notice(owed, answers)
        going = [one for one in named if one.number not in staying]
        if not going:
            return
        approval.statement = statement_of(platform, approval, going)
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
