"""Figures over time out of what is decided, by coded facts only: no number, no person and no word is in them. Pure.

Counted is by calendar quarter and in no other way: of a quarter and a year together a small count could be worked out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.oversight.domain import HANDING_OVER
from shared.clock import calendar_date
from shared.protocol.counting import Tabulated, told
from shared.protocol.laws import Laws
from shared.protocol.states import PHASE_OF, PHASES, State

QUARTERS = 8
"""So many are told, the present one last."""
DEFER, CONTINUE = "duty:defer", "review:continue"
WITHIN = ((7, "up-to-7"), (30, "up-to-30"), (90, "up-to-90"))
LONGER = "longer"


@dataclass(frozen=True)
class Fact:
    """A decision as it is counted. `phase`: that to which it brought the signal; None: to none, or it is of no signal.
    `ended_in`: the phase in which it ended, if it did."""

    number: str
    what: str
    phase: int | None
    ended_in: int | None
    taken_at: datetime


def fact_of(laws: Laws, facts: Mapping[str, Any]) -> Fact:
    """Raises UnknownVersion for a version of the protocol that is not known here."""
    ended = facts.get("ended_in")
    return Fact(
        str(facts["number"]),
        f"{facts['key']}:{facts['outcome']}",
        _phase(laws, facts),
        int(ended) if ended is not None else None,
        datetime.fromisoformat(facts["taken_at"]),
    )


def _phase(laws: Laws, facts: Mapping[str, Any]) -> int | None:
    state = facts.get("state")
    if state == HANDING_OVER:
        # It goes where the answer leads: the next holder says so only in his own first decision.
        rule = laws.of(facts["protocol"]).decision(facts["key"])
        outcome = rule.outcome(facts["outcome"]) if rule else None
        state = outcome.leads_to if outcome else None
    return PHASE_OF.get(State(state)) if state and state in set(State) else None


def quarter(moment: datetime) -> str:
    """As 2026-K4, by the calendar of Amsterdam."""
    day = calendar_date(moment)
    return f"{day.year}-K{(day.month - 1) // 3 + 1}"


def quarters(today: date) -> tuple[str, ...]:
    """The last ones, the present one at the end."""
    present = today.year * 4 + (today.month - 1) // 3
    return tuple(f"{one // 4}-K{one % 4 + 1}" for one in range(present - QUARTERS + 1, present + 1))


def first_day(today: date) -> date:
    """Of the first quarter that is told."""
    year, _, number = quarters(today)[0].partition("-K")
    return date(int(year), int(number) * 3 - 2, 1)


def figures(facts: Iterable[Fact], destroyed: Iterable[datetime], today: date, smallest: int) -> dict[str, Tabulated]:
    """By its name each table: rows are phases, or what was counted; columns are quarters, or how long it took."""
    columns = quarters(today)
    of_signal: dict[str, list[Fact]] = {}
    for one in sorted(facts, key=lambda one: one.taken_at):
        of_signal.setdefault(one.number, []).append(one)
    every = [one for some in of_signal.values() for one in some]
    phases = tuple(str(one) for one in PHASES)
    entered = [one for some in of_signal.values() for one in _entered(some)]
    deferrals = {DEFER: "defer", CONTINUE: "continue"}
    waits = (*(name for _, name in WITHIN), LONGER)
    return {
        "phases": told(((str(phase), quarter(at)) for phase, at in entered), phases, columns, smallest),
        "endings": told(
            ((str(one.ended_in), quarter(one.taken_at)) for one in every if one.ended_in is not None),
            phases,
            columns,
            smallest,
        ),
        "waiting": told((wait for some in of_signal.values() for wait in _waited(some)), phases[:-1], waits, smallest),
        "deferrals": told(
            ((deferrals[one.what], quarter(one.taken_at)) for one in every if one.what in deferrals),
            tuple(deferrals.values()),
            columns,
            smallest,
        ),
        "destructions": told((("destroyed", quarter(at)) for at in destroyed), ("destroyed",), columns, smallest),
    }


def _entered(facts: Iterable[Fact]) -> list[tuple[int, datetime]]:
    """Each phase that one signal came to, and when it first did."""
    found: dict[int, datetime] = {}
    for one in facts:
        if one.phase is not None:
            found.setdefault(one.phase, one.taken_at)
    return list(found.items())


def _waited(facts: list[Fact]) -> list[tuple[str, str]]:
    """For each phase that one signal left, how many days it was in it."""
    entered = _entered(facts)
    left = [at for _, at in entered[1:]] + [one.taken_at for one in facts if one.ended_in is not None][:1]
    return [
        (str(phase), _within((calendar_date(after) - calendar_date(at)).days))
        for (phase, at), after in zip(entered, left, strict=False)
        if phase in tuple(PHASES)[:-1] and after >= at
    ]


def _within(days: int) -> str:
    return next((name for most, name in WITHIN if days <= most), LONGER)
