"""The clocks of a request of the person concerned (art. 10 lid 4; art. 12 lid 3 and 6 AVG) and of a bezwaar (art. 6:7, 6:8,
7:10 Awb). Calendar dates; pure.

Two clocks run beside each other from the day on which the municipality, whichever department it was, first received the
request: the protocol's days, and the month of the AVG. What the municipality has to do is never put off for a Sunday; the term
in which somebody can lodge a bezwaar is (art. 1 Algemene termijnenwet).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from shared.protocol.terms import add_months

FILING_WEEKS = 6
"""Art. 6:7 Awb."""
DECIDING_WEEKS, WITH_COMMITTEE_WEEKS, ADJOURNING_WEEKS = 6, 12, 6
"""Art. 7:10 Awb."""
LEGAL_MONTHS, MOST_EXTENDED_MONTHS = 1, 2
"""Art. 12 lid 3 AVG."""


@dataclass(frozen=True)
class Clocks:
    """Until when an answer can wait: by the protocol, and by the law. `extended`: its letter has gone. `stands_still`: who asks has
    not shown who he is yet, and the days until he does will be added to both."""

    due_on: date
    legal_on: date
    extended: bool = False
    stands_still: bool = False


def clocks(
    received_on: date,
    days: int,
    *,
    asked_on: date | None = None,
    complete_on: date | None = None,
    extended_months: int = 0,
) -> Clocks:
    """Both clocks of a request that the municipality first had on `received_on`; the protocol gives `days`.

    `asked_on`, `complete_on`: from when until when who asks was asked to show who he is (art. 12 lid 6 AVG): those days do
    not count, unless the protocol's days were over when he was asked. `extended_months`: by how many months the legal term was
    extended, of which the letter has gone.
    """
    legal, due = add_months(received_on, LEGAL_MONTHS + extended_months), received_on + timedelta(days=days)
    if extended_months:
        # What the letter says: so many months more than the protocol's days.
        due = add_months(due, extended_months)
    running = Clocks(min(due, legal), legal, bool(extended_months))
    if asked_on is None or asked_on > running.due_on:
        return running
    if complete_on is None:
        return replace(running, stands_still=True)
    waited = timedelta(days=max(0, (complete_on - asked_on).days))
    return replace(running, due_on=running.due_on + waited, legal_on=running.legal_on + waited)


def reminded(received_on: date, today: date, after_days: Sequence[int]) -> int | None:
    """The last of the reminders (in days after receipt) that has come on `today`; None before the first."""
    return max((one for one in after_days if received_on + timedelta(days=one) <= today), default=None)


def can_object_until(told_on: date) -> date:
    """The last day on which a bezwaar is in time against what was made known on `told_on`: six weeks from the day after, and
    to the next day that is no Saturday, Sunday or holiday."""
    last = told_on + timedelta(weeks=FILING_WEEKS)
    while is_free(last):
        last += timedelta(days=1)
    return last


def decided_until(filing_ended_on: date, *, committee: bool, adjourned: bool) -> date:
    """Until when is decided on a bezwaar, of which the term for lodging one ended on `filing_ended_on`."""
    weeks = (WITH_COMMITTEE_WEEKS if committee else DECIDING_WEEKS) + (ADJOURNING_WEEKS if adjourned else 0)
    return filing_ended_on + timedelta(weeks=weeks)


# --- days that are free (art. 1 and 3 Algemene termijnenwet) --------------------------------------------


def is_free(day: date) -> bool:
    """Whether a term does not end on `day`."""
    return day.weekday() >= 5 or day in _holidays(day.year)


def _holidays(year: int) -> frozenset[date]:
    easter = easter_sunday(year)
    moving = (easter + timedelta(days=one) for one in (-2, 1, 39, 50))
    king = date(year, 4, 27)
    if king.weekday() == 6:
        king -= timedelta(days=1)
    return frozenset(
        (*moving, king, date(year, 1, 1), date(year, 5, 5), date(year, 12, 25), date(year, 12, 26)),
    )


def easter_sunday(year: int) -> date:
    """Of the Gregorian calendar: the anonymous algorithm of 1876."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)
