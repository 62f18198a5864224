"""The words in which the protocol is written down. Standard library only; nothing here looks at a clock.

A *decision* states its article, the question, who answers it, who must co-sign, in which state of the
signal it can be taken, and where each outcome leads. A negative outcome is a value, not an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """Where a signal stands. The Dutch words are in the glossary."""

    RECEIVED = "received"
    WEGING_1 = "weging-1"
    WEGING_2A = "weging-2a"
    WEGING_2B = "weging-2b"
    PHASE_2 = "phase-2"
    ENDED = "ended"
    SEALED = "sealed"
    LISTED = "listed"
    APPROVED = "approved"
    DESTROYED = "destroyed"


PHASE_OF: dict[State, int] = {
    State.RECEIVED: 1,
    State.WEGING_1: 1,
    State.WEGING_2A: 1,
    State.WEGING_2B: 1,
    State.PHASE_2: 2,
}
"""The phase that a state belongs to; states after the ending belong to none."""


@dataclass(frozen=True)
class Field:
    """Something that has to be filled in. `outcomes`: only with these outcomes (empty: always)."""

    name: str
    question: str
    article: str
    kind: str = "text"
    """`text`, `choice`, `choices`, `date` or `flag`."""
    choices: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    required: bool = True
    most: int = 2000


@dataclass(frozen=True)
class Outcome:
    """One answer. `ends`: the signal leaves the active environment. `forward_to`: kinds of recipients."""

    key: str
    answer: str
    leads_to: State
    article: str
    ends: bool = False
    forward_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Who:
    """Who decides: one person with one of `roles`, or the meeting `meeting` with at least `quorum` members.

    `co_signers`: somebody else, with one of these roles, has to confirm before it counts.
    """

    roles: tuple[str, ...]
    co_signers: tuple[str, ...] = ()
    meeting: str | None = None
    quorum: int = 0


@dataclass(frozen=True)
class Decision:
    key: str
    article: str
    question: str
    states: tuple[State, ...]
    who: Who
    outcomes: tuple[Outcome, ...]
    fields: tuple[Field, ...]

    def outcome(self, key: str) -> Outcome | None:
        return next((outcome for outcome in self.outcomes if outcome.key == key), None)


@dataclass(frozen=True)
class Category:
    """A category of Bijlage 1: from which phase it may be recorded, and whether its source is closed."""

    key: str
    name: str
    from_phase: int
    closed: bool = False
    verification_only: bool = False


@dataclass(frozen=True)
class Terms:
    """Periods of art. 9, in years and days."""

    not_a_case_years: int = 1
    approval_days: int = 30
    ultimate_days: int = 60


@dataclass(frozen=True)
class Protocol:
    """One municipality's protocol, in one version (R-2.5)."""

    version: str
    title: str
    in_force_from: str
    selection_list: str
    municipality: str
    purposes: dict[str, str]
    decisions: tuple[Decision, ...]
    categories: tuple[Category, ...]
    file_roles: tuple[str, ...]
    designations: dict[str, str]
    """Which designations exist, and for each who gives it: `beheerder`, or `controller` (set-up file)."""
    organisations: dict[str, tuple[str, ...]]
    """Who can receive a forwarded signal, per kind of recipient (C-11, C-12). A closed list: a name that is
    typed could be a person's."""
    terms: Terms = field(default_factory=Terms)

    def decision(self, key: str) -> Decision | None:
        return next((decision for decision in self.decisions if decision.key == key), None)

    def category(self, key: str) -> Category | None:
        return next((category for category in self.categories if category.key == key), None)

    def open_in(self, state: State) -> tuple[Decision, ...]:
        """The decisions that can be taken now, in the order of the protocol."""
        return tuple(decision for decision in self.decisions if state in decision.states)


PURPOSES_OF_OPENING = ("weging", "besluit-voorbereiden", "contact-melder", "toezicht", "vernietiging")
"""Why somebody opens a record (R-7.8). Chosen, not typed: typed words would put content in the audit trail."""
