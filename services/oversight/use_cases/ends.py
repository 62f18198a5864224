"""Whether a signal may stand on a destruction list: by the decisions that oversight has itself.

The list and its dates come from retention, and out of its rows. Neither is believed alone: the term runs from the decision
that ended the signal (art. 9 lid 1), and that was told to oversight by who held it then.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.oversight import store
from services.oversight.domain import HANDING_OVER, KEEPER
from services.oversight.store import DecidedRow
from shared.clock import calendar_date
from shared.contracts.retention import ListedSignal
from shared.engine.common import ASKED
from shared.engine.head import vouched_for
from shared.engine.loaded import WITHDRAWAL
from shared.errors import CannotSucceed, PartDown
from shared.laws import known_law
from shared.protocol.model import PHASE_OF, State
from shared.protocol.terms import CASE, kept_until
from shared.service.platform import Platform

UNKNOWN = "oversight knows no decision that ended this signal, or not that retention has it"
EARLY = "by the decisions that oversight has, its term has not run out"
_NOT_OF_THE_SIGNAL = ("", State.SEALED, State.LISTED)
"""Of a decision on a duty to inform, and of a hold."""
ALTERED = "a decision that oversight keeps is not as it wrote it"


class Ends:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def check(self, session: AsyncSession, signal: ListedSignal) -> None:
        """Raises PartDown for a signal that is not known as ended (what says so may still come), CannotSucceed for one
        whose term has not run out."""
        here = await session.get(store.Whereabout, signal.number)
        rows = await store.all_decided(session, signal.number)
        if not all([await vouched_for(self.platform.mac, row) for row in rows]):
            raise CannotSucceed(ALTERED)
        taken = _taken(rows)
        if here is None or here.holder != KEEPER or not taken:
            raise PartDown(UNKNOWN)
        if signal.ends_on < self._kept_until(taken):
            raise CannotSucceed(EARLY)

    def _kept_until(self, taken: Sequence[DecidedRow]) -> date:
        """By the decision that ended it; for a case by the last that was taken on it, however it says it ended."""
        last = taken[-1]
        law = known_law(self.platform.settings.laws, last.facts["protocol"])
        since = calendar_date(last.taken_at)
        if any(one.facts["state"] == State.CLOSED for one in taken):
            return kept_until(law.terms, CASE, since)
        rule = law.decision(last.facts["key"])
        ends = rule is not None and any(one.ends for one in rule.outcomes if one.key == last.facts["outcome"])
        if rule is None or not ends or last.facts["state"] != HANDING_OVER:
            raise PartDown(UNKNOWN)
        return min(kept_until(law.terms, PHASE_OF[state], since) for state in rule.states)


def _taken(rows: Sequence[DecidedRow]) -> list[DecidedRow]:
    """What was decided on the signal while it was active and stands, in its order."""
    found: list[DecidedRow] = []
    for row in rows:
        if row.facts["key"] == WITHDRAWAL:
            if found and row.facts["outcome"] == f"{found[-1].facts['key']}:{found[-1].facts['outcome']}":
                found.pop()
        elif row.facts["state"] not in _NOT_OF_THE_SIGNAL and not row.facts["key"].endswith(ASKED):
            found.append(row)
    return found
