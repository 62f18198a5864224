"""Before a signal is destroyed: who in it was never informed, and who is informed after all (art. 26 lid 5)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from services.rights import store
from services.rights.clock import moments_of, reckoned
from services.rights.shelf import Moments
from services.rights.told import listed_duty
from shared.bus.inbox import Handled, Incoming
from shared.clock import calendar_date
from shared.contracts.oversight import DutiesAsked, InformAfterAll
from shared.contracts.rights import DutiesTold
from shared.engine.engine import Engine
from shared.engine.head import Head, changed
from shared.engine.hear import heard
from shared.engine.loaded import Loaded
from shared.engine.store import of_signal
from shared.errors import CannotSucceed, PartDown
from shared.laws import known_law
from shared.protocol.model import State
from shared.protocol.moments import AT_ONCE

AGAIN = "a duty was decided on meanwhile"


class NeverInformed:
    """Oversight asks about the signals of a list, and orders what its approver decided."""

    def __init__(self, engine: Engine) -> None:
        self.platform = engine.platform
        self._loader = engine.parts.loader

    async def asked(self, incoming: Incoming, message: DutiesAsked) -> Handled:
        """Every duty of these signals, as it stands; from now on oversight hears of each decision on one."""
        async with self.platform.database.reading() as session:
            rows = [one for number in message.numbers for one in await of_signal(session, number)]
        duties = await self._loaded([one.number for one in rows if one.subject])

        async def effect(session: AsyncSession) -> None:
            known = [row for number in message.numbers for row in await of_signal(session, number) if row.subject]
            if len(known) != len(duties):
                raise PartDown(AGAIN)
            told = []
            for one in duties:
                row = store.OnList(number=one.number, list_id=message.list_id)
                if message.list_id not in one.mine(Moments).lists:
                    await heard(
                        self._loader, session, one.number, _unchanged(one, row), "its signal is to be destroyed"
                    )
                    session.add(changed(row))
                told.append(listed_duty(one, one.state, one.dossier.turn + 1))
            answer = DutiesTold(list_id=message.list_id, whole=message.numbers, duties=tuple(told))
            self.platform.post.tell(session, "oversight", answer)

        return Handled(effect)

    async def ordered(self, incoming: Incoming, message: InformAfterAll) -> Handled:
        """These persons are informed at once. Whose duty is done by now, or waits to be sent, stays as he is."""
        duties = await self._loaded(message.duties)
        if any(message.list_id not in one.mine(Moments).lists for one in duties):
            raise CannotSucceed("a person is to be informed whose signal is not on that list")

        async def effect(session: AsyncSession) -> None:
            now = self.platform.clock.now()
            told = []
            for one in duties:
                if one.state not in (State.DUTY_OPEN, State.DUTY_DEFERRED):
                    continue
                moment = store.DutyMoment(
                    number=one.number, cause=incoming.id, why=AT_ONCE, on=calendar_date(now), noted_at=now
                )
                await heard(
                    self._loader, session, one.number, self._to_send(one, moment), "informing before destruction"
                )
                session.add(changed(moment))
                told.append(listed_duty(one, State.DUTY_TO_SEND, one.dossier.turn + 1))
            if told:
                answer = DutiesTold(list_id=message.list_id, duties=tuple(told))
                self.platform.post.tell(session, "oversight", answer)

        return Handled(effect)

    async def _loaded(self, numbers: Sequence[str]) -> list[Loaded]:
        return [await self._loader.load(one) for one in sorted(numbers)]

    def _to_send(self, duty: Loaded, moment: store.DutyMoment) -> Callable[[Head], Head]:
        law = known_law(self.platform.settings.laws, duty.dossier.protocol)

        def becomes(head: Head) -> Head:
            _is_as(duty, head)
            after = replace(head, dossier=changed(head.dossier, state=State.DUTY_TO_SEND))
            return reckoned(after, law, (*moments_of(head), moment))

        return becomes


def _unchanged(duty: Loaded, row: store.OnList) -> Callable[[Head], Head]:
    def becomes(head: Head) -> Head:
        _is_as(duty, head)
        return replace(head, own=(*head.own, row))

    return becomes


def _is_as(duty: Loaded, head: Head) -> None:
    """Raises PartDown when it is not as it was read: then it is read once more."""
    if head.dossier.turn != duty.dossier.turn:
        raise PartDown(AGAIN)
