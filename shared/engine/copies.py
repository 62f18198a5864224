"""Copies of what another service keeps and a gate here depends on: meetings of assessment, notices of rights.

Both are judged by the own copy: no gate asks another service.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bus.inbox import Handled, Incoming
from shared.contracts.assessment import MeetingTold
from shared.contracts.rights import NoticeTold
from shared.engine.engine import Engine
from shared.engine.head import Head, vouch_for
from shared.engine.hear import heard, one_at_a_time
from shared.engine.tables import MeetingRow, NoticeRow
from shared.errors import CannotSucceed, NotFound

MEETING_FACTS = ("version", "kind", "held_on", "chair", "members", "present", "agenda", "closed")


class Copies:
    """Keeps them, each with a MAC of its own: what was told by a signed message is believed as long as it is unchanged."""

    def __init__(self, engine: Engine) -> None:
        self.platform = engine.platform
        self._loader = engine.parts.loader

    async def meeting(self, incoming: Incoming, message: MeetingTold) -> Handled:
        """Keep a meeting as it was told, unless something newer is known."""
        if incoming.producer != "assessment":
            raise CannotSucceed("only assessment keeps meetings")
        facts = {name: getattr(message, name) for name in MEETING_FACTS}
        facts |= {name: list(facts[name]) for name in ("members", "present", "agenda")}
        told = await vouch_for(self.platform.mac, MeetingRow(id=message.meeting, **facts))

        async def effect(session: AsyncSession) -> None:
            known = await session.get(MeetingRow, message.meeting, with_for_update=True)
            if known is None or known.version < message.version:
                await session.merge(told)

        return Handled(effect)

    async def notice(self, incoming: Incoming, message: NoticeTold) -> Handled:
        """Keep what rights decided about informing a subject, and put it into the head of the dossier that is here."""
        if incoming.producer != "rights":
            raise CannotSucceed("only rights decides about informing")
        told = await vouch_for(self.platform.mac, NoticeRow(**message.model_dump()))

        def becomes(head: Head) -> Head:
            others = tuple(one for one in head.notices if one.subject != told.subject)
            return replace(head, notices=(*others, told))

        async def effect(session: AsyncSession) -> None:
            await one_at_a_time(session, message.number)
            known = await session.get(NoticeRow, (message.number, message.subject))
            if known is not None and known.version >= message.version:
                return
            with suppress(NotFound):
                # It may come before the dossier does, or when that has gone on.
                await heard(self._loader, session, message.number, becomes, "notice heard of")
            await session.merge(told)

        return Handled(effect)
