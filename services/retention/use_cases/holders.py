"""Who holds a signal: retention seals, and counts the years of, only what its holder says, and knows him by hand-overs."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.retention.tables import Holder
from shared.bus.inbox import Incoming
from shared.contracts.common import KeysMade
from shared.database.tables import Tombstone
from shared.engine.head import vouch_for, vouched_for
from shared.errors import CannotSucceed, NotBelieved, PartDown
from shared.keys.handed import FIRST, check_handed_over
from shared.privileges import BY_NAME
from shared.service.platform import Platform

WAY = ("assessment", "sources", "casework")
"""By whom a signal is held, one after the other."""


class Holders:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def after(self, incoming: Incoming, message: KeysMade) -> Holder | None:
        """The row of who holds it from now on; None when these keys say nothing of that. Raises PartDown while the holder
        before has not said that it came to him, NotSigned when he did not hand it over, and NotBelieved."""
        begins = incoming.producer == FIRST and any(one.mount == BY_NAME[FIRST].room for one in message.keys)
        if message.handed_over is None and not begins:
            return None
        async with self.platform.database.reading() as session:
            if await session.get(Tombstone, message.number):
                return None
            known = await self._known(session, message.number)
        if message.handed_over is not None:
            if known is None:
                raise PartDown("the holder before has not said yet that this signal came to him")
            await check_handed_over(
                self.platform.verifier, message.handed_over, message.number, by=known.holder, to=incoming.producer
            )
        elif known is not None:
            raise CannotSucceed("this signal has come in before")
        return await self._row(message.number, incoming.producer, known)

    async def sealed(self, number: str, by: str) -> Holder:
        """The row of a signal that `by` sealed; raises as `check`."""
        known = await self.check(number, by)
        return await self._row(number, "retention", known)

    async def check(self, number: str, by: str) -> Holder:
        """The row of who holds it, when that is `by`. Raises PartDown while nobody is known to hold the signal, CannotSucceed when
        it is another than `by`, and NotBelieved."""
        async with self.platform.database.reading() as session:
            known = await self._known(session, number)
        if known is None:
            raise PartDown("it is not known yet who holds this signal")
        if known.holder != by:
            raise CannotSucceed("a service that does not hold this signal")
        return known

    async def is_late(self, number: str, by: str) -> bool:
        """Whether `by` held the signal and handed it over since, or it was destroyed: what it told of it has had its time. Who sealed
        it is believed after that too, for what is on its way. Else as `check_asker`, whose errors it raises: that it came to
        him may be heard after what he tells."""
        async with self.platform.database.reading() as session:
            if await session.get(Tombstone, number):
                return True
            known = await self._known(session, number)
        if known is not None and known.holder == self.platform.name and known.before[-1:] == [by]:
            return False
        if known is not None and known.holder != by and by in known.before:
            return True
        await self.check_asker(number, by)
        return False

    async def check_asker(self, number: str, by: str) -> None:
        """As `check`, for who asks something for a signal that he holds: that it came to him may be heard after what he
        asks, so PartDown too while a service before him holds it."""
        async with self.platform.database.reading() as session:
            known = await self._known(session, number)
        if known is None or (by in WAY and known.holder in WAY[: WAY.index(by)]):
            raise PartDown("it is not known yet that this signal came to who asks")
        if known.holder != by:
            raise CannotSucceed("a service that does not hold this signal")

    async def _known(self, session: AsyncSession, number: str) -> Holder | None:
        found = await session.get(Holder, number)
        if found is not None and not await vouched_for(self.platform.mac, found):
            raise NotBelieved
        return found

    async def _row(self, number: str, holder: str, known: Holder | None) -> Holder:
        before = [*(one for one in known.before if one != known.holder), known.holder] if known else []
        return await vouch_for(self.platform.mac, Holder(number=number, holder=holder, before=before))
