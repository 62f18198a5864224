"""Offering: destruction lists come from retention, and the hand of the two that releases archive keys.

The approval comes to oversight with the beheerder's own token, not through retention: whoever holds the
ciphertext and deletes the keys must not be able to claim that it was approved.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from pydantic.alias_generators import to_camel
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.oversight import lists, store
from services.oversight.domain import KEEPER
from services.oversight.endings import check_listed, endings_of
from services.oversight.statements import APPROVAL_KIND, approval_claims, signal_claims, statement_of, waiting_on
from services.oversight.struck import strike, struck
from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.clock import calendar_date
from shared.contracts.common import KeyRef
from shared.contracts.oversight import Approved, DutiesAsked, TakenOff
from shared.contracts.retention import Listed, ListedSignal, Overdue, Withheld
from shared.engine.head import changed, vouch_for
from shared.errors import CannotSucceed, NotBelieved, PartDown
from shared.keys.signing import NotSigned
from shared.keys.transit import Transit, key_name
from shared.laws import law_in_force
from shared.metrics.catalogue import DESTRUCTIONS_WAITING
from shared.metrics.metrics import Shows
from shared.protocol.model import State
from shared.queue import Queue
from shared.service.platform import Platform

RELEASED_TOGETHER = 5
"""The keys of so many signals are released at one go."""
IN_FLIGHT = 10
"""So many signals at most are being destroyed at a time (a few more where two processes find room in one moment): everybody who
holds a part of them, OpenBao and PostgreSQL have people who wait for them. A year's destruction may take an hour."""
GIVEN_UP = timedelta(seconds=60)
"""What is not destroyed so long after its release holds up no other; retention shows it."""
ROOM_SECONDS = 0.25
ASKED_TOGETHER = 25
"""Of so many signals rights is asked at once who was never informed."""
LISTED_FACTS = ("category", "ending", "article", "decided_on", "ends_on", "staying")


