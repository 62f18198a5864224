"""Effects made into rows and letters. Nothing else in the house writes what an outcome sets going."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared import audit
from shared.clock import calendar_date
from shared.contracts.common import KeyRef, Letter, Message
from shared.contracts.dossier import Disclosed, InformingDue
from shared.database.tables import Outgoing
from shared.engine import asking
from shared.engine.common import goes_on
from shared.engine.effects import (
    Ask,
    CloseTasks,
    ComesNearer,
    CopyByLetter,
    Disclose,
    Effect,
    Forget,
    Ground,
    HandOver,
    Moment,
    OpenTasks,
    Own,
    Seal,
    Tell,
)
from shared.engine.entitled import bases_of, tasks_of
from shared.engine.erasing import erase, without_words
from shared.engine.head import Head, changed
from shared.engine.loaded import Loaded
from shared.engine.policy import Policy
from shared.engine.sealing import Sealing
from shared.engine.shares import received_by, went
from shared.engine.shelf import Shelf
from shared.engine.tables import DecisionRow, ItemRow, TaskRow
from shared.errors import Conflict
from shared.keys.handed import handed_over
from shared.protocol.letters import called_in_letters
from shared.protocol.moments import RECEIVED
from shared.service.platform import Platform

DISCLOSURE = "disclosure"


class Performer:
    """Makes rows, messages and sealed letters of effects; decides nothing."""

    def __init__(self, platform: Platform, policy: Policy, shelf: Shelf) -> None:
        self.platform = platform
        self._shelf = shelf
        self.policy = policy
        self._sealing = Sealing(platform, policy)

    # --- sent ------------------------------------------------------------------------------------

    def posted(self, loaded: Loaded, ground: DecisionRow | Ground, effects: Sequence[Effect]) -> list[Outgoing]:
        """The messages of `effects`, signed and sealed; they leave at `ground.effective_at`."""
        now = self.platform.clock.now()
        found: list[Outgoing] = []
        for one in effects:
            made: list[Outgoing] = []
            hurry = False
            if isinstance(one, Tell):
                made, hurry = [self._message(loaded, one.to, one.message)], one.hurry
            elif isinstance(one, CopyByLetter):
                made, hurry = [self._letter(loaded, one)], one.hurry
            elif isinstance(one, Disclose):
                made = self._disclosed(loaded, ground, one)
            elif isinstance(one, ComesNearer) and one.subjects:
                due = InformingDue(number=loaded.dossier.signal, about=one.subjects, why=one.why, on=one.on)
                made = [self._message(loaded, "rights", due)]
            for row in made:
                row.next_at = now if hurry else max(ground.effective_at or now, now)
            found += made
        return found

    def _message(self, loaded: Loaded, to: str, message: Message) -> Outgoing:
        return self.platform.post.envelope(to, message, number=loaded.dossier.signal)

    def _letter(self, loaded: Loaded, one: CopyByLetter) -> Outgoing:
        letter = self.platform.sealer.seal(one.to, one.content)
        message = one.message.model_copy(update={"letters": (letter.text,)})
        return self.platform.post.envelope(one.to, message, number=loaded.dossier.signal, letter=letter)

    def _disclosed(self, loaded: Loaded, ground: DecisionRow | Ground, one: Disclose) -> list[Outgoing]:
        """The line in the register; who is concerned has to know by now, when it leaves the municipality, and his letter
        names who received it, wherever that is (art. 14 lid 1 onder e AVG)."""
        line = Disclosed(
            number=loaded.dossier.signal,
            road=one.road,
            recipient_kind=one.recipient_kind,
            recipient=one.recipient,
            items=one.items,
            ground=str(ground.id),
            article=ground.article,
            by=ground.recorder,
            decided_at=ground.taken_at,
            duty_to_inform_passes=one.passes_duty,
            tasks=tasks_of(loaded, one),
            bases=bases_of(loaded, one),
            concerning=went(loaded, one),
            urgent=one.urgent,
        )
        found = [self._message(loaded, "oversight", line)]
        had = received_by(loaded, one)
        leaves = one.subjects if one.outside else ()
        if leaves or had:
            due = InformingDue(
                number=loaded.dossier.signal,
                about=tuple(dict.fromkeys((*leaves, *had))),
                why=DISCLOSURE if leaves else RECEIVED,
                on=calendar_date(ground.taken_at),
                recipient=called_in_letters(one.recipient_kind, one.recipient),
                received_about=had,
            )
            found.append(self._message(loaded, "rights", due))
        return found

    # --- at once ---------------------------------------------------------------------------------

    def asked(self, loaded: Loaded, effects: Sequence[Effect], now: datetime, by: UUID | None = None) -> list[TaskRow]:
        """The tasks that `effects` ask."""
        return [
            TaskRow(
                id=uuid4(),
                number=loaded.number,
                item=one.item,
                kind=one.kind,
                role=one.role,
                meeting=one.meeting,
                person=one.person,
                until=one.until,
                due_on=one.due,
                opened_at=None if one.later else now,
                opened_by=by,
            )
            for one in effects
            if isinstance(one, Ask)
        ]

    async def at_once(
        self, session: AsyncSession, loaded: Loaded, decision: DecisionRow, effects: Sequence[Effect]
    ) -> None:
        """In the transaction of `decision`, after its rows."""
        for one in effects:
            if isinstance(one, Own) and one.moment is Moment.AT_ONCE:
                await one.do(self.platform, session, loaded, decision)

    @staticmethod
    def becomes(head: Head, decision: DecisionRow, effects: Sequence[Effect]) -> Head:
        """What becomes of `head` by `decision`; what it asks is in it already."""
        for one in effects:
            if isinstance(one, OpenTasks):
                # Not before the line in the register can no longer be taken back.
                begins = decision.effective_at or decision.taken_at
                head = replace(head, tasks=asking.opened(head.tasks, one.items, begins, decision.id))
            elif isinstance(one, CloseTasks):
                head = replace(
                    head, tasks=asking.closed(head.tasks, one.items, decision.taken_at, decision.id, one.kind)
                )
            elif isinstance(one, Own):
                head = one.becomes(head, decision)
        return head

    @staticmethod
    def reverts(head: Head, decision: DecisionRow, effects: Sequence[Effect]) -> Head:
        """What becomes of `head` when `decision` is withdrawn."""
        head = replace(head, tasks=asking.undone(head.tasks, decision.id))
        for one in effects:
            if isinstance(one, Own):
                head = one.reverts(head, decision)
        return head

    async def undo(
        self, session: AsyncSession, loaded: Loaded, decision: DecisionRow, effects: Sequence[Effect]
    ) -> None:
        """In the transaction in which `decision` is withdrawn."""
        for one in effects:
            if isinstance(one, Own) and one.moment is Moment.AT_ONCE:
                await one.undo(self.platform, session, loaded, decision)

    # --- settled ---------------------------------------------------------------------------------

    async def prepared(self, loaded: Loaded, decision: DecisionRow, effects: Sequence[Effect]) -> list[Outgoing]:
        """What OpenBao has to do for a settlement comes before its transaction."""
        found: list[Outgoing] = []
        for one in effects:
            if isinstance(one, Seal):
                found += await self._sealing.seal(loaded, decision)
            elif isinstance(one, HandOver):
                found.append(self._hand_over(loaded, decision, one))
        return found

    def _hand_over(self, loaded: Loaded, decision: DecisionRow, one: HandOver) -> Outgoing:
        said = handed_over(self.platform.signer, loaded.number, one.to)
        letter = self.platform.sealer.seal(one.to, one.content.model_copy(update={"handed_over": said}))
        message: Letter = one.message.model_copy(update={"letters": (letter.text,)})
        key = loaded.dossier.room_key or ""
        return self.platform.post.envelope(
            one.to,
            message,
            number=loaded.number,
            letter=letter,
            lock=KeyRef(mount=self.platform.room().mount, key=key),
            # The same decision gives the same message, so that two workers cannot hand over twice.
            message_id=decision.id,
        )

    async def left(self, loaded: Loaded, effects: Sequence[Effect]) -> list[ItemRow]:
        """What is left of the documents whose words are erased; OpenBao too is asked before the transaction."""
        return await without_words(self.platform.room(), loaded, effects) if loaded.content else []

    async def settled(
        self,
        session: AsyncSession,
        loaded: Loaded,
        decision: DecisionRow,
        effects: Sequence[Effect],
        left: Sequence[ItemRow] = (),
    ) -> None:
        """In the transaction of a settlement; `left`: of what is erased."""
        to, forgotten = goes_on(effects), [name for one in effects if isinstance(one, Forget) for name in one.items]
        if to or forgotten or left:
            await self._change(session, loaded, decision, to, forgotten, left)
        for one in effects:
            if isinstance(one, Own) and one.moment is Moment.SETTLED:
                await one.do(self.platform, session, loaded, decision)

    async def _change(
        self,
        session: AsyncSession,
        loaded: Loaded,
        decision: DecisionRow,
        to: str | None,
        forgotten: Sequence[str],
        left: Sequence[ItemRow],
    ) -> None:
        """It is handed over from now on, or some items are needed no more: the head is made anew of what was checked."""
        now, head, turn = self.platform.clock.now(), loaded.head, loaded.next_turn
        if to:
            if loaded.dossier.version != decision.version:
                raise Conflict("Dit signaal is gewijzigd terwijl het werd overgedragen.")
            head = replace(head, dossier=changed(loaded.dossier, handing_over_since=now, handed_to=to))
            action = "signal ended" if decision.ends else "signal handed over"
            line = audit.line(
                now,
                action,
                actor=None,
                record=decision.number,
                result=decision.outcome,
                turn=turn,
                concerns=loaded.concerns,
            )
            session.add(line)
        else:
            action = "words erased" if left else "items forgotten"
            session.add(audit.line(now, action, actor=None, record=loaded.number, turn=turn))
        if forgotten:
            mine = col(ItemRow.number) == loaded.number, col(ItemRow.item).in_(forgotten)
            await session.execute(delete(ItemRow).where(*mine))
            head = replace(head, items=tuple(one for one in head.items if one.item not in forgotten))
        if left:
            await erase(session, loaded.number, left)
            instead = {one.item: one for one in left}
            head = replace(head, items=tuple(instead.get(one.item, one) for one in head.items))
        after = await self._shelf.vouched_after(self.platform.mac, head)
        await self._shelf.move(session, loaded.dossier, after)
