"""Oversight's policy: on a destruction list the privacy officer decides about who was never informed (art. 26 lid 4 and 5),
and after her the beheerder about the list (R-9.14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.oversight.effects import Approves, NeverInformedAnswered
from services.oversight.shelf import Waiting
from shared.contracts.oversight import InformAfterAll
from shared.engine.effects import Effect, Tell
from shared.engine.given import Given
from shared.engine.loaded import Loaded
from shared.engine.policy import Policy
from shared.engine.tables import DecisionRow
from shared.protocol.faults import Fault
from shared.protocol.model import Law, Outcome, State
from shared.protocol.never_informed import (
    AFTER_ALL,
    NEVER_INFORMED,
    answer_faults,
    answers_in,
    never_informed_faults,
    waiting_for_a_notice,
)

APPROVE, HEARS_AFTER_ALL = "approve-destruction", "never-informed"


class OversightPolicy(Policy):
    opening = "destruction list read"
    # Supervision is here: the words stay, under a key of the list, which outlives its signals.
    tells = False
    # A list takes several approvals, each for some of its signals, and each has its own time.
    side_by_side = True
    decides = (APPROVE, HEARS_AFTER_ALL)

    def roles(self, law: Law) -> frozenset[str]:
        rules = [one for one in law.decisions if one.key in (APPROVE, HEARS_AFTER_ALL)]
        return frozenset(role for rule in rules for role in rule.who.roles)

    def readers(self, law: Law) -> frozenset[str]:
        return self.roles(law) | self.watchers(law)

    def is_here(self, state: State, service: str) -> bool:
        return state == State.LISTED

    def show(self, loaded: Loaded) -> dict[str, Any]:
        return {"waiting": list(loaded.mine(Waiting).numbers)}

    def faults(self, loaded: Loaded, given: Given) -> Sequence[Fault]:
        """Nothing goes before each person who was never informed was decided on (art. 26 lid 5)."""
        waiting, named = loaded.mine(Waiting), _named(loaded, given.attempt.about)
        if given.attempt.key == HEARS_AFTER_ALL:
            return answer_faults(waiting.owed, _answers(given.attempt.fields), loaded.today)
        if given.attempt.key != APPROVE:
            return ()
        return never_informed_faults(named, waiting.told, waiting.owed, _decided(named, waiting), loaded.today)

    def leads_to(self, loaded: Loaded, given: Given, outcome: Outcome) -> State:
        """What is not named stays listed, and what waits for a notice; and so does the list."""
        waiting = loaded.mine(Waiting)
        if given.attempt.key != APPROVE:
            return loaded.state
        going = set(_named(loaded, given.attempt.about))
        going -= waiting_for_a_notice(waiting.owed, answers_in(waiting.owed))
        return State.APPROVED if set(waiting.numbers) <= going else State.LISTED

    def follows(self, loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
        """All that wait, or the signals that are named; who is informed after all is told so by rights."""
        if decision.key == APPROVE:
            return (Approves(_named(loaded, decision.about)),)
        if decision.key != HEARS_AFTER_ALL:
            return ()
        answers = _answers(loaded.fields_of(decision))
        duties = tuple(sorted(duty for duty, answer in answers.items() if answer == AFTER_ALL))
        if not duties:
            return (NeverInformedAnswered(answers),)
        return NeverInformedAnswered(answers), Tell(
            "rights", InformAfterAll(list_id=UUID(loaded.number), duties=duties)
        )


def _named(loaded: Loaded, about: Sequence[str]) -> tuple[str, ...]:
    return tuple(about) or loaded.mine(Waiting).numbers


def _decided(named: Sequence[str], waiting: Waiting) -> Mapping[str, str]:
    """What the privacy officer decided on the persons of these signals."""
    return answers_in({duty: one for duty, one in waiting.owed.items() if one.signal in named})


def _answers(fields: Mapping[str, Any]) -> Mapping[str, str]:
    return fields.get(NEVER_INFORMED) or {}
