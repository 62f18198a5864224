"""The law in the hands of a service: which versions it knows, and what becomes of one that it does not know."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from shared.clock import calendar_date
from shared.errors import CannotSucceed
from shared.protocol.laws import Laws, NotInForce, UnknownVersion
from shared.protocol.model import Law, Terms
from shared.protocol.terms import has_had


def known_law(laws: Laws, version: str) -> Law:
    """The law of `version`, for a message that names it; raises CannotSucceed, so that the message is parked.

    It waits there until the file is put in place: no version is ever replaced by another (R-2.5).
    """
    try:
        return laws.of(version)
    except UnknownVersion:
        raise CannotSucceed(f"protocol version {version} is not known here") from None


def law_of_day(laws: Laws, day: date) -> Law:
    """The law under which something of that `day` began: what changes later is not for it (R-9.21). What is older than every
    version goes by the first."""
    try:
        return laws.in_force(day)
    except NotInForce:
        return min(laws.own, key=lambda one: one.in_force_from)


def has_had_its_term(laws: Laws, began: datetime, now: datetime, years: Callable[[Terms], int]) -> bool:
    """Whether what is kept from `began` for so many `years`, as its own law says, is kept no longer: in days of the calendar here."""
    since = calendar_date(began)
    return has_had(since, years(law_of_day(laws, since).terms), calendar_date(now))


def shortest_term(laws: Laws, years: Callable[[Terms], int]) -> timedelta:
    """What is younger has not had its term under any law here."""
    return timedelta(days=365 * min(years(one.terms) for one in laws.own))


def law_in_force(laws: Laws, today: date) -> Law:
    """The law that is in force here on `today`; raises CannotSucceed while there is none (art. 27)."""
    try:
        return laws.in_force(today)
    except NotInForce:
        raise CannotSucceed(f"no version of the protocol is in force here on {today.isoformat()}") from None
