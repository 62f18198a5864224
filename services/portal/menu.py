"""What stands in the bar of every page, by role. Who sees an entry may still be refused by the service behind it, and who does
not see one may still type its address: the bar decides nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from shared.protocol.meetings import MEMBER

EVERYBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Entry:
    """`roles`: who has use for it; EVERYBODY."""

    called: str
    address: str
    roles: frozenset[str] = EVERYBODY


WORK = Entry("Mijn werk", "/")
MEETINGS = Entry("Mijn overleggen", "/overleggen", frozenset({MEMBER, "oov", "vervanger", "beoordelaar", "regisseur"}))
MENU = (WORK, MEETINGS)


def start(roles: Collection[str]) -> str:
    """Where somebody begins who logs in."""
    return MEETINGS.address if set(roles) == {MEMBER} else WORK.address


def menu(roles: Collection[str]) -> list[Entry]:
    return [one for one in MENU if one.roles == EVERYBODY or one.roles & set(roles)]
