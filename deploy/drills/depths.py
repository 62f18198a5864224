"""What a cut makes wait shows as rows and as an age, with whoever has it, while it is cut; afterwards nothing waits.

Each edge on the way of a report is cut alone: from the door to the file, and from a decision to supervision.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from deploy.cluster.wires import edge_of
from deploy.drills.looks import Looks, Queues
from shared.asking import OPENBAO, POSTGRES, Asks

WITH: Mapping[str, tuple[str, ...]] = {
    "intake": ("intake",),
    "assessment": ("intake", "assessment"),
    "oversight": ("assessment",),
}
"""By who is cut off: with whom waits what does not get on. The sender keeps a message until it has a receipt."""
NOTHING_WAITS = {
    edge_of("intake", POSTGRES): "the door is shut, and takes nothing that could",
    edge_of("intake", OPENBAO): "it seals and signs by itself, and hands on what it took",
}
"""Which of their edges make nothing wait, and why."""
OLD_SECONDS = 3.0
"""An age that nothing has that gets on."""
SEEN_SECONDS, NOTHING_SECONDS = 45.0, 60.0
"""Within which it has to show, and within which nothing waits after it was mended."""
AFTER_MANY_SECONDS = 120.0
"""And after everything was cut: what nobody answered for long is tried again after a pause that grows."""
PAUSE_SECONDS = 0.5


@dataclass
class Depth:
    """Of one edge. `shown`: the deepest that was seen before it was mended, `age` of the oldest row, in seconds; `back`: after how
    long nothing waited."""

    edge: str
    shown: int = 0
    age: float = 0.0
    where: str = ""
    back: float | None = None

    @property
    def faults(self) -> list[str]:
        found = [] if self.shown else [f"{self.edge}: what it makes wait did not show"]
        return found + ([] if self.back is not None else [f"{self.edge}: something waited still after it was mended"])


def on_the_way(some: Iterable[Asks]) -> list[Asks]:
    """Those of `some` that make something wait."""
    return [one for one in some if one.who in WITH and edge_of(one.who, one.whom) not in NOTHING_WAITS]


def deepest(found: Queues, edge: Asks) -> tuple[int, float, str] | None:
    """Rows, age and name of the queue whose oldest row waits longest, of those that have what `edge` makes wait; None while
    nothing there waits longer than what gets on."""
    old = [
        (one.age, one.rows, f"{service} {queue}")
        for (service, queue), one in found.items()
        if service in WITH[edge.who] and one.rows and one.age >= OLD_SECONDS
    ]
    if not old:
        return None
    age, rows, where = max(old)
    return rows, age, where


def left(found: Queues) -> list[str]:
    """What waits longer than what gets on."""
    return sorted(
        f"{service} {queue}" for (service, queue), one in found.items() if one.rows and one.age >= OLD_SECONDS
    )


def rows(found: Queues) -> list[str]:
    """What waits at all."""
    return sorted(f"{service} {queue}: {one.rows}" for (service, queue), one in found.items() if one.rows)


def held(
    looks: Looks,
    some: Iterable[Asks],
    cut: Callable[[str], None],
    mend: Callable[[str], None],
    renew: Callable[[], None],
) -> Iterator[Depth]:
    """Each of `some` cut alone, until what waits has shown; told when nothing waits any more."""
    for asks in on_the_way(some):
        renew()
        one = Depth(edge_of(asks.who, asks.whom))
        cut(one.edge)
        end = time.monotonic() + SEEN_SECONDS
        while time.monotonic() < end and not one.shown:
            time.sleep(PAUSE_SECONDS)
            if found := deepest(looks.queues(WITH[asks.who]), asks):
                one.shown, one.age, one.where = found
        mend(one.edge)
        one.back = gone(looks, WITH[asks.who], NOTHING_SECONDS)
        yield one


def gone(looks: Looks, services: Iterable[str], most: float) -> float | None:
    """After how many seconds nothing waits with any of `services` for longer than what gets on; None where that takes more than `most`."""
    services, began = tuple(services), time.monotonic()
    while time.monotonic() < began + most:
        if not left(looks.queues(services)):
            return time.monotonic() - began
        time.sleep(PAUSE_SECONDS)
    return None
