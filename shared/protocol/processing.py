"""From a municipality's file to what it says of the register of processing activities (art. 30 AVG)."""

from __future__ import annotations

import re

from shared.protocol.activities import BY_KEY
from shared.protocol.municipality import ORGANS, Processing
from shared.protocol.reading import Table

ADDRESS_OF_REGISTER = re.compile(r"https://[a-z0-9.-]{1,100}(/[a-z0-9-]{1,40}){0,5}")
CONTROLLERS = tuple(one for one in ORGANS if one != "raad")


def processing(table: Table) -> Processing:
    """The address of the register and the controllers; notes everything that is wrong."""
    register = table.text("register")
    if register and not ADDRESS_OF_REGISTER.fullmatch(register):
        table.wrong("register", "moet een adres zijn als https://gemeente.nl/verwerkingen, zonder streep aan het eind")
    general = _controllers(table, "verantwoordelijk")
    own = table.table("per_activiteit")
    by_activity = {}
    for key in own.keys:
        by_activity[key] = _controllers(own, key)
        if key not in BY_KEY:
            own.wrong(key, "is geen activiteit van het register (art. 30 AVG)")
    table.finish()
    return Processing(register, general, by_activity)


def _controllers(table: Table, key: str) -> tuple[str, ...]:
    found = table.texts(key)
    if unknown := sorted({*found} - {*CONTROLLERS}):
        table.wrong(key, f"{', '.join(unknown)}: moet uit {' of '.join(CONTROLLERS)} bestaan, of uit beide")
    if len({*found}) != len(found):
        table.wrong(key, "noemt iemand twee keer")
    return tuple(one for one in found if one in CONTROLLERS)
