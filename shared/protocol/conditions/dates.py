"""Dates that are filled in, and whom a duty to inform is about (article 26)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from shared.protocol.facts import Condition, Facts
from shared.protocol.terms import add_months

About = Sequence[str]
Fields = Mapping[str, Any]


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def review_within(months: int) -> Condition:
    """A deferral is looked at again before long (R-26.8)."""

    def holds(facts: Facts, _about: About, fields: Fields) -> bool:
        on = _date(fields.get("reviewOn"))
        return on is not None and facts.today < on <= add_months(facts.today, months)

    return Condition(
        "review-date", f"`reviewOn` lies after today and at most {months} months ahead", "art. 26 lid 5", holds
    )


def not_in_the_future(name: str, article: str) -> Condition:
    def holds(facts: Facts, _about: About, fields: Fields) -> bool:
        if fields.get(name) is None:
            return True
        on = _date(fields[name])
        return on is not None and on <= facts.today

    return Condition(f"{name}-not-ahead", f"`{name}` does not lie in the future", article, holds)


HAS_NOBODY = Condition(
    "nobody-known", "no natural person is known in this signal", "art. 26", lambda f, _a, _d: not f.subjects
)
HAS_SOMEBODY = Condition(
    "somebody-known", "it is about a natural person", "art. 26", lambda f, _a, _d: bool(f.subjects)
)
