"""The law in the hands of a service: which versions it knows, and what becomes of one that it does not know."""

from __future__ import annotations

from shared.errors import CannotSucceed
from shared.protocol.laws import Laws, UnknownVersion
from shared.protocol.model import Law


def known_law(laws: Laws, version: str) -> Law:
    """The law of `version`, for a message that names it; raises CannotSucceed, so that the message is parked.

    It waits there until the file is put in place: no version is ever replaced by another (R-2.5).
    """
    try:
        return laws.of(version)
    except UnknownVersion:
        raise CannotSucceed(f"protocol version {version} is not known here") from None
