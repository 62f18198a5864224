"""What rights said of the persons in the signals of a list, as it is judged and shown. Pure: nobody's name is here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from pydantic.alias_generators import to_camel

from services.oversight.lists import ListedRow
from shared.protocol.model import State
from shared.protocol.never_informed import Owed

_ANSWER = ("answered", "answered_by", "answer")
BEFORE, OVER = "answered_before", "over"


def answered(facts: Mapping[str, Any], answer: str, by: str, says: str) -> dict[str, Any]:
    """The facts of a duty with the privacy officer's answer; one that she gave before goes under it, and stays."""
    earlier = _before(facts)
    if facts.get("answer"):
        earlier.append({name: facts[name] for name in _ANSWER})
    return (
        dict(facts) | {"answer": answer, "answered_by": by, "answered": says} | ({BEFORE: earlier} if earlier else {})
    )


def taken_back(facts: Mapping[str, Any], answer: str) -> dict[str, Any]:
    """The facts without `answer`; where it was the last one, that of before counts again."""
    earlier = [one for one in _before(facts) if one["answer"] != answer]
    left = {name: one for name, one in facts.items() if name not in (*_ANSWER, BEFORE)}
    last = {name: facts[name] for name in _ANSWER if name in facts}
    if last.get("answer") == answer:
        # What was said of how it stood before rights told anew does not count again.
        last = earlier.pop() if earlier and not earlier[-1].get(OVER) else {}
    return left | last | ({BEFORE: earlier} if earlier else {})


def told_anew(facts: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """What rights tells `now` of a duty. What was answered before is about how it stood then: it stays, and counts no longer."""
    earlier = [one | {OVER: True} for one in _before(facts)]
    if facts.get("answer"):
        earlier.append({name: facts[name] for name in _ANSWER} | {OVER: True})
    return dict(now) | ({BEFORE: earlier} if earlier else {})


def _shown_before(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What she answered before, the oldest first; nothing where she did not."""
    earlier = [{"answered": one["answered"], "answeredBy": one["answered_by"]} for one in _before(facts)]
    return {"answeredBefore": earlier} if earlier else {}


def _before(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(facts.get(BEFORE) or ())


def owed_in(rows: Iterable[ListedRow]) -> dict[str, Owed]:
    """Who is owed what in these signals, by the number of the duty."""
    return {number: _owed(facts) for row in rows for number, facts in (row.duties or {}).items()}


def told_of(rows: Iterable[ListedRow]) -> frozenset[str]:
    """The signals of which rights said who was never informed."""
    return frozenset(row.number for row in rows if row.duties is not None)


def shown(row: ListedRow) -> list[dict[str, Any]] | None:
    """Who in this signal was never informed and what was decided on him, who has to be decided on first; nobody's name.
    None while rights has not said it."""
    if row.duties is None:
        return None
    found = [(_owed(one), one) for _, one in sorted(row.duties.items())]
    never = sorted((pair for pair in found if pair[0].never_informed), key=lambda pair: not pair[0].is_asked)
    return [
        {to_camel(name): value for name, value in facts.items() if name not in ("signal", "turn", "answer", BEFORE)}
        | _shown_before(facts)
        # Of what is held, or was approved, nothing is asked any more.
        | {"toDecide": row.state == State.LISTED and owed.is_asked and not owed.answered}
        for owed, facts in never
    ]


def _owed(facts: Mapping[str, Any]) -> Owed:
    review = facts["review_on"]
    return Owed(
        signal=facts["signal"],
        state=facts["state"],
        grounds=tuple(facts["grounds"]),
        review_on=date.fromisoformat(review) if review else None,
        answered=facts.get("answered", ""),
    )
