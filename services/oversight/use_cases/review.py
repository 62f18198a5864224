"""The monthly list of access for the FG and the beheerder (R-7.7): who saw which record, how often and when, and what of it somebody
may want to look at. Facts for review; nothing is judged, ranked or scored."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import String, literal_column, select
from sqlmodel import col

from services.oversight.patterns import WORKS_WITHIN, AccessSeen, TrailLine, accesses
from services.oversight.trail import AuditLine
from services.oversight.use_cases.chains import Chains
from shared import audit
from shared.clock import AMSTERDAM, calendar_date
from shared.identity import Person
from shared.protocol.designations import BEHEERDER, FG

LINES_AT_ONCE = 1000


class AccessReview:
    def __init__(self, chains: Chains) -> None:
        self.platform = chains.platform
        self._chains = chains
        self._one_at_a_time = asyncio.Lock()

    async def month(self, person: Person, month: str, actor: str | None) -> dict[str, Any]:
        """Who saw what in `month` (`2026-11`, on the clock in Amsterdam): per person, and of `actor` per record. Raises
        Forbidden. `notWhole`: the services whose trail does not agree with what they signed, so that what stands here is not all."""
        role = person.role_among({FG, BEHEERDER})
        first = date.fromisoformat(f"{month}-01")
        after = (first + timedelta(days=31)).replace(day=1)
        async with self._one_at_a_time:
            lines = await self._lines(first - WORKS_WITHIN, after + timedelta(days=2))
        now = self.platform.clock.now()
        found = await asyncio.to_thread(accesses, lines, first, after, calendar_date(now))
        async with self.platform.database.transaction() as session:
            session.add(audit.line(now, "access list read", actor=person.user_id, role=role))
        shown: dict[str, Any] = {"month": month, "notWhole": sorted(self._chains.wrong)}
        if actor is None:
            return shown | {"people": [_shown(one) for one in found]}
        mine = next((one for one in found if one.actor == actor), None)
        seen = sorted(mine.seen.items()) if mine else []
        return shown | {
            "people": [_shown(mine)] if mine else [],
            "records": [
                {
                    "record": record,
                    "looks": len(looks),
                    "first": min(looks).isoformat(),
                    "last": max(looks).isoformat(),
                    "withoutWork": record in mine.without_work if mine else False,
                }
                for record, looks in seen
            ],
        }

    async def _lines(self, since: date, until: date) -> list[TrailLine]:
        """Everything of these days; what says no moment is none of them."""
        begins, ends = (datetime.combine(one, time(), AMSTERDAM).astimezone(UTC).isoformat() for one in (since, until))
        # As its index says it.
        at = literal_column("(entry ->> 'at')", String)
        columns = (col(AuditLine.producer), col(AuditLine.seq), col(AuditLine.entry))
        query = select(*columns).where(at >= begins, at < ends, col(AuditLine.actor).is_not(None))
        found: list[TrailLine] = []
        # A cursor asks for a transaction.
        async with self.platform.database.transaction() as session:
            rows = await session.stream(query.execution_options(yield_per=LINES_AT_ONCE))
            async for some in rows.partitions(LINES_AT_ONCE):
                found += [one for one in (TrailLine(*row) for row in some) if one.has_a_moment]
        return found


def _shown(one: AccessSeen) -> dict[str, Any]:
    return {
        "actor": one.actor,
        "looks": one.looks,
        "records": len(one.seen),
        "outsideHours": one.outside,
        "mostInAnHour": one.most_in_an_hour,
        "withoutWork": len(one.without_work),
    }
