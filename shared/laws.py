"""The law in the hands of a service: which versions it knows, and what becomes of one that it does not know."""

from __future__ import annotations

from datetime import date

from shared.errors import CannotSucceed
from shared.protocol.laws import Laws, NotInForce, UnknownVersion
from shared.protocol.model import Law


def known_law(laws: Laws, version: str) -> Law:
    """The law of `version`, for a message that names it; raises CannotSucceed, so that the message is parked.

    It waits there until the file is put in place: no version is ever replaced by another (R-2.5).
    """
    try:
        return laws.of(version)
    except UnknownVersion:
        raise CannotSucceed(f"protocol version {version} is not known here") from None


def law_in_force(laws: Laws, today: date) -> Law:
    """The law that is in force here on `today`; raises CannotSucceed while there is none (art. 27)."""
    try:
        return laws.in_force(today)
    except NotInForce:
        raise CannotSucceed(f"no version of the protocol is in force here on {today.isoformat()}") from None
