"""A person asks what is kept of him (art. 10 lid 1; AVG 15): of a sealed signal that his hashes find, each reader gets what it reads.

Retention can read none of it and makes no hash, so it takes nobody's word for a number: rights, which has the request, sends the
hashes of who asks, and a signal that has none of these is not given. No date moves (R-9.13), and nothing of the question is kept.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.retention.tables import FindableRow, SealedSignal
from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.contracts.consult import SealedReading
from shared.contracts.dossier import ArchivedItem, CodedDecision
from shared.contracts.sealed import SealedAsked, SealedForRequest, SealedPut
from shared.engine.head import vouched_for
from shared.errors import CannotSucceed, NotBelieved
from shared.hands import reader_of
from shared.numbers import is_request
from shared.protocol.model import State
from shared.protocol.opening import REQUEST_LOOK
from shared.service.platform import Platform

FOR_REQUEST, NOT_FOR_REQUEST = "sealed signal given for a request", "nothing given for a request"
STILL_KEPT = (State.SEALED, State.LISTED)
"""What is being destroyed is read for nobody any more."""


class GivingToRequests:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def asked(self, incoming: Incoming, message: SealedAsked) -> Handled:
        """Rights puts a sealed signal before its readers. Raises CannotSucceed for anybody else and for what is no request, and
        NotBelieved."""
        if incoming.producer != "rights" or not is_request(message.ground.request):
            raise CannotSucceed("only rights asks, for a request")
        now = self.platform.clock.now()
        given = await self._given(message) if message.until > now else []

        async def effect(session: AsyncSession) -> None:
            row = await session.get(SealedSignal, message.signal)
            # Its destruction can have begun meanwhile.
            going = given if row is not None and row.state in STILL_KEPT else []
            for one in going:
                to = reader_of(one.archive)
                self.platform.post.send(session, self.platform.post.envelope(to, one, number=one.number))
            put = SealedPut(
                signal=message.signal,
                request=message.ground.request,
                asked_at=message.asked_at,
                at=tuple(sorted(reader_of(one.archive) for one in going)),
            )
            self.platform.post.tell(session, incoming.producer, put)
            action = FOR_REQUEST if going else NOT_FOR_REQUEST
            session.add(audit.line(now, action, actor=None, record=message.signal, reason=message.ground.request))

        return Handled(effect)

    async def _given(self, message: SealedAsked) -> list[SealedForRequest]:
        """By archive what is read there; nothing of what is not here, or is not found by the hashes of who asks."""
        async with self.platform.database.reading() as session:
            row = await session.get(SealedSignal, message.signal)
            found = await session.get(FindableRow, message.signal)
        if row is None or found is None or row.state not in STILL_KEPT:
            return []
        if not all([await vouched_for(self.platform.mac, one) for one in (row, found)]):
            raise NotBelieved
        if set(found.hashes).isdisjoint(message.hashes):
            return []
        read = [one for one in map(ArchivedItem.model_validate, row.dossier or ()) if one.reading]
        until = min(message.until, self.platform.clock.now() + REQUEST_LOOK)
        return [
            SealedForRequest(
                number=row.number,
                ground=message.ground,
                archive=archive,
                protocol=row.protocol,
                received_on=row.received_on,
                asked_at=message.asked_at,
                until=until,
                decisions=tuple(CodedDecision.model_validate(one) for one in row.decisions),
                readings=tuple(
                    SealedReading(key=one.key, item=one.item, version=one.version, ciphertext=one.reading)
                    for one in read
                    if one.archive == archive
                ),
            )
            for archive in dict.fromkeys(one.archive for one in read)
        ]
