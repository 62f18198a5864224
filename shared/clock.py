"""Time is passed in. Terms are calendar dates in Europe/Amsterdam, moments are UTC (R-9.20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class Clock(Protocol):
    """Who says what time it is: services ask one, and never the machine."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class ShiftedClock:
    """A clock that runs ahead; the embedded profile uses it to let years pass, production never."""

    ahead: timedelta

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def calendar_date(moment: datetime) -> date:
    """The date in Amsterdam at `moment`, whatever the server's time zone."""
    return moment.astimezone(AMSTERDAM).date()


def end_of_day(day: date) -> datetime:
    """The last second of `day` in Amsterdam: what lasts up to and including that day lasts until then."""
    return datetime.combine(day, time(23, 59, 59), AMSTERDAM).astimezone(UTC)