class Releasing:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._laws = platform.settings.laws
        self.queue = Queue(
            platform.database,
            lists.Approval,
            platform.clock,
            name="releases",
            of=lists.TO_RELEASE,
            lease=timedelta(seconds=60),
            began="approved_at",
            most=1,
            shows=("list_id",),
            ready=self._in_turn,
            remedy="an approval that oversight did not sign releases nothing: tell who watches over security, and let"
            " the beheerder look at the list",
        )

    async def listed(self, incoming: Incoming, message: Listed) -> Handled:
        """A list; refused when it says anything else than the decisions that oversight heard, and not taken in while it
        has not heard how one of these signals ended. Raises PartDown and CannotSucceed."""
        await self._check(message)
        today = calendar_date(self.platform.clock.now())
        law = law_in_force(self._laws, today)
        room = self.platform.room()
        key = key_name(incoming.id, room.mount)
        await room.make(key)
        rows = [await self._row(message.list_id, one) for one in message.signals]

        async def effect(session: AsyncSession) -> None:
            session.add(
                lists.OfferedList(
                    id=message.list_id,
                    version=1,
                    state=State.LISTED,
                    protocol=law.version,
                    words_key=key,
                    listed_on=message.listed_on,
                    approve_before=message.approve_before,
                    # By oversight's own calendar: retention alone cannot bring destruction forward.
                    ultimate_on=max(message.ultimate_on, today + timedelta(days=law.terms.ultimate_days)),
                )
            )
            # Copies: it may be done twice, the second time in a transaction of its own.
            session.add_all([changed(one) for one in rows])
            here = {"holder": KEEPER, "state": State.LISTED, "since": self.platform.clock.now(), "next_holders": []}
            known = [here | {"number": one.number, "version": one.version} for one in message.signals]
            await store.note_whereabouts(session, known)
            numbers = [one.number for one in message.signals]
            for first in range(0, len(numbers), ASKED_TOGETHER):
                asked = DutiesAsked(list_id=message.list_id, numbers=tuple(numbers[first : first + ASKED_TOGETHER]))
                self.platform.post.tell(session, "rights", asked)

        return Handled(effect)

    async def _check(self, message: Listed) -> None:
        numbers = [one.number for one in message.signals]
        async with self.platform.database.reading() as session:
            told = await store.endings_told(session, numbers)
        if len(told) != len(numbers):
            raise CannotSucceed("a list that names a signal twice")
        for one in message.signals:
            endings = await endings_of(self._laws, self.platform.mac, told[one.number])
            check_listed(one, message.listed_on, endings)

    async def _row(self, list_id: UUID, one: ListedSignal) -> lists.ListedRow:
        listed = one.model_dump(mode="json")
        row = lists.ListedRow(
            list_id=list_id,
            number=one.number,
            state=State.LISTED,
            facts={to_camel(name): value for name, value in listed.items() if name in LISTED_FACTS},
            archive_keys=listed["archive_keys"],
        )
        return await vouch_for(self.platform.mac, row)

    async def withheld(self, incoming: Incoming, message: Withheld) -> Handled:
        """A hold was approved for a signal on a list (R-9.15): it is taken off, unless its keys are being released."""
        async with self.platform.database.reading() as session:
            if await session.get(lists.OfferedList, message.list_id) is None:
                raise PartDown("the list has not arrived yet")

        async def effect(session: AsyncSession) -> None:
            found = await session.get_one(lists.OfferedList, message.list_id, with_for_update=True)
            if not await lists.take_off(session, message.list_id, message.number):
                return
            # The row is locked: a release comes before it, or finds it struck off.
            await strike(self.platform, message.list_id, message.number)
            found.version += 1
            if not await lists.signals_on(session, message.list_id, State.LISTED):
                # Nothing on it waits for an approval any more.
                found.state = State.APPROVED
            self.platform.post.tell(session, "retention", TakenOff(list_id=message.list_id, number=message.number))
            now = self.platform.clock.now()
            session.add(audit.line(now, "signal withheld for a hold", actor=None, record=message.number))

        return Handled(effect)

    async def overdue(self, incoming: Incoming, message: Overdue) -> Handled:
        """Not approved in time (R-9.14): lock the content; once the ultimate date is over, release it.

        The ultimate date is judged by oversight's own calendar and its own copy of the list, so that
        retention cannot bring it forward.
        """
        today = calendar_date(self.platform.clock.now())
        async with self.platform.database.reading() as session:
            row = await session.get(lists.OfferedList, message.list_id)
            waiting = await waiting_on(self.platform, session, message.list_id)
        if row is None:
            raise CannotSucceed("a list that was never offered")
        ultimate = today > row.ultimate_on
        for one in waiting:
            for key in one.archive_keys:
                await Transit(self.platform.bao, key["mount"]).lock(key["key"])

        async def effect(session: AsyncSession) -> None:
            found = await session.get(lists.OfferedList, message.list_id, with_for_update=True)
            signals = await waiting_on(self.platform, session, message.list_id)
            numbers = [one.number for one in signals]
            if found is None or not numbers:
                return
            found.escalated = True
            found.version += 1
            now = self.platform.clock.now()
            action = "destruction at the ultimate date" if ultimate else "destruction list escalated"
            session.add(audit.line(now, action, actor=None, record=str(message.list_id)))
            if ultimate:
                approval = lists.Approval(
                    id=uuid4(),
                    next_at=now,
                    list_id=message.list_id,
                    approver=None,
                    approved_at=now,
                    effective_at=now,
                    statement="",
                )
                approval.statement = statement_of(self.platform, approval, signals)
                session.add(approval)
                await lists.set_state(session, message.list_id, numbers, state=State.APPROVED, approval=approval.id)
                found.state = State.APPROVED

        return Handled(effect)

    async def waiting(self) -> list[Shows]:
        """How much was approved and has not begun to go."""
        async with self.platform.database.reading() as session:
            return [Shows(DESTRUCTIONS_WAITING, await lists.not_released(session))]

    async def _in_turn(self) -> None:
        """Wait until there is room among what is being destroyed. Raises PartDown."""
        while True:
            now = self.platform.clock.now()
            async with self.platform.database.reading() as session:
                busy = await lists.being_destroyed(session, now - GIVEN_UP, now)
            if busy + RELEASED_TOGETHER <= IN_FLIGHT:
                return
            await asyncio.sleep(ROOM_SECONDS)

    async def release(self, approval: lists.Approval) -> None:
        """Release the archive keys of a few signals of an approval whose time to be withdrawn is over; tell retention. The rest of
        them comes when these are destroyed, with other approvals in turn.

        Raises NotSigned for an approval that oversight did not sign. What was released stays so when it is
        interrupted: it goes on where it was.
        """
        claims = await self.platform.verifier.verify(approval.statement, kind=APPROVAL_KIND, service="oversight")
        if any(claims.get(name) != value for name, value in approval_claims(approval).items()):
            raise NotSigned
        if approval.effective_at > self.platform.clock.now():
            raise PartDown("it can still be withdrawn")
        signed: dict[str, Any] = claims["signals"]
        if await self._release_some(approval, signed, claims["neverInformed"]):
            async with self.platform.database.transaction() as session:
                await lists.give_back(session, approval.id, self.platform.clock.now())
            return
        done = update(lists.Approval).where(col(lists.Approval.id) == approval.id).values(done=True)
        await self.platform.database.alone(done)

    async def _release_some(
        self, approval: lists.Approval, signed: dict[str, Any], never: dict[str, dict[str, int]]
    ) -> bool:
        """A few of the signals that were approved; returns whether there were any. Raises NotSigned, and releases none of
        them, when one is not as it was approved, and NotBelieved for what was struck off the list."""
        off = await struck(self.platform, approval.list_id)
        async with self.platform.database.transaction() as session:
            # Locked before its signals, as a withdrawal does: one of the two comes too late.
            found = await session.get(lists.Approval, approval.id, with_for_update=True)
            if found is None or found.withdrawn:
                return False
            if str(found.id) in off:
                raise NotBelieved("this approval was withdrawn")
            signals = await lists.approved_by(session, approval.id, RELEASED_TOGETHER, signed.keys())
            if any(signal_claims(one) != signed[one.number] for one in signals):
                raise NotSigned
            numbers = [one.number for one in signals]
            if off & set(numbers):
                raise NotBelieved("a hold keeps a signal of this approval")
            # From here on a hold comes too late for them.
            now = self.platform.clock.now()
            await lists.set_state(session, approval.list_id, numbers, state="releasing", released_at=now)
        if not signals:
            return False
        await self.platform.releaser.release([KeyRef(**key) for one in signals for key in one.archive_keys])
        message = Approved(
            list_id=approval.list_id,
            numbers=tuple(numbers),
            approver=approval.approver,
            approved_at=approval.approved_at,
            never_informed={one: never[one] for one in numbers if one in never},
        )
        async with self.platform.database.transaction() as session:
            await lists.set_state(session, approval.list_id, numbers, state="released")
            self.platform.post.tell(session, "retention", message)
        return True
