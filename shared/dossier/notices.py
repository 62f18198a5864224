"""What rights decided about informing a subject: kept by whoever has a gate that depends on it."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bus.inbox import Handled, Incoming
from shared.contracts.rights import Notice
from shared.dossier.tables import NoticeRow
from shared.errors import CannotSucceed


async def on_notice(incoming: Incoming, message: Notice) -> Handled:
    if incoming.producer != "rights":
        raise CannotSucceed("only rights decides about informing")

    async def effect(session: AsyncSession) -> None:
        known = await session.get(NoticeRow, (message.number, message.subject), with_for_update=True)
        if known is None or known.version < message.version:
            await session.merge(NoticeRow(**message.model_dump()))

    return Handled(effect)
