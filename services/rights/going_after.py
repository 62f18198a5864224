"""A signal about which a request was put has gone on: who has it now is asked, and told what is only kept (art. 10 lid 1; AVG 18).

Only of its holder, as rights knows him, is it believed where a signal went. What who had it before says late changes nothing, and
stands in the audit trail; what came to him goes to who has it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.rights import store
from services.rights.restricting import HOLDERS_OF_FILES, holds_now
from services.rights.sealed import KEEPS_SEALED, AskingReaders
from services.rights.store import AskedSignal
from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.contracts.acts import Restricted, RestrictionKept
from shared.contracts.answering import PersonElsewhere
from shared.contracts.rights import PersonAsked, PersonAskedLetter, Requester
from shared.database.tables import Audit, Outgoing
from shared.engine.engine import Engine
from shared.engine.head import changed
from shared.engine.loaded import Loaded
from shared.errors import CannotSucceed
from shared.protocol.request_kinds import AS_REGISTERED
from shared.service.platform import Platform

TOLD_AGAIN = timedelta(hours=1)


def question(platform: Platform, loaded: Loaded, signal: str, holder: str) -> Outgoing:
    """The letter by which `holder` is asked whether `signal` is about who makes the request. `loaded` is opened."""
    registered = loaded.opened.findings[AS_REGISTERED].fields
    born = registered.get("bornOn")
    who = Requester(person=loaded.opened.subjects["S1"], born_on=date.fromisoformat(born) if born else None)
    content = PersonAsked(
        number=signal,
        request=loaded.number,
        kind=registered["kind"],
        requester=who,
        answer_by=loaded.dossier.due_on or loaded.today,
    )
    sealed = platform.sealer.seal(holder, content)
    message = PersonAskedLetter(number=signal, letters=(sealed.text,))
    return platform.post.envelope(holder, message, number=signal, letter=sealed)


def late(platform: Platform, request: str, signal: str) -> Audit:
    """Who has it now answers: what another says does not count, and shows."""
    return audit.line(platform.clock.now(), "answer came too late", actor=None, record=request, reason=signal)


def was_asked(row: AskedSignal, producer: str) -> bool:
    """Whether `producer` had the signal, or was thought to, before its holder."""
    return producer in (row.earlier or ())


def with_earlier(row: AskedSignal, holder: str) -> list[str]:
    """Who was asked before, when `holder` is asked after who was last."""
    return [one for one in dict.fromkeys((*(row.earlier or ()), row.holder)) if one != holder]


class GoingAfter:
    def __init__(self, engine: Engine) -> None:
        self.platform = engine.platform
        self._loader = engine.parts.loader
        self._readers = AskingReaders(engine)

    async def elsewhere(self, incoming: Incoming, message: PersonElsewhere) -> Handled:
        """It is not with who was asked: who has it now is asked, and where nobody can be, that shows."""
        row = await self._row(incoming.producer, message)
        if row is None:
            return Handled(_nothing)
        if row.holder != incoming.producer:
            # When it went on, who has it was asked.
            return self._late(row)
        if self._is_elsewhere(row, message.holder):
            return await self._went(row, str(message.holder), asks=True)
        read, now = row, self.platform.clock.now()

        async def effect(session: AsyncSession) -> None:
            await store.amend(session, self.platform.mac, read, state=store.NOWHERE, answered_at=now)

        return Handled(effect)

    async def kept(self, incoming: Incoming, message: RestrictionKept) -> Handled:
        """A holder says that it holds, or where the signal is now: then that one is told what holds at this moment."""
        row = await self._row(incoming.producer, message)
        if row is None:
            return Handled(_nothing)
        if row.holder != incoming.producer:
            # What was decided on its way came to him: who has it now is told.
            told = holds_now(await self._loader.load(message.request), row)
            known = told and not told.restricted and row.restricted is False
            return self._late(row, None if known else told)
        if not message.done and self._is_elsewhere(row, message.holder):
            return await self._went(row, str(message.holder), asks=row.state == store.WAITS_FOR_HOLDER)
        again = None if message.done else holds_now(await self._loader.load(message.request), row)
        read, holds = row, message.restricted if message.done else None

        async def effect(session: AsyncSession) -> None:
            await store.amend(session, self.platform.mac, read, restricted=holds)
            if again is not None:
                # What is destroyed has no row here. So it is away for a moment: he is told until he has it again.
                letter = self.platform.post.envelope(read.holder, again)
                letter.next_at = self.platform.clock.now() + TOLD_AGAIN
                session.add(letter)

        return Handled(effect)

    async def _row(self, producer: str, message: PersonElsewhere | RestrictionKept) -> AskedSignal | None:
        """What was put before `producer`, now or before; None where the request has had its years, or the signal is destroyed.
        Raises CannotSucceed for who was never asked, and NotBelieved."""
        async with self.platform.database.reading() as session:
            row = await session.get(AskedSignal, (message.request, message.number))
        if row is None:
            return None
        if row.holder != producer and not was_asked(row, producer):
            raise CannotSucceed("who was not asked answers")
        await self._loader.believe(row, message.request)
        return row

    @staticmethod
    def _is_elsewhere(row: AskedSignal, holder: str | None) -> bool:
        return holder in (*HOLDERS_OF_FILES, KEEPS_SEALED) and holder != row.holder

    def _late(self, row: AskedSignal, told: Restricted | None = None) -> Handled:
        holder, request, signal = row.holder, row.request, row.signal

        async def effect(session: AsyncSession) -> None:
            session.add(late(self.platform, request, signal))
            if told is not None:
                self.platform.post.tell(session, holder, told)

        return Handled(effect)

    async def _went(self, row: AskedSignal, holder: str, *, asks: bool) -> Handled:
        """`holder` has it now; `asks`: it was not answered before it went there."""
        loaded, letter = await self._loader.load(row.request), None
        went: dict[str, Any] = {"holder": holder, "earlier": with_earlier(row, holder), "restricted": None}
        if asks and holder == KEEPS_SEALED:
            after, letter = await self._readers.question(loaded, row)
            went |= {"state": after.state, "answered_at": after.answered_at}
        elif asks:
            letter = question(self.platform, loaded, row.signal, holder)
            went["state"] = store.WAITS_FOR_HOLDER
        # Who was told nothing yet is not told that nothing holds.
        told = holds_now(loaded, changed(row, **went))
        told = None if asks and told and not told.restricted and row.restricted is None else told

        async def effect(session: AsyncSession) -> None:
            await store.amend(session, self.platform.mac, row, whole=True, **went)
            if letter is not None:
                session.add(changed(letter))
            if told is not None:
                self.platform.post.tell(session, holder, told)

        return Handled(effect)


async def _nothing(session: AsyncSession) -> None:
    """Nothing is left of what it answers."""
