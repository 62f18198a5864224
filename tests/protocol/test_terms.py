"""Terms are calendar dates in Amsterdam."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import calendar_date
from shared.protocol.municipality import Terms
from shared.protocol.terms import CASE, active_until, is_due, kept_until, last_due
from tests.protocol.laws import MIDDEN_DELFLAND


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
    assert kept_until(MIDDEN_DELFLAND.terms, 1, decided) == ends


TERMS = Terms(
    not_a_case_years=2,
    ended_in_phase_4_years=3,
    case_active_years=4,
    case_kept_years=7,
    approval_days=30,
    ultimate_days=60,
    notice_months=1,
    review_months=6,
    designation_years=2,
    finding_days=14,
)


@pytest.mark.allowed("R-9.1", "R-9.6", "R-9.17")
def test_the_term_hangs_on_the_phase_in_which_a_signal_ended() -> None:
    """Every number from the terms of the version, each with its own value here."""
    start = date(2026, 3, 1)
    years = {phase: kept_until(TERMS, phase, start).year - start.year for phase in (1, 2, 3, 4, CASE)}
    assert years == {1: 2, 2: 2, 3: 2, 4: 3, CASE: 11}
    assert active_until(TERMS, start) == date(2030, 3, 1)


@pytest.mark.allowed("R-9.4")
@pytest.mark.refused("R-9.4", "R-9.20")
@given(st.dates(date(2020, 1, 1), date(2100, 1, 1)), st.integers(1, 10))
def test_due_from_the_day_after_and_not_before(decided: date, years: int) -> None:
    ends = kept_until(replace(TERMS, not_a_case_years=years), 1, decided)
    assert not is_due(ends, ends)
    assert is_due(ends, ends + timedelta(days=1))
    assert last_due(ends + timedelta(days=1)) == ends, "what the listing asks the database for"
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
    for zone in ("UTC", "America/Los_Angeles", "Pacific/Auckland"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert calendar_date(moment) == day
    monkeypatch.undo()
    time.tzset()
