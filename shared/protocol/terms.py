"""Terms of articles 9 and 26: calendar dates, nothing about time zones or hours."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from shared.protocol.municipality import Terms

CASE = 5
"""The phase in which what ends was a case."""


def add_years(start: date, years: int) -> date:
    """The same date `years` later; 29 February becomes 28 February (R-9.20)."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return start.replace(year=start.year + years, day=28)


def add_months(start: date, months: int) -> date:
    """The same date `months` later, or the last day of a month that is shorter (AVG 12, 14)."""
    year, month = divmod(start.month - 1 + months, 12)
    last = calendar.monthrange(start.year + year, month + 1)[1]
    return date(start.year + year, month + 1, min(start.day, last))


def kept_until(terms: Terms, phase: int, since: date) -> date:
    """The last day on which a signal is kept that ended in `phase` (art. 9 lid 1).

    `since`: the date of the decision that ended it (lid 1 onder a); for a case its last processing (lid 1 onder b).
    """
    if phase == CASE:
        return add_years(since, terms.case_active_years + terms.case_kept_years)
    return add_years(since, terms.ended_in_phase_4_years if phase == 4 else terms.not_a_case_years)


def active_until(terms: Terms, last_processed_on: date) -> date:
    """The last day on which a closed case stays in the active environment (art. 9 lid 1 onder b)."""
    return add_years(last_processed_on, terms.case_active_years)


def has_had(since: date, years: int, today: date) -> bool:
    """Whether what is kept for `years` from `since` is kept no longer on `today`; its last day is a day on which it is."""
    return add_years(since, years) < today


def is_due(ends_on: date, today: date) -> bool:
    """From the day after the end date a signal is put on the destruction list (R-9.4)."""
    return ends_on <= last_due(today)


def last_due(today: date) -> date:
    """The latest end date that is due on `today`."""
    return today - timedelta(days=1)
