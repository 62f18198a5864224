"""A report arrives: open the letter, keep it under a key of its own, say that it is here."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.assessment import store
from services.assessment.domain import working_name
from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.clock import calendar_date
from shared.contracts.common import KeyRef, KeysMade, Whereabouts
from shared.contracts.intake import Report, ReportContent
from shared.errors import CannotSucceed
from shared.keys.transit import Place, key_name
from shared.protocol.model import State
from shared.service.platform import Platform

OPEN_CHANNEL = "web"


class Arrivals:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def report(self, incoming: Incoming, message: Report) -> Handled:
        """Everything that OpenBao has to do comes before the transaction."""
        content, word, kid = await self.platform.inbox.open(incoming, message, ReportContent)
        if content.number != message.number:
            raise CannotSucceed("the number on a letter differs from the one inside")
        if not incoming.signed and content.channel != OPEN_CHANNEL:
            # Only the public door may have been unable to sign, and what it takes in anybody could send.
            raise CannotSucceed("an unsigned report of a channel that is not public")
        room = self.platform.room()
        key = key_name(incoming.id, room.mount)
        await room.make(key)
        place = Place(room.mount, content.number, "report", 1)
        ciphertext = (await room.encrypt(key, [(place, content.model_dump_json().encode())]))[0]
        now = self.platform.clock.now()

        async def effect(session: AsyncSession) -> None:
            session.add(
                store.Signal(
                    number=content.number,
                    version=1,
                    state=State.RECEIVED,
                    working_name=working_name(content.number),
                    room_key=key,
                    protocol=self.platform.settings.protocol,
                    received_on=calendar_date(content.received_at),
                    arrived_at=now,
                    signed=incoming.signed,
                )
            )
            session.add(
                store.Item(number=content.number, item="report", category="report", version=1, ciphertext=ciphertext)
            )
            made = KeysMade(number=content.number, keys=(KeyRef(mount=room.mount, key=key),), carried_by=(kid,))
            here = Whereabouts(number=content.number, version=1, holder="assessment", state=State.RECEIVED, since=now)
            post = self.platform.post
            post.send(session, post.envelope("retention", made), post.envelope("oversight", here))
            session.add(audit.line(now, "signal received", actor=None, record=content.number))

        return Handled(effect, word)
