"""Copies of what another service keeps and a gate here depends on: meetings of assessment, notices of rights.

Both are judged by the own copy: no gate asks another service.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bus.inbox import Handled, Incoming
from shared.contracts.assessment import MeetingTold
from shared.contracts.rights import NoticeTold
from shared.engine.tables import MeetingRow, NoticeRow
from shared.errors import CannotSucceed

MEETING_FACTS = ("version", "kind", "held_on", "chair", "members", "present", "agenda")


async def on_meeting(incoming: Incoming, message: MeetingTold) -> Handled:
    """Keep a meeting as it was told, unless something newer is known."""
    if incoming.producer != "assessment":
        raise CannotSucceed("only assessment keeps meetings")

    async def effect(session: AsyncSession) -> None:
        known = await session.get(MeetingRow, message.meeting, with_for_update=True)
        if known is not None and known.version >= message.version:
            return
        facts = {name: getattr(message, name) for name in MEETING_FACTS}
        facts |= {name: list(facts[name]) for name in ("members", "present", "agenda")}
        await session.merge(MeetingRow(id=message.meeting, **facts))

    return Handled(effect)


async def on_notice(incoming: Incoming, message: NoticeTold) -> Handled:
    """Keep what rights decided about informing a subject."""
    if incoming.producer != "rights":
        raise CannotSucceed("only rights decides about informing")

    async def effect(session: AsyncSession) -> None:
        known = await session.get(NoticeRow, (message.number, message.subject), with_for_update=True)
        if known is None or known.version < message.version:
            await session.merge(NoticeRow(**message.model_dump()))

    return Handled(effect)
