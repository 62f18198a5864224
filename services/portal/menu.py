"""What stands in the bar of every page, by role. Who sees an entry may still be refused by the service behind it, and who does
not see one may still type its address: the bar decides nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from shared.protocol.designations import BEHEERDER, FG, PRIVACY_OFFICER
from shared.protocol.meetings import MEMBER

EVERYBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Entry:
    """`roles`: who has use for it; EVERYBODY. One that ends in a dash is everybody of that kind, as each department."""

    called: str
    address: str
    roles: frozenset[str] = EVERYBODY


HAVE_THE_FILE = frozenset({"oov", "vervanger", "beoordelaar", "regisseur"})
_WATCHES = frozenset({BEHEERDER, FG})
WORK = Entry("Mijn werk", "/")
MEETINGS = Entry("Mijn overleggen", "/overleggen", HAVE_THE_FILE | {MEMBER})
MENU = (
    WORK,
    MEETINGS,
    Entry("Verstrekkingen", "/verstrekkingen", HAVE_THE_FILE),
    Entry("Verzoeken", "/verzoeken", HAVE_THE_FILE | _WATCHES),
    Entry("Ontvangen", "/ontvangen", frozenset({"department-"})),
    Entry("Beheer", "/beheer", frozenset({BEHEERDER})),
    Entry("Toezicht", "/toezicht", frozenset({FG, PRIVACY_OFFICER})),
    Entry("Vernietiging", "/vernietiging", _WATCHES | {PRIVACY_OFFICER}),
    Entry("Cijfers", "/cijfers", _WATCHES),
    Entry("Status", "/status", frozenset({BEHEERDER})),
    Entry("Het protocol", "/protocol"),
)


def start(roles: Collection[str]) -> str:
    """Where somebody begins who logs in."""
    return MEETINGS.address if set(roles) == {MEMBER} else WORK.address


def menu(roles: Collection[str]) -> list[Entry]:
    mine = {*roles, *(f"{one.partition('-')[0]}-" for one in roles)}
    return [one for one in MENU if one.roles == EVERYBODY or one.roles & mine]
