"""Everything that is a key gets another one, in a cluster that people report to and decide in: nobody waits for long, nothing
is lost, and what was there before is refused.

Each part shows first that what it will see refused is taken before, so that a check that sees nothing fails.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from deploy.drills.keys_of_openbao import seal, secret_ids
from deploy.drills.keys_of_people import log_in
from deploy.drills.keys_of_services import letterboxes, transit
from deploy.drills.keys_of_tls import certificates
from deploy.drills.place import Place
from deploy.drills.under_load import UnderLoad
from deploy.embedded.home import HouseError

PARTS: dict[str, Callable[[UnderLoad], list[str]]] = {
    "certificates": certificates,
    "secret-ids": secret_ids,
    "letterboxes": letterboxes,
    "transit": transit,
    "log-in": log_in,
    "seal": seal,
}
AT_ONCE = (("certificates",), ("secret-ids",), ("letterboxes", "log-in"), ("transit",), ("seal",))
"""What is held at the same time: two that wait for different keys to be noticed, and of which neither ends a process."""


def run(place: Place) -> list[str]:
    """`place.only`: parts. Raises HouseError for one that there is not."""
    names = tuple(place.only or PARTS)
    if unknown := [one for one in names if one not in PARTS]:
        raise HouseError(f"{', '.join(unknown)}: there is no such part; there are {', '.join(PARTS)}")
    faults: list[str] = []
    with place.cluster() as home:
        with UnderLoad.begun(home, place.say, place.journal) as under:
            for several in AT_ONCE:
                faults += _held(under, [name for name in several if name in names])
                under.whole()
            faults += under.parked()
        place.figure(under.figures())
        return faults + under.verdict()


def _held(under: UnderLoad, names: Sequence[str]) -> list[str]:
    def held(name: str) -> list[str]:
        with under.told(name):
            return [f"{name}: {one}" for one in PARTS[name](under)]

    with ThreadPoolExecutor() as holding:
        return [fault for one in [holding.submit(held, name) for name in names] for fault in one.result()]
