"""What of a dossier was granted on a request and waits to be carried out, for the work list: since when, and nothing else.

Of rows as they stand: for showing only. Who decides has it under the MAC of the head (`Loaded.facts`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from shared.clock import calendar_date
from shared.contracts.dossier import CodedDecision
from shared.engine.tables import DecisionRow, Dossier
from shared.protocol.carrying_out import CARRIED_OUT, OnRecord, to_carry_out
from shared.protocol.restricting import RESTRICTING

BEARS_ON_REQUESTS = (RESTRICTING, CARRIED_OUT)


def waits_since(dossier: Dossier, decisions: Iterable[DecisionRow]) -> date | None:
    """The day on which the oldest of what waits was said here or to an earlier holder; None where nothing waits."""
    before = [CodedDecision.model_validate(one) for one in dossier.earlier]
    own = sorted(decisions, key=lambda one: (one.version, one.taken_at))
    every: tuple[CodedDecision | DecisionRow, ...] = (*before, *own)
    known = [one for one in every if one.key in BEARS_ON_REQUESTS and one.status == "taken"]
    waiting = to_carry_out(OnRecord(one.key, one.outcome, tuple(one.about), one.version) for one in known)
    # Of each the last word: what was said before holds no more.
    said = {one.about[0]: one.taken_at for one in known if one.key == RESTRICTING}
    return min((calendar_date(said[one]) for one in waiting), default=None)
