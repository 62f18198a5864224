"""A report arrives: keep it under a key of its own, and tell rights who is concerned (art. 26)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bus.inbox import Handled, Incoming
from shared.clock import calendar_date
from shared.contracts.intake import Report, ReportContent
from shared.dossier.arrive import keep
from shared.dossier.concerned import became_known
from shared.errors import CannotSucceed
from shared.protocol.model import State
from shared.service.platform import Platform

OPEN_CHANNEL = "web"


class Arrivals:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def report(self, incoming: Incoming, message: Report) -> Handled:
        content, word, kid = await self.platform.opener.content(message, ReportContent)
        if content.number != message.number:
            raise CannotSucceed("the number on a letter differs from the one inside")
        if not incoming.signed and content.channel != OPEN_CHANNEL:
            # Only the public door may have been unable to sign, and what it takes in anybody could send.
            raise CannotSucceed("an unsigned report of a channel that is not public")
        # The version in force on the day that handling begins; the signal keeps it.
        version = self.platform.settings.laws.in_force(calendar_date(self.platform.clock.now())).version
        kept = await keep(
            self.platform,
            incoming,
            content.number,
            1,
            State.RECEIVED,
            version,
            calendar_date(content.received_at),
            [("report", "report", content.model_dump_json().encode())],
            kid,
            word,
            people=len(content.subjects),
        )
        if not content.subjects:
            return kept
        # The month of AVG 14 runs from the moment that somebody's data are kept, whoever looks at them when.
        since = calendar_date(content.registered_at)
        subjects = {f"S{place}": one for place, one in enumerate(content.subjects, 1)}
        letter = became_known(self.platform, content.number, version, since, subjects)

        async def effect(session: AsyncSession) -> None:
            await kept.effect(session)
            self.platform.post.send(session, letter)

        return Handled(effect, word)
