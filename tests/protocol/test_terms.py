"""Terms are calendar dates in Amsterdam."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import calendar_date
from shared.protocol.terms import end_of_term, is_due


@pytest.mark.allowed("R-9.1", "R-9.20")
@pytest.mark.parametrize(
    ("decided", "ends"),
    [
        (date(2026, 11, 21), date(2027, 11, 21)),
        (date(2028, 2, 29), date(2029, 2, 28)),
        (date(2027, 2, 28), date(2028, 2, 28)),
        (date(2026, 12, 31), date(2027, 12, 31)),
    ],
)
def test_one_year_later(decided: date, ends: date) -> None:
    assert end_of_term(decided, 1) == ends


@pytest.mark.allowed("R-9.4")
@pytest.mark.refused("R-9.4", "R-9.20")
@given(st.dates(date(2020, 1, 1), date(2100, 1, 1)), st.integers(1, 10))
def test_due_from_the_day_after_and_not_before(decided: date, years: int) -> None:
    ends = end_of_term(decided, years)
    assert not is_due(ends, ends)
    assert is_due(ends, ends + timedelta(days=1))
    assert 365 * years - 1 <= (ends - decided).days <= 366 * years


@pytest.mark.allowed("R-9.20")
@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2026, 6, 30, 21, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_the_date_is_amsterdams_in_every_time_zone(
    moment: datetime, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    for zone in ("UTC", "America/Los_Angeles", "Pacific/Auckland"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert calendar_date(moment) == day
    monkeypatch.undo()
    time.tzset()
