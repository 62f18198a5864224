"""What was decided on the things that were found for a request, what of it is not given, and what was answered already (art. 10 lid 7;
art. 41 UAVG). Pure: of the decisions that count, the first one first.

What is withheld is looked at again. It stays so by the same decision, taken anew; or its ground has lapsed, and then it is decided on
anew and told in a supplementary answer. What somebody was told already is not decided on a second time.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.protocol.facts import Taken
from shared.protocol.request_kinds import (
    ANSWER_SENT,
    NEUTRAL,
    NEUTRAL_LAPSED,
    ON_ITEM,
    REQUEST_WITHDRAWN,
    WITHHOLD,
    WITHHOLD_LAPSED,
)

WHOLE = ""
"""In the place of the name of an item: the answer as a whole says neither that there is something nor that there is not."""
LAPSED = (WITHHOLD_LAPSED, NEUTRAL_LAPSED)
"""That a ground is gone, for one thing that was found or for the whole."""


def decided_last(taken: Iterable[Taken]) -> dict[str, Taken]:
    """By the name of what was found, what was decided on it last; what is to be decided on anew is not in it."""
    found: dict[str, Taken] = {}
    for one in taken:
        if one.key in (ON_ITEM, WITHHOLD) and one.about:
            found[one.about[0]] = one
        elif one.key == WITHHOLD_LAPSED and one.about:
            found.pop(one.about[0], None)
        elif one.key == NEUTRAL_LAPSED:
            found.clear()
    return found


def withheld(taken: Iterable[Taken]) -> dict[str, Taken]:
    """What is not given, by its name or as `WHOLE`, with the decision on which that rests now."""
    decisions = tuple(taken)
    if any(one.key == REQUEST_WITHDRAWN for one in decisions):
        return {}
    whole = _whole(decisions)
    if whole is not None:
        return {WHOLE: whole}
    return {name: one for name, one in decided_last(decisions).items() if one.key == WITHHOLD}


def _whole(decisions: Iterable[Taken]) -> Taken | None:
    """The decision by which nothing is said as a whole, as long as it stands."""
    last = None
    for one in decisions:
        if one.key in (NEUTRAL, NEUTRAL_LAPSED):
            last = one if one.key == NEUTRAL else None
    return last


def was_answered(taken: Iterable[Taken]) -> bool:
    """Whether an answer has gone."""
    return any(one.key == ANSWER_SENT for one in taken)


def told_already(taken: Iterable[Taken]) -> dict[str, Taken]:
    """The things that were found about which an answer that has gone says what was decided, with that; nothing that it withholds."""
    decisions = tuple(taken)
    last = max((place for place, one in enumerate(decisions) if one.key == ANSWER_SENT), default=None)
    if last is None:
        return {}
    before = decisions[:last]
    if _whole(before) is not None:
        return {}
    return {name: one for name, one in decided_last(before).items() if one.key == ON_ITEM}


def waits_for_more(taken: Iterable[Taken]) -> Taken | None:
    """By which decision, the first since the last answer, more is to be told; None where nothing waits."""
    found = None
    for one in taken:
        if one.key in (ANSWER_SENT, REQUEST_WITHDRAWN):
            found = None
        elif one.key in LAPSED:
            found = found or one
    return found
