"""What waits for its receiver is kept back while somebody in it is restricted, or an item of it (art. 18 lid 2 AVG; R-10.3)."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.export import store
from services.export.rows import Rows
from services.export.store import RestrictedRow, Share
from shared.bus.inbox import Handled, Incoming
from shared.contracts.acts import Restricted
from shared.contracts.export import ShareContent
from shared.engine.head import vouch_for, vouched_for
from shared.errors import CannotSucceed, NotBelieved


class KeepingBack:
    """As rights says it. Which shares are about whom stands in these, under the keys of this room."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.platform = rows.platform

    async def heard(self, incoming: Incoming, message: Restricted) -> Handled:
        """From now on it is kept back, or no more. Raises CannotSucceed for who keeps no register of requests."""
        if incoming.producer != "rights":
            raise CannotSucceed("only who keeps the register of requests says what is restricted")
        async with self.platform.database.reading() as session:
            before = await session.get(RestrictedRow, (message.number, message.request))
            query = select(Share).where(col(Share.number) == message.number, store.open_ones())
            shares = (await session.scalars(query)).all()
        if before is not None and not await vouched_for(self.platform.mac, before):
            # What somebody wrote there does not stand in the way of what is said.
            before = None
        row = RestrictedRow(
            **message.model_dump(include=set(RestrictedRow.model_fields)) | {"items": list(message.items)}
        )
        await vouch_for(self.platform.mac, row)
        contents = {one.id: await self.rows.opened(await self.rows.believed(one)) for one in shares}
        mine = {identifier for identifier, content in contents.items() if row.restricted and is_about(content, row)}

        async def effect(session: AsyncSession) -> None:
            if before is not None and before.at >= message.at:
                return
            await session.merge(row.model_copy())
            for one in await store.open_of(session, message.number):
                await self._marked(session, one, message.request, mine)

        return Handled(effect)

    async def _marked(self, session: AsyncSession, share: Share, request: str, mine: Collection[UUID]) -> None:
        others = [one for one in share.restricted or [] if one != request]
        after = [*others, request] if share.id in mine else others
        if after == (share.restricted or []):
            return
        await self.rows.become(session, await self.rows.believed(share), restricted=after)
        session.add(self.rows.line("share kept back" if after else "share kept back no more", share))

    async def comes(self, session: AsyncSession, content: ShareContent) -> list[str]:
        """The requests for which a share is kept back that comes now: it was on its way when they restricted something. Raises
        NotBelieved for what this service did not write."""
        query = select(RestrictedRow).where(col(RestrictedRow.number) == content.number)
        found = (await session.scalars(query)).all()
        if not all([await vouched_for(self.platform.mac, one) for one in found]):
            raise NotBelieved
        return [one.request for one in found if one.restricted and is_about(content, one)]


def is_about(content: ShareContent, row: RestrictedRow) -> bool:
    """Whether a share has something of what is restricted. What goes at once, for a danger to somebody's life or safety, goes."""
    if content.urgent:
        return False
    items = {one.item for one in content.items}
    persons = {*content.subjects, *(one.about for one in content.items)}
    return not items.isdisjoint(row.items) or (row.whole and row.subject in persons)
