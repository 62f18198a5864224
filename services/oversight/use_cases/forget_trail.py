"""The audit trail goes at its term, from its first line on: a closed beginning, behind which chain and tree go on (R-8.5).

Up to which line is judged message by message, as its producer signed it: every line has had its term, and none is about something
that is still there. It is cut where a witness noted the root, so that what is left is proven by his notes as the whole was, and
no further than the chain was found whole. A chain of which something is wrong stays as it is, for who looks into it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import text

from services.oversight import trail
from services.oversight.cut import reached_by, tree_behind
from services.oversight.follow import Reached, Walk
from services.oversight.trail import AuditCut, Line
from services.oversight.use_cases.chains import Chains
from shared import audit
from shared.engine.head import vouch_for, vouched_for
from shared.errors import CannotSucceed
from shared.laws import has_had_its_term
from shared.periodic import Periodic, all_of
from shared.privileges import SERVICES
from shared.protocol.municipality import Terms
from shared.service.platform import Platform
from shared.witness import Noted

_LOOK_SECONDS = 3600.0
_PAGE = 2000
MOST_LINES_CUT = 20_000
"""Lines in one transaction, or up to the first note of the witness behind as many."""
_SHORTEST = timedelta(days=366)
"""The database deletes nothing that is younger, by the clock of the machine (the migration)."""
TRAIL_FORGOTTEN = "audit lines forgotten"


def trail_kept(terms: Terms) -> int:
    """For how many years a line stays."""
    return terms.trail_kept_years


class TrailForgetting:
    def __init__(self, platform: Platform, chains: Chains, at_once: int = MOST_LINES_CUT) -> None:
        self.platform = platform
        self._chains = chains
        self._at_once = at_once
        self.forgetting = Periodic(
            "forgetting trail",
            self.forget,
            platform.clock,
            every=_LOOK_SECONDS,
            remedy="lines of the audit trail stay after their term: see whether its chains are whole, whether the folder of the"
            " witness can be read, and the log of oversight",
        )

    async def forget(self) -> int:
        """Cut each chain as far as it goes; returns how many lines went. Raises, when all were tried, what the first raised."""
        return sum(await all_of(self._forget(service.name) for service in SERVICES))

    async def _forget(self, producer: str) -> int:
        before = await self._chains.cut(producer)
        found = await self._found(producer, before)
        if found is None:
            return 0
        await vouch_for(self.platform.mac, found)
        async with self.platform.database.transaction() as session:
            await session.execute(text("SELECT pg_advisory_xact_lock(4716)"))
            now = await session.get(AuditCut, producer)
            if (now.seq if now else 0) != (before.seq if before else 0):
                # Another process was first.
                return 0
            gone = await trail.forget(session, found)
            if gone != found.seq - (before.seq if before else 0):
                raise CannotSucceed(f"not all lines of {producer} up to {found.seq} can go")
            line = audit.line(
                found.made_at, TRAIL_FORGOTTEN, actor=None, record=producer, reason=found.through, times=gone
            )
            session.add(line)
        return gone

    async def _found(self, producer: str, before: AuditCut | None) -> AuditCut | None:
        """How far it can be cut; None where it cannot. Raises PartDown for a witness that is not there."""
        if producer in self._chains.wrong:
            return None
        roots, checked = await self._chains.noted(producer), await self._chains.checked(producer)
        now, first = self.platform.clock.now(), reached_by(before)
        tree = tree_behind(before, Noted(roots or {}))
        walk, found, through = Walk(first, Reached(), 0, tree), None, before.through if before else ""
        while True:
            async with self.platform.database.reading() as session:
                batches, lines = await trail.page_of_chain(session, producer, walk.at.seq, _PAGE)
                records = {one.record for one in lines if one.record}
                there = await trail.still_there(session, records) if records else set()
            if not batches:
                return found
            for batch in batches:
                mine = [one for one in lines if batch.first <= (one.seq or 0) <= batch.last]
                over = self._are_over(mine, now)
                if batch.last > checked.seq or over is False or there & {one.record for one in mine}:
                    return found
                if not await vouched_for(self.platform.mac, batch) or walk.follow([batch], mine):
                    # The daily walk says what it is.
                    return found
                through = max((said for one in mine if (said := _said(one))), default=through)
                # A message that says no moment goes with the next that has had its term.
                if over and (roots is None or walk.at.seq in roots):
                    found = self._cut(producer, walk, through, now)
                    if found.seq - first.seq >= self._at_once:
                        return found

    def _are_over(self, lines: Sequence[Line], now: datetime) -> bool | None:
        """Whether all have had their term; None where none says when it was. A line that says no moment is of its neighbours'."""
        moments = [at for one in lines if (at := _moment(one)) is not None]
        young = self.platform.machine.now() - _SHORTEST
        laws = self.platform.settings.laws
        over = all(at < young and has_had_its_term(laws, at, now, trail_kept) for at in moments)
        return over if moments else None

    def _cut(self, producer: str, walk: Walk, through: str, now: datetime) -> AuditCut:
        whole = [one.hex() for one in walk.tree.whole] if walk.tree else []
        return AuditCut(
            producer=producer, seq=walk.at.seq, head=walk.at.head, whole=whole, through=through, made_at=now
        )


def _said(line: Line) -> str | None:
    return str(line.entry["at"]) if _moment(line) else None


def _moment(line: Line) -> datetime | None:
    """When it says that it was; None where it says nothing that is a moment."""
    with suppress(KeyError, TypeError, ValueError):
        found = datetime.fromisoformat(line.entry["at"])
        return found if found.tzinfo else None
    return None
