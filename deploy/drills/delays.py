"""Everything comes later, on every edge: work goes on, slower, and nobody says that something is away or refuses anything."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from deploy.cluster.home import replicas
from deploy.cluster.wires import DELAY_SECONDS, Spell, edge_of
from deploy.drills.journal import KINDS, Journal, Kind
from deploy.drills.looks import Looks
from deploy.embedded.parts import HERE
from shared.asking import Asks

HELD_SECONDS = 12.0
GOES_ON_SECONDS = 60.0
"""Within which what was reported since the delay began has to be decided."""
PAUSE_SECONDS = 0.5
WORD = b"GET / HTTP/1.0\r\n\r\n"
"""To which everything answers, or closes the connection."""


@dataclass
class Delayed:
    """What was seen. `lacked`: by who, what he said that he lacks; `quickest`: the first answer of all edges, in seconds, and `before` the
    delay; `decided`: of what came since."""

    part: str
    lacked: dict[str, set[str]] = field(default_factory=dict)
    before: float = 0.0
    quickest: float = 0.0
    decided: int = 0
    waited: dict[Kind, float] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    @property
    def faults(self) -> list[str]:
        what = f"{self.part}, delayed"
        found = [f"{what}: {who} says that it lacks {', '.join(sorted(whom))}" for who, whom in self.lacked.items()]
        found += [f"{what}: {why} x{count}" for why, count in self.refused.items()]
        if self.quickest < DELAY_SECONDS or self.before >= DELAY_SECONDS:
            found.append(
                f"{what}: it was not: something answered after {self.quickest:.2f} s, and {self.before:.2f} s before"
            )
        if not self.decided:
            found.append(f"{what}: nothing that was reported meanwhile was decided")
        return found


class Delays:
    """`ports`: by edge, where its wires listen."""

    def __init__(self, looks: Looks, journal: Journal, ports: dict[str, list[int]]) -> None:
        self._looks = looks
        self._journal = journal
        self._ports = ports

    def held(
        self,
        part: str,
        some: Collection[Asks],
        spell: Callable[[str, Spell], None],
        mend: Callable[[str], None],
    ) -> Delayed:
        """All edges to `part`, at once."""
        seen, names = Delayed(part), [edge_of(one.who, one.whom) for one in some]
        ports = [port for one in names for port in self._ports[one]]
        seen.before = quickest(ports)
        for one in names:
            spell(one, "delayed")
        # Until the wires have seen it.
        time.sleep(PAUSE_SECONDS)
        began = time.monotonic()
        seen.quickest = quickest(ports)
        while time.monotonic() < began + HELD_SECONDS or (
            self._journal.decided_since(began) == 0 and time.monotonic() < began + GOES_ON_SECONDS
        ):
            self._look(seen, some)
            time.sleep(PAUSE_SECONDS)
        for one in names:
            mend(one)
        ended = time.monotonic()
        seen.decided = self._journal.decided_since(began)
        seen.waited = {kind: self._journal.longest(kind, began, ended) for kind in KINDS}
        for kind in KINDS:
            for refusal in self._journal.refused_between(kind, began, ended):
                why = f"{kind} {refusal.why}"
                seen.refused[why] = seen.refused.get(why, 0) + 1
        return seen

    def _look(self, seen: Delayed, some: Collection[Asks]) -> None:
        who = [(one, asks.who) for asks in some for one in replicas(asks.who)]
        with ThreadPoolExecutor(len(who)) as asking:
            told = list(asking.map(lambda one: self._looks.problems(*one), who))
        for (one, _), problems in zip(who, told, strict=True):
            if problems:
                seen.lacked.setdefault(one, set()).update(problems)


def quickest(ports: Sequence[int]) -> float:
    """The first answer of all, in seconds."""
    with ThreadPoolExecutor(len(ports)) as asking:
        return min(asking.map(answered_after, ports))


def answered_after(port: int) -> float:
    """Until something comes back, or the connection ends."""
    began = time.monotonic()
    with contextlib.suppress(OSError), socket.create_connection((HERE, port), timeout=10) as one:
        one.sendall(WORD)
        one.recv(1)
    return time.monotonic() - began
