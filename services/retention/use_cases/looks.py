"""Looks into what is sealed (art. 9 lid 2): retention, which cannot read it, gives each reader what a new signal's phase permits."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.retention.tables import SealedSignal
from services.retention.use_cases.holders import Holders
from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.clock import calendar_date
from shared.contracts.consult import Consult, LookAnswered, LookGiven, SealedReading
from shared.contracts.dossier import ArchivedItem, CodedDecision
from shared.engine.head import vouched_for
from shared.engine.looks import holds_phase, until_at_most
from shared.engine.records import closed_to
from shared.errors import NotBelieved
from shared.hands import reader_of
from shared.protocol.model import State
from shared.protocol.opening import may_still
from shared.service.platform import Platform

LOOK_GIVEN, NO_LOOK = "sealed signal given to look into", "nothing given to look into"


class GivingLooks:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._holders = Holders(platform)

    async def asked(self, incoming: Incoming, message: Consult) -> Handled:
        """Who holds a new signal asks a look for one person, and hears where he can read, or that nothing is here for him.

        Raises CannotSucceed for a phase, or a new signal, that the asker does not hold by the hand-overs that were signed;
        PartDown while these are on their way; and NotBelieved. The end date of what is looked into does not move (R-9.13).
        """
        holds_phase(incoming.producer, message.phase)
        now = self.platform.clock.now()
        given: list[LookGiven] = []
        if message.until > now:
            await self._holders.check_asker(message.new_signal, incoming.producer)
            given = await self._given(message)

        async def effect(session: AsyncSession) -> None:
            row = await session.get(SealedSignal, message.number)
            # Its destruction can have begun meanwhile.
            going = given if row is not None and row.state == State.SEALED else []
            for one in going:
                to = reader_of(one.archive)
                self.platform.post.send(session, self.platform.post.envelope(to, one, number=one.number))
            if message.look:
                at = tuple(sorted(reader_of(one.archive) for one in going))
                self.platform.post.tell(session, incoming.producer, LookAnswered(look=message.look, at=at))
            action = LOOK_GIVEN if going else NO_LOOK
            line = audit.line(now, action, actor=message.person, record=message.number, reason=message.new_signal)
            session.add(line)

        return Handled(effect)

    async def _given(self, message: Consult) -> list[LookGiven]:
        """By archive what may be read; nothing for what is not here, or no longer kept to be consulted, and for whom it
        concerns himself."""
        async with self.platform.database.reading() as session:
            row = await session.get(SealedSignal, message.number)
        if row is None:
            return []
        if not await vouched_for(self.platform.mac, row):
            raise NotBelieved
        now = self.platform.clock.now()
        kept = row.state == State.SEALED and not row.reduced and may_still(row.ends_on, calendar_date(now))
        if not kept or message.person in closed_to(map(CodedDecision.model_validate, row.decisions)):
            return []
        items = [ArchivedItem.model_validate(one) for one in row.dossier or ()]
        seen = [one for one in items if one.reading and 0 < one.seen_from <= message.phase]
        return [
            LookGiven(
                number=row.number,
                ground=message.new_signal,
                phase=message.phase,
                person=message.person,
                until=until_at_most(message.until, now),
                archive=archive,
                protocol=row.protocol,
                received_on=row.received_on,
                readings=tuple(
                    SealedReading(key=one.key, item=one.item, version=one.version, ciphertext=one.reading)
                    for one in seen
                    if one.archive == archive
                ),
            )
            for archive in dict.fromkeys(one.archive for one in seen)
        ]
