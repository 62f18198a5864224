"""Until when a signal is kept, and which keys are its own, as oversight works it out from the decisions that it heard.

Retention says what it lists; what it says is compared with this, so that neither a row there nor retention itself brings a
destruction forward or has the key of another signal destroyed with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.oversight.store import DecidedRow
from shared.clock import calendar_date
from shared.contracts.common import KeyRef
from shared.contracts.retention import ListedSignal
from shared.engine.head import vouched_for
from shared.errors import CannotSucceed, NotBelieved, PartDown
from shared.keys.mac import Mac
from shared.keys.transit import key_name, moved_by
from shared.laws import known_law
from shared.privileges import BY_NAME
from shared.protocol.laws import Laws
from shared.protocol.states import PHASES
from shared.protocol.terms import CASE, is_due, kept_until

UNKNOWN = "oversight has not heard of the decision that ended a signal of this list"


@dataclass(frozen=True)
class Ending:
    """How a signal ended: `made_for` gives its archive keys their names; `ends_on` is the last day on which it is kept."""

    phase: int
    made_for: UUID
    ends_on: date

    def has(self, key: KeyRef) -> bool:
        """Whether this is a key that the holder of that phase made when it sealed the signal."""
        archives = BY_NAME[PHASES[self.phase].holder].seals_archives
        return key.mount in archives and key.key == key_name(self.made_for, key.mount)


async def endings_of(laws: Laws, mac: Mac, rows: Sequence[DecidedRow]) -> list[Ending]:
    """By the decisions on one signal; none while none of them ended it, and more than one when a service said so that did
    not hold it: which one counts, retention knows. Raises NotBelieved for rows that oversight did not write so,
    CannotSucceed for a version of the protocol that is not known here, and PartDown."""
    ended = [one for one in rows if one.facts.get("ended_in") is not None]
    if not all([await vouched_for(mac, one) for one in ended]):
        raise NotBelieved
    return [_ending(laws, one.facts) for one in ended]


def _ending(laws: Laws, facts: Mapping[str, Any]) -> Ending:
    phase, decision = int(facts["ended_in"]), UUID(facts["decision"])
    since = calendar_date(datetime.fromisoformat(facts["taken_at"]))
    terms = known_law(laws, facts["protocol"]).terms
    return Ending(phase, moved_by(decision) if phase == CASE else decision, kept_until(terms, phase, since))


def check_listed(one: ListedSignal, listed_on: date, endings: Sequence[Ending]) -> None:
    """Raises PartDown while oversight knows of no ending of this signal, and CannotSucceed when the list says another end
    date, lists it before that, or names a key that is not one of its own."""
    if not endings:
        raise PartDown(UNKNOWN)
    mine = [ending for ending in endings if ending.ends_on == one.ends_on and is_due(one.ends_on, listed_on)]
    if not mine:
        raise CannotSucceed("a list with another end date than the decisions give")
    # None of its own goes when a hold keeps an item under each.
    if not any(all(ending.has(key) for key in one.archive_keys) for ending in mine):
        raise CannotSucceed("a list with keys that are not of the signal")
