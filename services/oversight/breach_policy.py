"""The policy of the breach register: what is decided on an entry (art. 8; art. 33 and 34 AVG). Nothing leaves oversight by it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.oversight.breaches import BreachRow
from shared.clock import calendar_date
from shared.engine.given import Given
from shared.engine.loaded import Loaded
from shared.engine.policy import Policy
from shared.protocol.breaches import (
    BREACH_AUTHORITY,
    BREACH_CLOSE,
    BREACH_FACTS,
    BREACH_KEYS,
    BREACH_PERSONS,
    BREACH_PROPOSAL,
    WHO_BEGINS,
    BreachEntry,
    clock_of_breach,
    deadline,
    faults_in,
    in_register_until,
)
from shared.protocol.faults import Fault
from shared.protocol.model import Law, State

STATES = (State.INCIDENT_PROPOSED, State.INCIDENT_OPEN, State.INCIDENT_NONE, State.INCIDENT_CLOSED)


class BreachPolicy(Policy):
    opening = "breach entry opened"
    records = False
    # The words stay here, under a key of the entry's own; who watches, watches here.
    tells = False
    tells_closing = None
    over = (State.INCIDENT_NONE, State.INCIDENT_CLOSED)
    decides = BREACH_KEYS

    def roles(self, law: Law) -> frozenset[str]:
        return frozenset(role for rule in law.decisions if rule.key in BREACH_KEYS for role in rule.who.roles)

    def readers(self, law: Law) -> frozenset[str]:
        return self.roles(law) | frozenset(WHO_BEGINS)

    def is_here(self, state: State, service: str) -> bool:
        return state in STATES

    def show(self, loaded: Loaded) -> dict[str, Any]:
        return headed(loaded)

    def faults(self, loaded: Loaded, given: Given) -> Sequence[Fault]:
        attempt, now = given.attempt, loaded.now
        if attempt.key not in BREACH_KEYS or now is None:
            return ()
        return faults_in(entry_of(loaded), attempt.key, attempt.outcome, attempt.fields, now)


def entry_of(loaded: Loaded) -> BreachEntry:
    """What was decided so far, the last of each; without its room, which decisions there are and no fields."""
    last = {one.key: (one.outcome, loaded.fields_of(one)) for one in loaded.taken}
    described = last.get(BREACH_FACTS)
    return BreachEntry(
        loaded.mine(BreachRow).discovered_at,
        described[1] if described else None,
        last.get(BREACH_AUTHORITY),
        last.get(BREACH_PERSONS),
    )


def kept_until(loaded: Loaded) -> date | None:
    """The last day of an entry in the register, by the law under which it began; None while it is open."""
    over = [one for one in loaded.taken if one.key in (BREACH_PROPOSAL, BREACH_CLOSE)]
    return in_register_until(loaded.law.terms, loaded.state, calendar_date(over[-1].taken_at) if over else None)


def headed(loaded: Loaded) -> dict[str, Any]:
    """What is shown of an entry without its words: what it came of, in codes, and its clock."""
    row = loaded.mine(BreachRow)
    found: dict[str, Any] = {
        "kind": row.kind,
        "restsOn": row.facts,
        "begunBy": row.begun_by,
        "discoveredAt": row.discovered_at.isoformat(),
        "deadline": None,
        "clock": None,
        "keptUntil": until.isoformat() if (until := kept_until(loaded)) else None,
    }
    if loaded.state == State.INCIDENT_OPEN and loaded.now is not None:
        found |= {
            "deadline": deadline(row.discovered_at).isoformat(),
            "clock": clock_of_breach(entry_of(loaded), loaded.now),
        }
    return found
