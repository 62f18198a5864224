"""A confirmed signal arrives for phase 4."""

from __future__ import annotations

from shared.bus.inbox import Handled, Incoming
from shared.contracts.sources import Case, CaseContent
from shared.dossier.arrive import documents_of, keep
from shared.errors import CannotSucceed
from shared.protocol.model import State
from shared.service.platform import Platform


class Arrivals:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def case(self, incoming: Incoming, message: Case) -> Handled:
        content, word, kid = await self.platform.inbox.open(incoming, message, CaseContent)
        if content.number != message.number:
            raise CannotSucceed("the number on a letter differs from the one inside")
        return await keep(
            self.platform,
            incoming,
            content.number,
            content.version + 1,
            State.CHECK_2A,
            content.protocol,
            content.received_on,
            documents_of(content, [*content.findings, *content.closed]),
            kid,
            word,
            earlier=content.decisions,
        )
