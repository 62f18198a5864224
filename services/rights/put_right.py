"""What is put right about a person elsewhere: he was named twice, is not concerned, or is a child (AVG 5, UAVG 5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid5

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.rights import store
from services.rights.clock import moments_of, reckoned
from services.rights.shelf import Moments
from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.clock import calendar_date
from shared.contracts.assessment import ChildContent, ChildLetter, PersonPutRight
from shared.contracts.common import KeysMade
from shared.engine.documents import Finding, encrypted
from shared.engine.engine import Engine
from shared.engine.head import Head, changed
from shared.engine.hear import heard
from shared.engine.loaded import Loaded
from shared.engine.store import of_signal
from shared.engine.tables import Dossier, ItemRow
from shared.errors import CannotSucceed, PartDown
from shared.laws import known_law
from shared.protocol.conditions.approach import CHILD
from shared.protocol.model import Outcome, State
from shared.protocol.moments import NOT_CONCERNED, RECEIVED, SAME_PERSON
from shared.protocol.rectifying import ACCURACY

MERGED = Outcome("same", "één persoon, met één plicht", State.DUTY_DONE, ACCURACY)


class PutRight:
    """Keeps the duties in step with who somebody is."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.platform = engine.platform
        self._loader = engine.parts.loader
        self._laws = engine.platform.settings.laws

    async def person(self, incoming: Incoming, message: PersonPutRight) -> Handled:
        """Somebody named twice has one duty. Who is not concerned keeps his: data about him were processed, and whether
        he is told is decided with the privacy officer, as for everybody (art. 26 lid 4)."""
        if message.same_as == message.subject:
            raise CannotSucceed("nobody is the same person as himself")
        duties = await self._duties(message.number, message.subject, *((message.same_as,) if message.same_as else ()))

        async def effect(session: AsyncSession) -> None:
            await store.one_at_a_time(session, message.number)
            if message.same_as is None:
                moment = self._moment(duties[message.subject], incoming.id, NOT_CONCERNED, message)
                await self._comes(session, moment, "person is not concerned")
            else:
                await self._merge(session, incoming, message, duties[message.subject], duties[message.same_as])

        return Handled(effect)

    async def _duties(self, number: str, *subjects: str) -> dict[str | None, str]:
        async with self.platform.database.reading() as session:
            found = {one.subject: one.number for one in await of_signal(session, number)}
        if not set(subjects) <= set(found):
            raise PartDown("the persons concerned are not known here yet")
        return found

    async def _merge(
        self, session: AsyncSession, incoming: Incoming, message: PersonPutRight, gone: str, stays: str
    ) -> None:
        """One duty stays open, by when the first of both was due. Nothing opens a gate: whatever was decided under the
        other name is decided anew, and when only the one that was to go is open, it stays."""
        ends, goes_on = await self._loader.within(session, gone), await self._loader.within(session, stays)
        if State.DUTY_DONE in (ends.state, goes_on.state):
            now = self.platform.clock.now()
            session.add(audit.line(now, "one of two duties was done already", actor=None, record=gone))
            over, left = (ends, stays) if ends.state == State.DUTY_DONE else (goes_on, gone)
            await self._comes_with(session, over, left)
            return
        await self._end(session, message, ends)
        moment = self._moment(stays, incoming.id, SAME_PERSON, message)
        moment.on = ends.dossier.due_on or moment.on
        # Who got something of him under the other name got it of him.
        await self._comes(session, moment, "duty of the same person added", *_received(ends, stays))

    async def _comes_with(self, session: AsyncSession, over: Loaded, left: str) -> None:
        """Who got something of the person under the name whose duty is done got it of him: the letter that is still to
        go names it too."""
        received = _received(over, left)
        if received:
            first, *others = received
            await self._comes(session, first, "recipients of the same person added", *others)

    async def _end(self, session: AsyncSession, message: PersonPutRight, ends: Loaded) -> None:
        await self.engine.noting.note(
            session,
            ends,
            UUID(message.decision),
            SAME_PERSON,
            MERGED,
            action="duty goes on under another name",
            recorder=message.by,
            role=message.role,
            taken_at=message.on,
            deciders=(message.by,),
            about=tuple(filter(None, (message.subject, message.same_as))),
        )

    def _moment(self, number: str, cause: UUID, why: str, message: PersonPutRight) -> store.DutyMoment:
        now = self.platform.clock.now()
        return store.DutyMoment(number=number, cause=cause, why=why, on=calendar_date(message.on), noted_at=now)

    async def _comes(
        self, session: AsyncSession, moment: store.DutyMoment, action: str, *besides: store.DutyMoment
    ) -> None:
        def becomes(head: Head) -> Head:
            return reckoned(head, known_law(self._laws, head.dossier.protocol), (*moments_of(head), moment, *besides))

        await heard(self._loader, session, moment.number, becomes, action)
        session.add_all((moment, *besides))

    # --- children --------------------------------------------------------------------------------

    async def child(self, incoming: Incoming, message: ChildLetter) -> Handled:
        """Who represents a child is kept with its duty: the notice goes to that one (art. 5 UAVG)."""
        content, word, kid = await self.platform.opener.content(message, ChildContent)
        if content.number != message.number:
            raise CannotSucceed("the number on a letter differs from the one inside")
        number = (await self._duties(content.number, content.subject))[content.subject]
        async with self.platform.database.reading() as session:
            duty = await session.get_one(Dossier, number)
        carried = KeysMade(number=content.number, keys=(), carried_by=(kid,))
        if duty.state == State.DUTY_DONE or duty.room_key is None:

            async def nothing_left(session: AsyncSession) -> None:
                self.platform.post.tell(session, "retention", carried)

            return Handled(nothing_left, word)
        mark = (number, CHILD, self._mark(content))
        (item,) = await encrypted(self.platform.room(), duty.room_key, [mark])

        async def effect(session: AsyncSession) -> None:
            await heard(self._loader, session, number, _with_mark(item), "child marked")
            await session.execute(delete(ItemRow).where(col(ItemRow.number) == number, col(ItemRow.item) == CHILD))
            # A copy: it may be done twice, the second time in a transaction of its own.
            session.add(ItemRow(**item.model_dump()))
            self.platform.post.tell(session, "retention", carried)

        return Handled(effect, word)

    def _mark(self, content: ChildContent) -> Finding:
        by = content.representative
        named = [by.model_dump(exclude_none=True)] if by else []
        return Finding(
            category=CHILD,
            about=content.subject,
            fields={"child": content.child, "representative": named},
            recorded_by="",
            recorded_at=self.platform.clock.now().isoformat(),
        )


def _received(ends: Loaded, stays: str) -> list[store.DutyMoment]:
    """That somebody got something, of the duty `ends`, as it is kept with the duty `stays`."""
    return [
        changed(one, number=stays, cause=uuid5(one.cause, ends.number), why=RECEIVED)
        for one in ends.mine(Moments).known
        if one.recipient
    ]


def _with_mark(item: ItemRow) -> Callable[[Head], Head]:
    return lambda head: replace(head, items=(*(one for one in head.items if one.item != CHILD), item))
