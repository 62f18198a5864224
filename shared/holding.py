"""Answering what a service holds of numbers, for a request of a person: one handler, around what each service looks up (R-10.1).

It reads no content and keeps nothing of the question. Only rights is answered, and only rights is told.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.contracts.holdings import MOST_HOLDINGS, Holding, HoldingsAsked, HoldingsTold
from shared.errors import CannotSucceed
from shared.protocol.holdings import NOT_ALL
from shared.service.platform import Platform

FOR_RIGHTS = "rights"
LookedUp = Callable[[AsyncSession, str], Awaitable[Sequence[Holding]]]


class AnsweringHoldings:
    """`look`: what there is of a number, in codes and days."""

    def __init__(self, platform: Platform, look: LookedUp) -> None:
        self.platform = platform
        self._look = look

    async def asked(self, incoming: Incoming, message: HoldingsAsked) -> Handled:
        """Raises CannotSucceed for anybody but rights."""
        if incoming.producer != FOR_RIGHTS:
            raise CannotSucceed("only rights asks what is held of a number")
        async with self.platform.database.reading() as session:
            found = await self._look(session, message.signal) if message.signal else ()
        told = HoldingsTold(
            request=message.request,
            signal=message.signal,
            asked_at=message.asked_at,
            holdings=_told(found),
        )

        async def effect(session: AsyncSession) -> None:
            self.platform.post.tell(session, FOR_RIGHTS, told)
            now = self.platform.clock.now()
            session.add(audit.line(now, "holdings told", actor=None, record=message.request, reason=str(len(found))))

        return Handled(effect)


def _told(found: Sequence[Holding]) -> tuple[Holding, ...]:
    """As much as one message takes; that there is more is the last thing it says, and stands in the proof of completeness."""
    if len(found) <= MOST_HOLDINGS:
        return tuple(found)
    return (*found[: MOST_HOLDINGS - 1], Holding(what=NOT_ALL))
