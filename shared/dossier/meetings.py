"""Meetings: date, members, who was there, which signals are on the agenda; never content.

Assessment keeps them and tells casework; both judge a meeting's decision by their own copy.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bus.inbox import Handled, Incoming
from shared.contracts.assessment import Meeting
from shared.dossier.tables import MeetingRow
from shared.errors import CannotSucceed

FACTS = ("version", "kind", "held_on", "chair", "members", "present", "agenda")


async def store_copy(session: AsyncSession, message: Meeting) -> None:
    """Keep a meeting as it was told, unless something newer is known."""
    known = await session.get(MeetingRow, message.meeting, with_for_update=True)
    if known is not None and known.version >= message.version:
        return
    facts = {name: getattr(message, name) for name in FACTS}
    facts |= {name: list(facts[name]) for name in ("members", "present", "agenda")}
    await session.merge(MeetingRow(id=message.meeting, **facts))


async def on_meeting(incoming: Incoming, message: Meeting) -> Handled:
    if incoming.producer != "assessment":
        raise CannotSucceed("only assessment keeps meetings")
    return Handled(lambda session: store_copy(session, message))
