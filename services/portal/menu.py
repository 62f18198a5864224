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
WATCH = Entry("Toezicht", "/toezicht", frozenset({FG, PRIVACY_OFFICER}))
MANAGE = Entry("Beheer", "/beheer", frozenset({BEHEERDER}))
BEGIN = {MEMBER: MEETINGS.address, FG: WATCH.address, BEHEERDER: MANAGE.address}
MENU = (
    WORK,
    MEETINGS,
    Entry("Verstrekkingen", "/verstrekkingen", HAVE_THE_FILE),
    Entry("Verzoeken", "/verzoeken", HAVE_THE_FILE | _WATCHES),
    Entry("Ontvangen", "/ontvangen", frozenset({"department-"})),
    MANAGE,
    WATCH,
    Entry("Vernietiging", "/vernietiging", _WATCHES | {PRIVACY_OFFICER}),
    Entry("Cijfers", "/cijfers", _WATCHES),
    Entry("Status", "/status", frozenset({BEHEERDER})),
    Entry("Het protocol", "/protocol"),
)


def start(roles: Collection[str]) -> str:
    """Where somebody begins who logs in: at his list, or where what he is here for stands, when that is one thing."""
    (only,) = roles if len(set(roles)) == 1 else ("",)
    return BEGIN.get(only, WORK.address)


def menu(roles: Collection[str]) -> list[Entry]:
    mine = {*roles, *(f"{one.partition('-')[0]}-" for one in roles)}
    return [one for one in MENU if one.roles == EVERYBODY or one.roles & mine]
