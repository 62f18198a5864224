"""Keeping every statement on a designation, so that access's own database cannot be taken back unnoticed."""

from __future__ import annotations

from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from services.oversight import store
from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.contracts.access import MOST_STATEMENTS, STATEMENT_KIND, DesignationsAsked, DesignationStated, Stated
from shared.contracts.oversight import DesignationsKept
from shared.errors import CannotSucceed
from shared.service.platform import Platform


class DesignationKeeping:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._tells: dict[int, UUID] = {}
        """Which message tells that access lacked what came after a number; none, when it lacks nothing any more."""

    async def stated(self, incoming: Incoming, message: DesignationStated) -> Handled:
        """A statement; another one under a number that is taken is parked, and so shows."""
        claims = await self.platform.verifier.verify(message.statement, kind=STATEMENT_KIND, service="access")
        try:
            stated = Stated.model_validate(claims)
        except ValidationError as problem:
            raise CannotSucceed("this is no statement on a designation") from problem
        if stated.seq != message.seq:
            raise CannotSucceed("a statement under another number than its own")

        async def effect(session: AsyncSession) -> None:
            known = await session.get(store.KeptStatement, stated.seq)
            if known is None:
                session.add(store.KeptStatement(seq=stated.seq, statement=message.statement, stated_at=stated.at))
            elif known.statement != message.statement:
                raise CannotSucceed("access stated something else under this number before")

        return Handled(effect)

    async def asked(self, incoming: Incoming, message: DesignationsAsked) -> Handled:
        """What access lacks of what it once stated goes back to it; that it lacked its newest is told to who watches."""
        async with self.platform.database.reading() as session:
            newest = await store.newest_statement(session)
            found = await store.statements_beyond(session, message.seq, message.missing, MOST_STATEMENTS)
        # One may have come between the two.
        newest = max([newest, *(one.seq for one in found)])
        answer = DesignationsKept(
            asked_at=message.asked_at, seq=newest, statements=tuple(one.statement for one in found)
        )
        await self.platform.bus.publish(self.platform.post.envelope("access", answer))
        # What was stated while it was asking, access need not have known.
        taken_back = any(one.seq > message.seq and one.stated_at < message.asked_at for one in found)
        if not taken_back:
            self._tells.clear()
        # It asks until it is answered; the first one that finds it so tells, however often that is tried.
        tells = taken_back and self._tells.setdefault(message.seq, incoming.id) == incoming.id

        async def effect(session: AsyncSession) -> None:
            if tells:
                line = audit.line(
                    self.platform.clock.now(),
                    "designations not believed",
                    actor=None,
                    record=f"{message.seq}-{newest}",
                    result="not-believed",
                    reason="taken-back",
                )
                session.add(line)

        return Handled(effect)
