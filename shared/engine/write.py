"""One change of a dossier: everything that it writes, encrypted in one call and committed in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from shared.clock import calendar_date
from shared.database.tables import Audit, Outgoing
from shared.engine import asking, store
from shared.engine.asking import TaskRows
from shared.engine.documents import Document, encrypted
from shared.engine.findable import changes_who, is_to_be_told
from shared.engine.head import Head, changed
from shared.engine.loaded import Loaded
from shared.engine.parts import Parts
from shared.engine.shelf import CHANGED
from shared.engine.tables import DecisionRow, ItemRow, TaskRow
from shared.errors import Conflict
from shared.protocol.clusters import borne_after
from shared.protocol.model import State

MOST_CONTENT = 500_000  # ciphertext characters of one dossier: sealed, it stays one message


@dataclass(frozen=True)
class Change:
    """What `before` becomes. `rows` are inserted with it; `at_once` runs in the same transaction, after them."""

    before: Loaded
    state: str
    decision: DecisionRow | None = None
    new: bool = True
    """Whether `decision` is inserted; one that was proposed is changed."""
    documents: Mapping[str, Document] = field(default_factory=dict)
    rows: Sequence[SQLModel] = ()
    people: int = 0
    """How many persons it brings to light."""
    asks: Sequence[TaskRow] = ()
    """Tasks that are asked from now on."""
    becomes: Callable[[Head], Head] = lambda head: head
    """What it changes of the head besides, e.g. which tasks are open; those that it asks are among them."""
    ends_earlier: bool = False
    """It ends the time in which what was decided before can be withdrawn."""
    closes_proposals: bool = True
    confirms: UUID | None = None
    """The proposal whose task is done."""
    replaces: DecisionRow | None = None
    """An earlier decision as it is from now on; `at_once` writes that."""
    at_once: Callable[[AsyncSession], Awaitable[None]] | None = None

    def pending(self, now: datetime) -> list[DecisionRow]:
        """What can be withdrawn until now, and no longer."""
        return [one for one in self.before.taken if one.effective_at and one.effective_at > now and self.ends_earlier]

    def settles(self, now: datetime) -> bool:
        """Whether it leaves something to be settled, or lets that be done sooner."""
        return any(one.settles for one in (*self.pending(now), *((self.decision,) if self.decision else ())))

    def tasks_after(self, now: datetime) -> TaskRows:
        """All tasks of the dossier, as they are when this is written."""
        found = asking.sooner(self.before.tasks, [one.id for one in self.pending(now)], now)
        if self.closes_proposals:
            found = asking.without_proposals(found, now)
        elif self.confirms:
            found = asking.closed(found, [str(self.confirms)], now, None)
        return (*found, *self.asks)

    def decisions_after(self, now: datetime) -> tuple[DecisionRow, ...]:
        """All decisions, likewise."""
        ended = {one.id: changed(one, effective_at=now) for one in self.pending(now)}
        if self.replaces:
            ended[self.replaces.id] = self.replaces
        if self.decision:
            ended[self.decision.id] = self.decision
        known = {one.id: one for one in self.before.decisions} | ended
        return tuple(known.values())


class Writer:
    """Writes one change to a dossier: content under the room's key, rows and messages in one transaction."""

    def __init__(self, parts: Parts, wake: Callable[[], None]) -> None:
        self.parts = parts
        self.platform = parts.platform
        self._wake = wake
        """Something may have to be settled."""

    async def write(self, *changes: Change) -> None:
        """Encrypt and commit all of `changes`, each of another dossier, or none. Raises Conflict when somebody was first,
        or when a dossier is full."""
        # In one order, so that two who write the same dossiers wait for each other.
        ready = [await self._ready(one) for one in sorted(changes, key=lambda one: one.before.number)]
        settles = any(one.settles(self.platform.clock.now()) for one in changes)
        async with self.platform.database.transaction() as session:
            for one in ready:
                await one(session)
        self.platform.database.woke(Audit, Outgoing)
        if settles:
            self._wake()

    async def _ready(self, change: Change) -> Callable[[AsyncSession], Awaitable[None]]:
        """What OpenBao and the MAC have to do comes before the transaction, in which the rest is done."""
        before, decision = change.before, change.decision
        items = await self._encrypted(before, change.documents)
        stored = sum(len(one.ciphertext) for one in (*before.items, *items))
        if stored > MOST_CONTENT and not (decision and decision.ends):
            raise Conflict("Dit signaal is vol: er kan niets meer bij; het kan alleen nog eindigen.")
        now = self.platform.clock.now()
        head, shelf = self._head_after(change, items, now), self.parts.loader.shelf
        # As they stand in the head: what asks them may say from when.
        asked = [one for one in head.tasks if one.id in {each.id for each in change.asks}]
        rows: list[SQLModel] = [*items, *asked, *change.rows]
        if decision is not None and change.new:
            rows.append(decision)
        after = await shelf.vouched_after(self.platform.mac, head)

        async def written(session: AsyncSession) -> None:
            await shelf.move(session, before.dossier, after)
            await store.end_earlier(session, change.pending(now), now)
            await store.change_tasks(session, before.tasks, head.tasks)
            if decision is not None and not change.new:
                await self._confirm(session, decision)
            await store.add(session, *rows)
            if change.at_once:
                await change.at_once(session)
            if changes_who(decision, change.documents.values(), change.people):
                await is_to_be_told(self.platform, session, before.number)

        return written

    @staticmethod
    def _head_after(change: Change, items: Sequence[ItemRow], now: datetime) -> Head:
        before = change.before
        dossier = changed(
            before.dossier,
            version=before.dossier.version + 1,
            state=change.state,
            # The day of the decision, also when midnight came since it was read: oversight counts from that.
            last_act_on=calendar_date(change.decision.taken_at) if change.decision else before.today,
            people=before.dossier.people + change.people,
            cluster=borne_after(
                before.dossier.cluster,
                before.state,
                State(change.state),
                change.decision.cluster if change.decision else None,
            ),
        )
        decisions, tasks = change.decisions_after(now), change.tasks_after(now)
        return change.becomes(
            replace(before.head, dossier=dossier, items=(*before.items, *items), decisions=decisions, tasks=tasks)
        )

    @staticmethod
    async def _confirm(session: AsyncSession, decision: DecisionRow) -> None:
        """A proposal becomes a decision."""
        mine = col(DecisionRow.id) == decision.id, col(DecisionRow.status) == "proposed"
        statement = update(DecisionRow).where(*mine).values(**decision.model_dump(exclude={"id"}))
        if (await session.execute(statement.returning(col(DecisionRow.id)))).first() is None:
            raise Conflict(CHANGED)

    async def _encrypted(self, before: Loaded, documents: Mapping[str, Document]) -> list[ItemRow]:
        """Items under the dossier's own key, in one call to OpenBao; nothing where there is no room."""
        key = before.dossier.room_key
        if not documents or key is None:
            return []
        return await encrypted(self.platform.room(), key, [(before.number, *one) for one in documents.items()])
