"""What stands in the bar of every page, by role. Who sees an entry may still be refused by the service behind it, and who does
not see one may still type its address: the bar decides nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

EVERYBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Entry:
    """`roles`: who has use for it; EVERYBODY. One that ends in a dash is everybody of that kind, as each department."""

    called: str
    address: str
    roles: frozenset[str] = EVERYBODY


HAVE_THE_FILE = frozenset({"oov", "vervanger", "beoordelaar", "regisseur"})
MENU = (
    Entry("Mijn werk", "/"),
    Entry("Verstrekkingen", "/verstrekkingen", HAVE_THE_FILE),
    Entry("Ontvangen", "/ontvangen", frozenset({"department-"})),
)


def menu(roles: Collection[str]) -> list[Entry]:
    mine = {*roles, *(f"{one.partition('-')[0]}-" for one in roles)}
    return [one for one in MENU if one.roles == EVERYBODY or one.roles & mine]
