"""Counting: figures over time for who watches, out of decisions that oversight believes (art. 1 onder e, art. 9 lid 3)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, time
from typing import Any

from services.oversight import store
from services.oversight.figures import Fact, fact_of, figures, first_day
from services.oversight.use_cases.show import TRAIL_READ_BY
from shared import audit
from shared.clock import calendar_date
from shared.engine.head import vouched_for
from shared.identity import Person
from shared.pages import Window
from shared.protocol.counting import Tabulated
from shared.service.platform import Platform

ROWS_AT_ONCE = 500


class Counting:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._one_at_a_time = asyncio.Lock()

    async def show(self, person: Person) -> dict[str, Any]:
        """Tables of counts without any that is too small to tell. Raises Forbidden.

        The present quarter grows while it goes on, so that who asks twice learns what came between: it is told to nobody who does not
        read the same decisions in the audit trail, one by one (docs/decisions/0049-counts-that-give-nobody-away.md).
        """
        role = person.role_among(TRAIL_READ_BY)
        now = self.platform.clock.now()
        today, smallest = calendar_date(now), self.platform.settings.laws.configured.choices.smallest_count
        since = datetime.combine(first_day(today), time(), UTC)
        async with self._one_at_a_time:
            facts, doubtful = await self._facts(since)
        async with self.platform.database.transaction() as session:
            destroyed = await store.destroyed_since(session, since)
            session.add(audit.line(now, "figures read", actor=person.user_id, role=role, record=None))
        found = figures(facts, destroyed, today, smallest)
        return {"smallest": smallest, "notBelieved": doubtful} | {name: _shown(one) for name, one in found.items()}

    async def _facts(self, since: datetime) -> tuple[list[Fact], int]:
        """What was decided since then; what oversight did not write so is counted apart, and in no figure."""
        facts: list[Fact] = []
        doubtful = 0
        cursor: str | None = None
        while True:
            async with self.platform.database.reading() as session:
                page = await store.decided_since(session, since, Window(cursor, ROWS_AT_ONCE))
            for row in page.rows:
                if await vouched_for(self.platform.mac, row):
                    facts.append(fact_of(self.platform.settings.laws, row.facts))
                else:
                    doubtful += 1
            cursor = page.next
            if cursor is None:
                return facts, doubtful


def _shown(one: Tabulated) -> dict[str, Any]:
    return {
        "rows": one.rows,
        "columns": one.columns,
        "cells": one.cells,
        "rowTotals": one.row_totals,
        "columnTotals": one.column_totals,
        "total": one.total,
    }
