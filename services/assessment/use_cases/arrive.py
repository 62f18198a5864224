"""A report arrives: keep it under a key of its own, and tell rights who is concerned (art. 26)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bus.inbox import Handled, Incoming
from shared.clock import calendar_date
from shared.contracts.assessment import Subjects, SubjectsContent
from shared.contracts.intake import Report, ReportContent
from shared.dossier.arrive import keep
from shared.errors import CannotSucceed
from shared.protocol.model import State
from shared.service.platform import Platform

OPEN_CHANNEL = "web"


class Arrivals:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def report(self, incoming: Incoming, message: Report) -> Handled:
        content, word, kid = await self.platform.inbox.open(incoming, message, ReportContent)
        if content.number != message.number:
            raise CannotSucceed("the number on a letter differs from the one inside")
        if not incoming.signed and content.channel != OPEN_CHANNEL:
            # Only the public door may have been unable to sign, and what it takes in anybody could send.
            raise CannotSucceed("an unsigned report of a channel that is not public")
        kept = await keep(
            self.platform,
            incoming,
            content.number,
            1,
            State.RECEIVED,
            self.platform.settings.protocol,
            calendar_date(content.received_at),
            [("report", "report", content.model_dump_json().encode())],
            kid,
            word,
        )
        if not content.subjects:
            return kept
        # The month of AVG 14 runs from the moment that somebody's data are kept, whoever looks at them when.
        concerned = SubjectsContent(
            number=content.number,
            protocol=self.platform.settings.protocol,
            received_on=calendar_date(content.registered_at),
            subjects=content.subjects,
        )
        letter = self.platform.sealer.seal("rights", concerned)
        message_to_rights = Subjects(number=content.number, letters=(letter.text,))

        async def effect(session: AsyncSession) -> None:
            await kept.effect(session)
            post = self.platform.post
            post.send(session, post.envelope("rights", message_to_rights, number=content.number, letter=letter))

        return Handled(effect, word)
