"""What sources does besides what every holder of dossiers does: receive a signal that was heavy enough."""

from __future__ import annotations

from shared.bus.inbox import Handled, Incoming
from shared.contracts.assessment import Research, ResearchContent
from shared.dossier.arrive import documents_of, keep
from shared.errors import CannotSucceed
from shared.protocol.model import State
from shared.service.platform import Platform


class Arrivals:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def research(self, incoming: Incoming, message: Research) -> Handled:
        content, word, kid = await self.platform.inbox.open(incoming, message, ResearchContent)
        if content.number != message.number:
            raise CannotSucceed("the number on a letter differs from the one inside")
        return await keep(
            self.platform,
            incoming,
            content.number,
            content.version + 1,
            State.SOURCE_LIST,
            content.protocol,
            content.received_on,
            documents_of(content, content.findings),
            kid,
            word,
            earlier=content.decisions,
        )
