"""Decisions by their codes, as they go on to a next holder and to supervision, the records beside the decisions of the law,
and what a decision that is taken is numbered by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from shared.contracts.dossier import CodedDecision, DecidedPart
from shared.engine.tables import DecisionRow
from shared.protocol.clusters import JOINED
from shared.protocol.conditions.rectifying import DAY_OF
from shared.protocol.restricting import RESTRICTING
from shared.protocol.standing_back import CLOSED_TO

if TYPE_CHECKING:
    from shared.engine.loaded import Loaded

INFORMED_BY, WAS_INFORMED = "notice-sent", "sent"
"""The decision by which somebody is informed, and how other services hear of it."""
WITHDRAWAL = "withdrawal"
REFUSAL, ASKED_BACK, ANSWERED = "proposal-refused", "proposal-questioned", "question-answered"
CLOSING, CLUSTERING, VOICE = "closing", "clustering", "voice"
HANDLING = frozenset({WITHDRAWAL, REFUSAL, ASKED_BACK, ANSWERED, CLOSING, CLUSTERING, VOICE, RESTRICTING})
"""Records beside the decisions of the law: none of them is something that the law looks at."""


def closed_to(decisions: Iterable[CodedDecision]) -> list[str]:
    """Who stands back from a signal, by the records of that: they go on with it to its next holder."""
    found: dict[str, None] = {}
    for one in decisions:
        if one.key != CLOSING:
            continue
        for user_id in one.about:
            found.pop(user_id, None)
            if one.outcome == CLOSED_TO:
                found[user_id] = None
    return list(found)


def joined_last(decisions: Iterable[CodedDecision]) -> str | None:
    """The cluster that a signal was joined to, by its record; it may have left that since by a decision of its own."""
    found = None
    for one in decisions:
        if one.key == CLUSTERING:
            found = one.about[0] if one.outcome == JOINED else None
    return found


def coded(row: DecisionRow, on: date | None = None) -> CodedDecision:
    """A decision without its words, which supervision has; `on`: the day that it names, where that goes along."""
    return CodedDecision(
        decision=str(row.id),
        version=row.version,
        key=row.key,
        outcome=row.outcome,
        article=row.article,
        status=row.status,
        state=row.state_after,
        deciders=tuple(row.deciders),
        co_signers=tuple(row.co_signers),
        dissenters=tuple(row.dissenters),
        recorder=row.recorder,
        role=row.role,
        about=tuple(row.about),
        parts=tuple(DecidedPart.model_validate(one) for one in row.parts or ()),
        taken_at=row.taken_at,
        protocol=row.protocol,
        meeting=row.meeting,
        cluster=row.cluster,
        on=on,
    )


def day_of(one: CodedDecision) -> dict[str, str]:
    """The day on which it was, where it was filled in."""
    return {DAY_OF[one.outcome]: one.on.isoformat()} if one.on and one.outcome in DAY_OF else {}


def item_name(loaded: Loaded) -> str:
    """How an item is called that is made now."""
    return f"item-{loaded.dossier.version + 1}"
