"""Oversight's policy: the beheerder decides on destruction lists (R-9.14)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.oversight.effects import Approves
from services.oversight.shelf import Waiting
from shared.engine.effects import Effect
from shared.engine.given import Given
from shared.engine.loaded import Loaded
from shared.engine.policy import Policy
from shared.engine.tables import DecisionRow
from shared.protocol.model import Law, Outcome, State

APPROVE = "approve-destruction"


class OversightPolicy(Policy):
    opening = "destruction list read"
    # Supervision is here: the words stay, under a key of the list, which outlives its signals.
    tells = False
    # A list takes several approvals, each for some of its signals, and each has its own time.
    side_by_side = True

    def roles(self, law: Law) -> frozenset[str]:
        rule = law.decision(APPROVE)
        return frozenset(rule.who.roles) if rule else frozenset()

    def readers(self, law: Law) -> frozenset[str]:
        return self.roles(law) | self.watchers(law)

    def is_here(self, state: State, service: str) -> bool:
        return state == State.LISTED

    def show(self, loaded: Loaded) -> dict[str, Any]:
        return {"waiting": list(loaded.mine(Waiting).numbers)}

    def leads_to(self, loaded: Loaded, given: Given, outcome: Outcome) -> State:
        """What is not named stays listed, and so does the list."""
        waiting = set(loaded.mine(Waiting).numbers)
        return State.APPROVED if waiting <= set(given.attempt.about or waiting) else State.LISTED

    def follows(self, loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
        """All that wait, or the signals that are named."""
        if decision.key != APPROVE:
            return ()
        return (Approves(tuple(decision.about) or loaded.mine(Waiting).numbers),)
