"""What a decision on a case sets going in its own rows: by when the next of its plan has to be done, and what was made of
what a department found."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.engine.effects import Moment, Own
from shared.engine.head import Head, changed
from shared.engine.loaded import Loaded
from shared.engine.tables import DecisionRow, ItemRow
from shared.service.platform import Platform


@dataclass(frozen=True)
class NextAction(Own):
    """What of the plan is due first, after the decision and before it; None when nothing is left to do."""

    moment = Moment.AT_ONCE
    after: date | None
    before: date | None

    def becomes(self, head: Head, decision: DecisionRow) -> Head:
        return replace(head, dossier=changed(head.dossier, due_on=self.after))

    def reverts(self, head: Head, decision: DecisionRow) -> Head:
        return replace(head, dossier=changed(head.dossier, due_on=self.before))

    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        """It stands in the head, which is written anyway."""


@dataclass(frozen=True)
class TakenOver(Own):
    """`item` was made of a finding by this decision: withdrawn, it has never been, nor whom it brought to light."""

    moment = Moment.AT_ONCE
    item: str

    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        """It is written with the decision."""

    async def undo(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        mine = col(ItemRow.number) == loaded.number, col(ItemRow.item) == self.item
        await session.execute(delete(ItemRow).where(*mine))

    def reverts(self, head: Head, decision: DecisionRow) -> Head:
        return replace(head, items=tuple(one for one in head.items if one.item != self.item))
