"""The day on which a test runs, as the law counts it: in Amsterdam."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from deploy.embedded.play import WRITTEN_DOWN_AFTER
from shared.clock import calendar_date


def today(days: int = 0) -> date:
    """So many days from now. Asked each time: a machine in UTC has another day for an hour or two each night, and a run that
    began before midnight ends after it."""
    return calendar_date(datetime.now(UTC)) + timedelta(days=days)


def reported() -> date:
    """The day on which a report was received that is played now: an hour or two after midnight that of yesterday."""
    return calendar_date(datetime.now(UTC) - WRITTEN_DOWN_AFTER)
