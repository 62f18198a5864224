"""The clocks of a request and of a bezwaar, on a calendar: 28 days, a month, an extension, six weeks (art. 10 lid 4 and 5)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.privileges import SERVICES
from shared.protocol.request_kinds import HOLDERS_OF_DATA
from shared.protocol.request_terms import (
    can_object_until,
    clocks,
    decided_until,
    easter_sunday,
    is_free,
    reminded,
)

ON = date(2026, 11, 2)


@pytest.mark.allowed("R-10.5", "R-10.6")
@pytest.mark.parametrize(
    ("received", "due", "legal"),
    [
        (date(2026, 11, 2), date(2026, 11, 30), date(2026, 12, 2)),
        # A month from the 31st of January ends with February, which is 28 days too.
        (date(2026, 1, 31), date(2026, 2, 28), date(2026, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 28), date(2028, 2, 29)),
        # Of February a month is not longer than the protocol's days.
        (date(2026, 2, 1), date(2026, 3, 1), date(2026, 3, 1)),
        (date(2028, 2, 29), date(2028, 3, 28), date(2028, 3, 29)),
        (date(2026, 12, 31), date(2027, 1, 28), date(2027, 1, 31)),
    ],
)
def test_the_days_of_the_protocol_and_the_month_of_the_law(received: date, due: date, legal: date) -> None:
    found = clocks(received, 28)
    assert (found.due_on, found.legal_on, found.extended) == (due, legal, False)


@pytest.mark.refused("R-10.5")
def test_the_protocol_gives_no_more_than_the_law() -> None:
    for offset in range(800):
        found = clocks(date(2027, 1, 1) + timedelta(days=offset), 28)
        assert found.due_on <= found.legal_on


def test_an_extension_counts_in_months_and_never_beyond_the_law() -> None:
    one, two = clocks(ON, 28, extended_months=1), clocks(ON, 28, extended_months=2)
    assert (one.due_on, one.legal_on) == (date(2026, 12, 30), date(2027, 1, 2))
    assert (two.due_on, two.legal_on) == (date(2027, 1, 30), date(2027, 2, 2))
    assert clocks(date(2026, 11, 30), 28, extended_months=2).legal_on == date(2027, 2, 28)


@pytest.mark.allowed("R-10.7")
def test_the_days_in_which_he_was_asked_who_he_is_do_not_count() -> None:
    asked, came = date(2026, 11, 5), date(2026, 11, 12)
    assert clocks(ON, 28, asked_on=asked, complete_on=came).due_on == date(2026, 12, 7)
    assert clocks(ON, 28, asked_on=asked, complete_on=came).legal_on == date(2026, 12, 9)
    # While he is silent nothing has moved: the request can be left by a decision, and by nothing else.
    assert clocks(ON, 28, asked_on=asked).due_on == date(2026, 11, 30)
    assert clocks(ON, 28, asked_on=came, complete_on=asked).due_on == date(2026, 11, 30)


@pytest.mark.allowed("R-10.5")
def test_reminders_come_on_their_days() -> None:
    days = (14, 21, 26)
    found = [reminded(ON, ON + timedelta(days=one), days) for one in (0, 13, 14, 20, 21, 25, 26, 40)]
    assert found == [None, None, 14, 14, 21, 21, 26, 26]


@pytest.mark.allowed("R-10.10")
@pytest.mark.parametrize(
    ("told", "until"),
    [
        (date(2026, 11, 2), date(2026, 12, 14)),
        # Six weeks later it is a Saturday, and a Sunday: the Monday after.
        (date(2026, 10, 31), date(2026, 12, 14)),
        (date(2026, 11, 1), date(2026, 12, 14)),
        # The second day of Christmas is a Saturday; Easter Monday; Ascension Day is a Thursday.
        (date(2026, 11, 13), date(2026, 12, 28)),
        (date(2026, 2, 23), date(2026, 4, 7)),
        (date(2026, 4, 2), date(2026, 5, 15)),
        (date(2027, 1, 18), date(2027, 3, 1)),
    ],
)
def test_a_bezwaar_is_in_time_for_six_weeks_from_the_day_after(told: date, until: date) -> None:
    assert can_object_until(told) == until


@pytest.mark.allowed("R-10.10")
def test_a_bezwaar_is_decided_on_in_six_or_twelve_weeks_and_six_more() -> None:
    over = date(2026, 12, 14)
    assert decided_until(over, committee=False, adjourned=False) == date(2027, 1, 25)
    assert decided_until(over, committee=True, adjourned=False) == date(2027, 3, 8)
    assert decided_until(over, committee=False, adjourned=True) == date(2027, 3, 8)
    assert decided_until(over, committee=True, adjourned=True) == date(2027, 4, 19)


def test_free_days_are_those_of_the_law() -> None:
    easters = {2024: (3, 31), 2025: (4, 20), 2026: (4, 5), 2027: (3, 28), 2028: (4, 16), 2038: (4, 25)}
    for year, (month, day) in easters.items():
        assert easter_sunday(year) == date(year, month, day)
    free = [
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 4, 27),
        date(2026, 5, 5),
        date(2026, 5, 14),
        date(2026, 5, 25),
    ]
    assert all(map(is_free, free))
    # When it is a Sunday, the king's birthday is kept on the day before.
    assert is_free(date(2025, 4, 26))
    assert not is_free(date(2025, 4, 28))
    assert not is_free(date(2026, 12, 24))
    assert not is_free(date(2026, 6, 1))


@pytest.mark.allowed("R-10.2")
def test_every_service_that_holds_anything_has_its_line_in_the_proof_of_completeness() -> None:
    holding = {one.name for one in SERVICES if one.room or one.destroys}
    assert set(HOLDERS_OF_DATA) == holding
