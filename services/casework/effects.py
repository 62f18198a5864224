"""What a decision on a case sets going in its own rows: by when the next of its plan has to be done, on the work list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from shared.engine.effects import Moment, Own
from shared.engine.head import Head, changed
from shared.engine.loaded import Loaded
from shared.engine.tables import DecisionRow
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
