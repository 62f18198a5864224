"""What a decision sets going in rights' own tables: the clock of a duty or of a request moves, and phase 3 may be answered."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.rights.answer import answer_if_complete
from services.rights.clock import moments_of, reckoned
from services.rights.request_clock import Reckoned
from services.rights.store import DutyMoment, RequestRow
from shared.engine.effects import Moment, Own
from shared.engine.head import Head, changed
from shared.engine.loaded import Loaded
from shared.engine.tables import DecisionRow
from shared.protocol.model import Law
from shared.service.platform import Platform


@dataclass(frozen=True)
class MovesClock(Own):
    """When the duty is due is reckoned anew, with the moment `on` besides, when there is one."""

    moment = Moment.AT_ONCE
    law: Law
    why: str | None = None
    on: date | None = None

    def becomes(self, head: Head, decision: DecisionRow) -> Head:
        return reckoned(head, self.law, (*moments_of(head), *self._brings(decision)))

    def reverts(self, head: Head, decision: DecisionRow) -> Head:
        """No decision, no later date."""
        return reckoned(head, self.law, tuple(one for one in moments_of(head) if one.cause != decision.id))

    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        session.add_all(self._brings(decision))

    async def undo(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        await session.execute(delete(DutyMoment).where(col(DutyMoment.cause) == decision.id))

    def _brings(self, decision: DecisionRow) -> list[DutyMoment]:
        if not self.why or not self.on:
            return []
        return [
            DutyMoment(number=decision.number, cause=decision.id, why=self.why, on=self.on, noted_at=decision.taken_at)
        ]


@dataclass(frozen=True)
class MayComplete(Own):
    """Phase 3 is answered when nobody's duty is undecided any more (art. 16 lid 2)."""

    moment = Moment.SETTLED

    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        await answer_if_complete(platform, session, loaded.dossier.signal)


@dataclass(frozen=True)
class KeepsClocks(Own):
    """The clocks of a request are `after` instead of `before`; taking the decision back puts them as they were."""

    moment = Moment.AT_ONCE
    before: Reckoned
    after: Reckoned

    def becomes(self, head: Head, decision: DecisionRow) -> Head:
        return _with(head, self.after)

    def reverts(self, head: Head, decision: DecisionRow) -> Head:
        return _with(head, self.before)

    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        await _write(session, decision.number, self.after)

    async def undo(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        await _write(session, decision.number, self.before)


def _columns(reckoned: Reckoned) -> dict[str, Any]:
    """Of the row of a request; until when it is due stands in its dossier."""
    return {name: one for name, one in asdict(reckoned).items() if name != "due_on"}


def _with(head: Head, reckoned: Reckoned) -> Head:
    own = tuple(changed(one, **_columns(reckoned)) if isinstance(one, RequestRow) else one for one in head.own)
    return replace(head, dossier=changed(head.dossier, due_on=reckoned.due_on), own=own)


async def _write(session: AsyncSession, number: str, reckoned: Reckoned) -> None:
    await session.execute(update(RequestRow).where(col(RequestRow.number) == number).values(**_columns(reckoned)))
