"""Statistics without persons: of each quarter how many signals, by coded facts, and none that is too small (art. 9 lid 3). Pure.

Two groups of signals are counted, each signal once: those that got a suspicion in a quarter (weging 1), and those that ended in
it. Of each group there are lines (`COUNTED_LINES`) in which every signal has one place. No place of a line says the same as places of
another line together: by the phase in which a signal ended there is no line besides that of how it ended, for each ending is of
one phase. Counted are only quarters that are over, each once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from shared.clock import calendar_date
from shared.protocol.model import Law, State
from shared.protocol.protecting import ToldLine, protected
from shared.protocol.states import PHASE_OF
from shared.protocol.terms import CASE

SETTLED_AFTER = timedelta(days=14)
"""So long after its last day a quarter is counted: what was decided on that day can still be withdrawn, or be on its way."""
MADE_WITHIN = timedelta(days=300)
"""Only so long after it: before the shortest term has passed, nothing of it is destroyed (art. 9 lid 1)."""
COUNTED_LINES = ("phenomena", "endings", "durations", "deferrals", "disclosures")
SEVERAL_PLACES, NO_PLACE, OTHER_PLACE = "several", "none", "other"
LASTED_WITHIN = ((7, "up-to-7"), (30, "up-to-30"), (90, "up-to-90"), (365, "up-to-365"))
LASTED_LONGER = "longer-than-year"
RECEIVER_KINDS = ("department", "partner", "municipality")
"""Of receivers, as the disclosure register has them."""


@dataclass(frozen=True)
class CountedQuarter:
    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> CountedQuarter:
        return cls(day.year, (day.month - 1) // 3 + 1)

    @property
    def before(self) -> CountedQuarter:
        return CountedQuarter(self.year, self.number - 1) if self.number > 1 else CountedQuarter(self.year - 1, 4)

    @property
    def first(self) -> date:
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def after_last(self) -> date:
        return date(self.year + self.number // 4, self.number % 4 * 3 + 1, 1)

    def __str__(self) -> str:
        return f"{self.year}-K{self.number}"


@dataclass(frozen=True)
class CountedDecision:
    """A decision as it is counted. `indicators`: the codes that weging 1 chose; `ended_in`: the phase, if it ended."""

    key: str
    outcome: str
    taken_at: datetime
    ended_in: int | None = None
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True)
class CountedSignal:
    """What is known of one signal by its codes. `receivers`: the kinds of whom something of it went to."""

    decisions: Sequence[CountedDecision]
    receivers: frozenset[str] = field(default_factory=frozenset)


def due(today: date, made: Iterable[str]) -> list[CountedQuarter]:
    """The quarters that can be counted and are not among those that were `made`; the oldest first."""
    found, known, one = [], set(made), CountedQuarter.of(today).before
    while today - one.after_last <= MADE_WITHIN:
        if today - one.after_last >= SETTLED_AFTER and str(one) not in known:
            found.append(one)
        one = one.before
    return found[::-1]


def bounds(one: CountedQuarter) -> tuple[datetime, datetime]:
    """Between which moments rows of it are found, a day wider than it is: what counts is the calendar of Amsterdam."""
    day = timedelta(days=1)
    return datetime.combine(one.first - day, time(), UTC), datetime.combine(one.after_last + day, time(), UTC)


def counted(law: Law, one: CountedQuarter, signals: Iterable[CountedSignal], smallest: int) -> dict[str, ToldLine]:
    """By its name each line of that quarter, as it is told."""
    every = list(signals)
    suspected = [got for signal in every if (got := _suspicion(signal)) and _falls_in(one, got.taken_at)]
    ended = [(signal, end) for signal in every if (end := _end(signal)) and _falls_in(one, end.taken_at)]
    groups = {code: group.name for group in law.choices.indicators if group.phenomenon for code in group.named}
    places = {
        "phenomena": (*dict.fromkeys(groups.values()), SEVERAL_PLACES, NO_PLACE),
        "endings": (*_endings(law), OTHER_PLACE),
        "durations": (*(name for _, name in LASTED_WITHIN), LASTED_LONGER),
        "deferrals": ("deferred", "not-deferred"),
        "disclosures": (*RECEIVER_KINDS, SEVERAL_PLACES, OTHER_PLACE, NO_PLACE),
    }
    found: dict[str, list[str]] = {
        "phenomena": [_one_of({groups[code] for code in got.indicators if code in groups}) for got in suspected],
        "endings": [f"{end.ended_in}-{end.key}" for _, end in ended],
        "durations": [_duration(signal, end) for signal, end in ended],
        "deferrals": [_deferred(signal) for signal, _ in ended],
        "disclosures": [_one_of(signal.receivers) for signal, _ in ended],
    }
    return {name: _line(found[name], places[name], smallest) for name in COUNTED_LINES}


def _line(found: Iterable[str], places: Sequence[str], smallest: int) -> ToldLine:
    counts = Counter(one if one in places else OTHER_PLACE for one in found)
    return protected({place: counts[place] for place in places}, smallest)


def _falls_in(one: CountedQuarter, moment: datetime) -> bool:
    return one.first <= calendar_date(moment) < one.after_last


def _suspicion(signal: CountedSignal) -> CountedDecision | None:
    return _first(signal, lambda one: (one.key, one.outcome) == ("weging-1", "suspicion"))


def _end(signal: CountedSignal) -> CountedDecision | None:
    return _first(signal, lambda one: one.ended_in is not None)


def _first(signal: CountedSignal, fits: Callable[[CountedDecision], bool]) -> CountedDecision | None:
    return min(filter(fits, signal.decisions), key=lambda one: one.taken_at, default=None)


def _endings(law: Law) -> tuple[str, ...]:
    """Every way in which a signal can end, with the phase in which that is."""
    found = [
        f"{CASE if outcome.leads_to == State.CLOSED else PHASE_OF[state]}-{rule.key}"
        for rule in law.decisions
        for state in rule.states
        for outcome in rule.outcomes
        if state in PHASE_OF and (outcome.ends or outcome.leads_to == State.CLOSED)
    ]
    return tuple(dict.fromkeys(found))


def _one_of(found: Iterable[str]) -> str:
    kinds = set(found)
    return NO_PLACE if not kinds else kinds.pop() if len(kinds) == 1 else SEVERAL_PLACES


def _duration(signal: CountedSignal, end: CountedDecision) -> str:
    began = min(one.taken_at for one in signal.decisions)
    days = (calendar_date(end.taken_at) - calendar_date(began)).days
    return next((name for most, name in LASTED_WITHIN if days <= most), LASTED_LONGER)


def _deferred(signal: CountedSignal) -> str:
    return (
        "deferred" if any((one.key, one.outcome) == ("duty", "defer") for one in signal.decisions) else "not-deferred"
    )


def shown(quarters: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Every line over the quarters that are kept, as a table: a total over quarters only where each of them is told."""
    return {name: _table({when: lines[name] for when, lines in sorted(quarters.items())}) for name in COUNTED_LINES}


def _table(kept: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    rows = tuple(dict.fromkeys(code for line in kept.values() for code, _ in line["cells"]))
    cells = [[dict(line["cells"]).get(row) for line in kept.values()] for row in rows]
    totals = [line["total"] for line in kept.values()]
    return {
        "rows": rows,
        "columns": tuple(kept),
        "cells": cells,
        "rowTotals": [_sum(row) for row in cells],
        "columnTotals": totals,
        "total": _sum(totals),
    }


def _sum(numbers: Sequence[int | None]) -> int | None:
    return None if None in numbers else sum(one for one in numbers if one is not None)
