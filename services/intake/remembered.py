"""By what a report that is sent again is known: keyed hashes, which go at their term when the signal is gone.

As long as the signal is there they carry its number, and stay. When it is destroyed the number goes from them
(`store.delete_rows`); from then on they say nothing but that these bytes came here once.
"""

from __future__ import annotations

from services.intake import store
from shared import audit
from shared.laws import has_had_its_term, shortest_term
from shared.periodic import Periodic
from shared.protocol.municipality import Terms
from shared.service.platform import Platform

_LOOK_SECONDS = 3600.0
_AT_ONCE = 1000
REPORTS_FORGOTTEN = "accepted reports forgotten"


def _years(terms: Terms) -> int:
    return terms.report_known_years


class RememberedReports:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.forgetting = Periodic(
            "forgetting reports",
            self.forget,
            platform.clock,
            every=_LOOK_SECONDS,
            remedy="by what a report is known that is sent again stays after its term: see the log of intake",
        )

    async def forget(self) -> int:
        """Let go what has had its term; returns how many. Raises PartDown."""
        now, laws = self.platform.clock.now(), self.platform.settings.laws
        before, after, gone = now - shortest_term(laws, _years), store.OLDEST, 0
        while True:
            async with self.platform.database.reading() as session:
                found = await store.without_signal(session, before, after, _AT_ONCE)
            over = [row.key_hash for row in found if has_had_its_term(laws, row.accepted_at, now, _years)]
            if over:
                async with self.platform.database.transaction() as session:
                    gone += len(forgotten := await store.forget(session, over))
                    if forgotten:
                        # How many, and not which: what says so outlives them.
                        session.add(audit.line(now, REPORTS_FORGOTTEN, actor=None, times=len(forgotten)))
            if len(found) < _AT_ONCE:
                return gone
            after = (found[-1].accepted_at, found[-1].key_hash)
