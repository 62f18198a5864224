"""What somebody filled in, for the bodies of requests; and what was wrong with it, for the page."""

from __future__ import annotations

from collections.abc import Iterable

from services.portal.calls import Said
from services.portal.forms import Control, Filled, read
from services.portal.trouble import Trouble

SPECIAL = ("special-unanswered", "bsn", "special-ground-unknown")
"""Codes of faults that are answered with a ground."""


def text(filled: Filled, name: str) -> str:
    return str(filled.get(name, "")).replace("\r\n", "\n").strip()


def version(filled: Filled) -> int:
    """What was seen; what is no number was seen by nobody."""
    said = str(filled.get("version", ""))
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0


def special(filled: Filled) -> dict[str, str]:
    kind, _, ground = text(filled, "specialGrounds").partition(":")
    return {kind: ground} if ground else {}


def empty(asked: Iterable[Control], filled: Filled) -> tuple[tuple[str, str], ...]:
    """What has to be filled in, as the interface says, and was not; looked at before anything is sent."""
    wanted = (one for one in asked if one.required and one.kind != "along")
    return tuple((one.name, f"ontbreekt: {one.label}") for one in wanted if not read((one,), filled, ""))


def trouble(said: Said) -> Trouble | None:
    if said.is_done:
        return None
    wrong = said.body.get("invalidParams", ())
    # How a machine answers a warning is of no use to people: for them there is a list to choose from.
    faults = tuple((one["name"], str(one["reason"]).partition(", of zeg bij")[0]) for one in wrong)
    overtaken = said.status == 409
    special = any(one["code"] in SPECIAL for one in wrong)
    return Trouble(said.body.get("detail", ""), faults, overtaken, special)
