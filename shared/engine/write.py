"""One change of a dossier: everything that it writes, encrypted in one call and committed in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from shared.database.tables import Audit, Outgoing
from shared.engine import store
from shared.engine.documents import DECISION, Document, Finding, encoded
from shared.engine.loaded import Loaded
from shared.engine.parts import Parts
from shared.engine.shelf import CHANGED
from shared.engine.tables import DecisionRow, ItemRow
from shared.errors import Conflict
from shared.keys.transit import Place

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
    ends_earlier: bool = False
    """It ends the time in which what was decided before can be withdrawn."""
    closes_proposals: bool = True
    confirms: UUID | None = None
    """The proposal whose task is done."""
    at_once: Callable[[AsyncSession], Awaitable[None]] | None = None


class Writer:
    """Writes one change to a dossier: content under the room's key, rows and messages in one transaction."""

    def __init__(self, parts: Parts, wake: Callable[[], None]) -> None:
        self.parts = parts
        self.platform = parts.platform
        self._wake = wake
        """Something may have to be settled."""

    async def write(self, change: Change) -> list[ItemRow]:
        """Encrypt and commit; returns the items that were made. Raises Conflict when somebody was first, or when the
        dossier is full."""
        before, decision = change.before, change.decision
        items = await self._encrypted(before, change.documents)
        stored = sum(len(one.ciphertext) for one in (*before.items, *items))
        if stored > MOST_CONTENT and not (decision and decision.ends):
            raise Conflict("Dit signaal is vol: er kan niets meer bij; het kan alleen nog eindigen.")
        now = self.platform.clock.now()
        rows: list[SQLModel] = [*items, *change.rows]
        if decision is not None and change.new:
            rows.append(decision)
        async with self.platform.database.transaction() as session:
            await self.parts.loader.shelf.move(session, before.dossier, change.state, before.today)
            if change.ends_earlier:
                pending = [one for one in before.taken if one.effective_at and one.effective_at > now]
                await store.end_earlier(session, pending, now)
            if change.closes_proposals and any(one.kind == "co-signature" for one in before.tasks):
                await store.close_co_signatures(session, before.number, now)
            elif change.confirms and any(one.item == str(change.confirms) for one in before.tasks):
                await store.close_tasks(session, before.number, [str(change.confirms)], now, None)
            if decision is not None and not change.new:
                await self._confirm(session, decision)
            await store.add(session, *rows)
            if change.at_once:
                await change.at_once(session)
        self.platform.database.woke(Audit, Outgoing)
        if decision is not None:
            self._wake()
        return items

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
        room = self.platform.room()
        pairs = [(Place(room.mount, before.number, name, 1), encoded(one)) for name, one in documents.items()]
        texts = await room.encrypt(key, pairs)
        return [
            ItemRow(
                number=before.number,
                item=name,
                category=one.category if isinstance(one, Finding) else DECISION,
                version=1,
                ciphertext=text,
            )
            for (name, one), text in zip(documents.items(), texts, strict=True)
        ]
