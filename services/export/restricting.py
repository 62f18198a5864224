"""What waits for its receiver is kept back while somebody in it is restricted, or an item of it (art. 18 lid 2 AVG; R-10.3)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.export import store
from services.export.rows import KEPT_BACK, Rows
from services.export.store import RestrictedRow, Share
from shared.bus.inbox import Handled, Incoming
from shared.contracts.acts import Restricted
from shared.contracts.export import ShareContent
from shared.engine.head import changed, vouch_for, vouched_for
from shared.engine.hear import one_at_a_time
from shared.errors import CannotSucceed, Conflict, NotBelieved, PartDown


class KeepingBack:
    """As rights says it. Which shares are about whom stands in these, under the keys of this room."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.platform = rows.platform

    async def heard(self, incoming: Incoming, message: Restricted) -> Handled:
        """From now on it is kept back, or no more. Raises CannotSucceed for who keeps no register of requests."""
        if incoming.producer != "rights":
            raise CannotSucceed("only who keeps the register of requests says what is restricted")
        row = RestrictedRow(
            **message.model_dump(include=set(RestrictedRow.model_fields)) | {"items": list(message.items)}
        )
        await vouch_for(self.platform.mac, row)
        looked = await self._looked_in(row)

        async def effect(session: AsyncSession) -> None:
            # A share that comes waits for this, and this for that.
            await one_at_a_time(session, message.number)
            before = await session.get(RestrictedRow, (message.number, message.request), with_for_update=True)
            # What somebody wrote there does not stand in the way of what is said.
            if before and before.at >= message.at and await vouched_for(self.platform.mac, before):
                return
            await session.merge(changed(row))
            for one in await store.open_of(session, message.number):
                if not await vouched_for(self.platform.mac, one):
                    # It is read by nobody, and does not stand in the way of the others.
                    continue
                if row.restricted and one.id not in looked:
                    raise PartDown("a share came while its signal was looked through: once more")
                await self._marked(session, one, message.request, is_about_it=looked.get(one.id, False))

        return Handled(effect)

    async def _looked_in(self, row: RestrictedRow) -> dict[UUID, bool]:
        """Of each share that can be read still, whether it has something of what is restricted; empty where nothing is any more."""
        if not row.restricted:
            return {}
        async with self.platform.database.reading() as session:
            query = select(Share).where(col(Share.number) == row.number, store.open_ones())
            shares = (await session.scalars(query)).all()
        found = {}
        for one in shares:
            if await vouched_for(self.platform.mac, one):
                try:
                    found[one.id] = is_about(await self.rows.opened(one), row)
                except CannotSucceed:
                    # Its key is gone, and its row about to end: nobody reads it.
                    found[one.id] = False
        return found

    async def _marked(self, session: AsyncSession, share: Share, request: str, *, is_about_it: bool) -> None:
        others = [one for one in share.restricted or [] if one != request]
        after = [*others, request] if is_about_it else others
        if after == (share.restricted or []):
            return
        await self.rows.become(session, share, restricted=after)
        session.add(self.rows.line("share kept back" if after else "share kept back no more", share))

    async def comes(self, session: AsyncSession, content: ShareContent) -> list[str]:
        """The requests for which a share is kept back that comes now: it was on its way when they restricted something. Raises
        NotBelieved for what this service did not write."""
        await one_at_a_time(session, content.number)
        return await self._said_of(session, content)

    async def goes_out(self, session: AsyncSession, share: Share, content: ShareContent) -> None:
        """Raises Conflict while something of it is restricted, by its row or by what rights said last: a row from before it was
        kept back that somebody puts back opens nothing. Raises NotBelieved."""
        self.rows.goes_out(share)
        if await self._said_of(session, content):
            raise Conflict(KEPT_BACK, code="restricted")

    async def _said_of(self, session: AsyncSession, content: ShareContent) -> list[str]:
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
