"""What can only be done when a decision can no longer be withdrawn: hand over, seal, forget, erase.

Most decisions only tell something, and that lies in the post already. What is left here waits in the decision's own
row: those of one dossier in the order of their versions; one that cannot be settled backs off, is parked and shown
like everything that waits, and holds up no other dossier.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, literal_column
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from shared.bus.proof import signed_lock
from shared.contracts.common import Letter
from shared.database.tables import Outgoing
from shared.engine import store
from shared.engine.answering import unanswered
from shared.engine.carrying_out import went_on
from shared.engine.common import following
from shared.engine.parts import Parts
from shared.engine.tables import DecisionRow
from shared.errors import NotBelieved, NotFound, PartDown
from shared.queue import Queue

LEASE = timedelta(seconds=60)
CONCURRENCY = 6


def _waiting() -> ColumnElement[bool]:
    """Taken, not settled, and the first of its dossier: the words of a later one may go with the hand-over."""
    earlier = aliased(DecisionRow)
    before = exists().where(
        col(earlier.number) == col(DecisionRow.number),
        col(earlier.version) < col(DecisionRow.version),
        _unsettled(earlier),
    )
    return and_(_unsettled(DecisionRow), ~before)


def _unsettled(table: type[DecisionRow]) -> ColumnElement[bool]:
    """In the words of its index: PostgreSQL takes neither `IS true` nor a bound value for them, and would read every decision that
    there ever was each time it looks."""
    return and_(col(table.settles), col(table.settled_at).is_(None), col(table.status) == literal_column("'taken'"))


class Settlement:
    """The worker that does what waits until a decision can no longer be withdrawn: hand over, seal, forget, erase."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.platform = parts.platform
        self.queue = Queue(
            parts.platform.database,
            DecisionRow,
            parts.platform.clock,
            name="settlement",
            of=_waiting(),
            lease=LEASE,
            began="taken_at",
            most=CONCURRENCY,
            shows=("number", "key", "outcome"),
            remedy="look what the decision waits for; it is tried again by itself",
        )

    async def work(self, decision: DecisionRow) -> None:
        """Within the trace of the request in which it was decided."""
        with self.platform.tracing.span(f"settle {decision.key}", parent=decision.traceparent):
            await self.settle(decision)

    async def settle(self, decision: DecisionRow) -> None:
        """Do what is left of `decision`. Raises PartDown, and CannotSucceed for what needs somebody to look.

        Of the row that waits only its id is believed; what was decided stands in the dossier, whose head is checked.
        """
        loaded = await self.parts.loader.load(decision.number)
        known = loaded.decision(decision.id)
        if known is None or known.status != "taken":
            return
        if known.effective_at is None or known.effective_at > self.platform.clock.now():
            raise PartDown("it can still be withdrawn")
        decision = known
        effects = following(self.parts.policy, loaded, decision)
        envelopes = await self.parts.performer.prepared(loaded, decision, effects)
        left = await self.parts.performer.left(loaded, effects)
        async with self.platform.database.transaction() as session:
            found = await session.get(DecisionRow, decision.id, with_for_update=True)
            if found is None or found.settled_at is not None or found.status != "taken":
                return
            found.settled_at = self.platform.clock.now()
            await session.flush()
            await self.parts.performer.settled(session, loaded, decision, effects, left)
            session.add_all(envelopes)

    async def handed_over(self, session: AsyncSession, row: Outgoing) -> None:
        """The receipt is in: delete what was handed over; the locked key waits out its grace.

        Which dossier that is, is read from what was signed. Raises CannotSucceed for a row that nobody here signed.
        """
        await signed_lock(self.platform.verifier, self.platform.name, row)
        number = Letter.model_validate_json(row.body or b"{}").number
        for gone in await unanswered(session, number, row.addressee):
            self.platform.post.tell(session, "rights", gone)
        with suppress(NotFound, NotBelieved):
            # What waits to be carried out waits there: rights tells who has it now.
            for waits in went_on(await self.parts.loader.within(session, number), row.addressee):
                self.platform.post.tell(session, "rights", waits)
        await store.forget(session, self.platform.mac, number, row.addressee)
