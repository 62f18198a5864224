"""What can be decided and recorded now, and beside what cannot be yet what is missing. Pure, like the judgement itself.

What only shows when something was filled in (a date, about which item) is not judged here: that is the judgement's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.protocol.conditions.case import Case, Condition
from shared.protocol.facts import Facts
from shared.protocol.judge import possible
from shared.protocol.model import ABOUT, GRANT_THAT_WAITS, RECEIVER_OF_WRONG, Category, Decision, Law, State
from shared.protocol.records import judge_item


class _NotFilledIn(Exception):
    """A condition looks at what somebody fills in."""


class _Blank(Case):
    """A case of which nothing was filled in yet."""

    def __getattribute__(self, name: str) -> Any:
        if name in ("about", "fields", "it", "day"):
            raise _NotFilledIn
        return super().__getattribute__(name)


def lacking(law: Law, needs: Iterable[Condition], facts: Facts) -> tuple[str, ...]:
    """What of `needs` does not hold, whatever will be filled in."""
    found = []
    for one in needs:
        try:
            words = one.missing(_Blank(facts, names=law.names))
        except _NotFilledIn:
            continue
        if words is not None:
            found.append(words)
    return tuple(found)


SAID_WHEN_THERE = (GRANT_THAT_WAITS, RECEIVER_OF_WRONG)
"""What is so rare that a decision about it is offered only where there is something to decide."""


@dataclass(frozen=True)
class Offered:
    """A decision of this state. `missing`: why it cannot be taken yet; by outcome, why that answer cannot be given.
    `about`: per thing that it is about what can be named, by code."""

    rule: Decision
    missing: tuple[str, ...]
    by_outcome: Mapping[str, tuple[str, ...]]
    about: tuple[tuple[str, ...], ...]

    @property
    def can_be_taken(self) -> bool:
        return not self.missing and not all(self.by_outcome.values())


@dataclass(frozen=True)
class Recordable:
    """A category that can be recorded in this state, and why not yet; `about`: what it can be about."""

    category: Category
    missing: tuple[str, ...]
    about: tuple[str, ...]


def open_decisions(law: Law, state: State, facts: Facts) -> tuple[Offered, ...]:
    """The decisions of `state`, in the order of the protocol. Without a request about a signal nothing is said of requests, nor of
    who received what is wrong where nobody did."""
    known = possible(law, facts)
    found = []
    for one in law.open_in(state):
        if any(kind in SAID_WHEN_THERE and not known[kind] for kind in one.about):
            continue
        nothing = [f"er is nog niets waarover dit gaat: {ABOUT[kind]}" for kind in one.about if not known[kind]]
        missing = (*dict.fromkeys(nothing), *lacking(law, one.needs, facts))
        by_outcome = {answer.key: lacking(law, answer.needs, facts) for answer in one.outcomes_in(state)}
        found.append(Offered(one, missing, by_outcome, tuple(known[kind] for kind in one.about)))
    return tuple(found)


def open_records(law: Law, state: State, facts: Facts) -> tuple[Recordable, ...]:
    """What can be recorded in `state`: data of Bijlage 1, and of the handling a question, a paper, an intervention."""
    about = ("report", *facts.subjects, *facts.objects)
    return tuple(
        Recordable(one, lacking(law, one.needs, facts), about)
        for one in law.categories
        if one.by is None and judge_item(law, state, one.key) is None
    )
