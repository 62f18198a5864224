"""Designations go so many years after their end (art. 7 lid 2), from the first statement on.

Statements are numbered and one that is gone is missed, so they go as a closed beginning: up to a statement that, as all before it,
has had its term. A new statement says up to which, and from then on nobody misses them; oversight lets its copies go when it
finds the same (services/oversight/use_cases/forget.py). Who puts one back is seen: it is believed no more, and goes again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.access import store
from services.access.register import Registering
from services.access.statements import Register
from shared import audit
from shared.contracts.access import CALENDAR, designation_kept, over_at
from shared.laws import has_had_its_term
from shared.periodic import Periodic
from shared.service.platform import Platform

_LOOK_SECONDS = 3600.0
DESIGNATIONS_FORGOTTEN, DESIGNATIONS_FORGOTTEN_AGAIN = "designations forgotten", "designations forgotten again"


class DesignationForgetting:
    def __init__(self, platform: Platform, registering: Registering) -> None:
        self.platform = platform
        self._registering = registering
        self.forgetting = Periodic(
            "forgetting designations",
            self.forget,
            platform.clock,
            every=_LOOK_SECONDS,
            remedy="ended designations stay after their term: see whether oversight is up, and the log of access",
        )

    async def forget(self) -> int:
        """Let go what has had its term, and what of that was put back; returns how many. Raises PartDown while oversight has not
        confirmed what is here."""
        now = self.platform.clock.now()
        async with self.platform.database.transaction() as session:
            register = await self._registering.to_add(session)
            again = await self._delete(session, register.forgotten, DESIGNATIONS_FORGOTTEN_AGAIN)
            up_to = self.had_their_term(register, now)
            if up_to == register.forgotten:
                return again
            stated = await self._registering.statements.add(session, register, CALENDAR, forgotten=up_to)
            gone = await self._delete(session, up_to, DESIGNATIONS_FORGOTTEN)
        self._registering.statements.know(stated)
        return again + gone

    async def _delete(self, session: AsyncSession, up_to: int, action: str) -> int:
        gone = await store.forget(session, up_to) if up_to else 0
        if gone:
            session.add(audit.line(self.platform.clock.now(), action, actor=None, record=f"1-{up_to}", times=gone))
        return gone

    def had_their_term(self, register: Register, now: datetime) -> int:
        """Up to which statement all are over for so long; one that is missing may come back, and is waited for."""
        reached = register.forgotten
        for seq in range(reached + 1, register.seq):
            stated = register.stated.get(seq)
            if stated is None:
                break
            ended = register.ends_at(seq) if stated.given else over_at(stated)
            if ended is None or not has_had_its_term(self.platform.settings.laws, ended, now, designation_kept):
                break
            reached = seq
        return reached
