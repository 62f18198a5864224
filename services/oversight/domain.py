"""Who is believed about a signal: who holds it, and whom the law lets the holder's own decision hand it to.

A service that is taken over signs genuinely what it says. So what it says about a signal that it does not hold is not
believed: each holder is named by the decision of the one before, from assessment on, and a version says nothing about
who that is. Pure: no tables, no messages.
"""

from __future__ import annotations

from collections.abc import Collection

from shared.protocol.model import HOLDER_OF, Law, Outcome, State

FIRST_HOLDER = HOLDER_OF[State.RECEIVED]
KEEPER = HOLDER_OF[State.SEALED]
HANDING_OVER = "handing-over"


def next_holders(law: Law, key: str, outcome: str, state: str) -> set[str]:
    """Who may be the next to say that he holds it, after the decision `key` with `outcome` left it in `state`.

    Where it waits for a decision that another service takes, or for the clock (art. 9 lid 1 onder b), no decision of the
    holder says that it goes on: then those to whom it can go from there.
    """
    if state == HANDING_OVER:
        rule = law.decision(key)
        taken: Collection[Outcome] = [one for one in rule.outcomes if one.key == outcome] if rule else ()
        return {holder for one in taken if (holder := _goes_to(one))}
    waits = [one for rule in law.decisions if rule.taken_in and state in rule.states for one in rule.outcomes]
    moves = {KEEPER} if state == State.CLOSED else set()
    return moves | {holder for one in waits if (holder := _goes_to(one))}


def _goes_to(outcome: Outcome) -> str | None:
    if outcome.ends:
        return KEEPER
    return HOLDER_OF[outcome.leads_to] if outcome.leads_to else None
