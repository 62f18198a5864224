"""What the registers keep of what is gone, until it has had its term: who got something of a destroyed signal and where that was, and
copies of statements on designations that ended.

That a signal was destroyed, and when, is what retention noted in OpenBao (shared/tombstones.py): a row that somebody writes makes
nothing go. Of a statement what access signed says when it was over, whatever access says of it later.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import ValidationError

from services.oversight import forgotten, store
from shared import audit
from shared.contracts.access import STATEMENT_KIND, Stated, designation_kept, over_at
from shared.errors import CannotSucceed
from shared.keys.signing import NotSigned
from shared.laws import has_had_its_term
from shared.periodic import Periodic, all_of
from shared.protocol.municipality import Terms
from shared.service.platform import Platform
from shared.tombstones import BATCH_SIZE, NotedDestructions

_LOOK_SECONDS = 3600.0
REGISTER_FORGOTTEN, COPIES_FORGOTTEN = "register entries forgotten", "copies of designations forgotten"


def register_kept(terms: Terms) -> int:
    """For how many years after its destruction the registers know a signal."""
    return terms.register_kept_years


class RegisterForgetting:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self._laws = platform.settings.laws
        self._noted = NotedDestructions(platform.bao, platform.settings.tombstones)
        self.forgetting = Periodic(
            "forgetting registers",
            self.forget,
            platform.clock,
            every=_LOOK_SECONDS,
            remedy="what the registers keep of destroyed signals, or of ended designations, stays after its term: see the log of"
            " oversight",
        )

    async def forget(self) -> int:
        """Let go what has had its term; returns how many rows. Raises, when all was tried, what the first raised that failed."""
        return sum(await all_of((self._of_destroyed(), self._of_designations())))

    async def _of_destroyed(self) -> int:
        now = self.platform.clock.now()
        stones = await self._noted.all()
        over = sorted(one for one, at in stones.items() if has_had_its_term(self._laws, at, now, register_kept))
        async with self.platform.database.reading() as session:
            known = await forgotten.still_known(session, over)
        gone = 0
        for first in range(0, len(known), BATCH_SIZE):
            async with self.platform.database.transaction() as session:
                rows = await forgotten.forget_destroyed(session, known[first : first + BATCH_SIZE])
                if rows:
                    # How many, and not of which: the line outlives them.
                    session.add(audit.line(now, REGISTER_FORGOTTEN, actor=None, times=rows))
            gone += rows
        return gone

    async def _of_designations(self) -> int:
        """Copies of what access says is gone, as far as what they say themselves is over for so long. Raises CannotSucceed for one
        that is not: access says more than it may, or somebody else does."""
        now = self.platform.clock.now()
        async with self.platform.database.reading() as session:
            newest = await forgotten.newest_kept(session)
            said = await self._believed(newest)
            kept = await forgotten.statements_up_to(session, said.forgotten) if said and said.forgotten else []
        if not kept:
            return 0
        ended = await self._over(kept)
        early = [seq for seq, at in ended.items() if not has_had_its_term(self._laws, at, now, designation_kept)]
        up_to = min(early, default=kept[-1].seq + 1) - 1
        async with self.platform.database.transaction() as session:
            rows = await forgotten.forget_statements(session, up_to)
            if rows:
                line = audit.line(now, COPIES_FORGOTTEN, actor=None, record=f"{kept[0].seq}-{up_to}", times=rows)
                session.add(line)
        if early:
            raise CannotSucceed(f"access lets statement {early[0]} go on designations, which has not had its term")
        return rows

    async def _over(self, kept: Sequence[store.KeptStatement]) -> dict[int, datetime]:
        """By number when each was over: by itself, or by one of these that ended it. What nobody signed is over when it came."""
        stated = {row.seq: await self._believed(row) for row in kept}
        ends = {one.ends: one.at for one in stated.values() if one and one.ends is not None}
        return {
            row.seq: min(over_at(one), ends.get(row.seq, over_at(one))) if (one := stated[row.seq]) else row.stated_at
            for row in kept
        }

    async def _believed(self, row: store.KeptStatement | None) -> Stated | None:
        if row is None:
            return None
        try:
            claims = await self.platform.verifier.verify(row.statement, kind=STATEMENT_KIND, service="access")
            found = Stated.model_validate(claims)
        except (NotSigned, ValidationError):
            return None
        return found if found.seq == row.seq else None
