"""Terms of articles 9 and 26: calendar dates, nothing about time zones or hours."""

from __future__ import annotations

import calendar
from datetime import date, timedelta


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


def end_of_term(decided_on: date, years: int) -> date:
    """The last day on which a sealed signal is kept (R-9.1)."""
    return add_years(decided_on, years)


def is_due(ends_on: date, today: date) -> bool:
    """From the day after the end date a signal is put on the destruction list (R-9.4)."""
    return today >= ends_on + timedelta(days=1)
