"""Terms of article 9: calendar dates, nothing about time zones or hours."""

from __future__ import annotations

from datetime import date, timedelta


def add_years(start: date, years: int) -> date:
    """The same date `years` later; 29 February becomes 28 February (R-9.20)."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return start.replace(year=start.year + years, day=28)


def end_of_term(decided_on: date, years: int) -> date:
    """The last day on which a sealed signal is kept (R-9.1)."""
    return add_years(decided_on, years)


def is_due(ends_on: date, today: date) -> bool:
    """From the day after the end date a signal is put on the destruction list (R-9.4)."""
    return today >= ends_on + timedelta(days=1)
