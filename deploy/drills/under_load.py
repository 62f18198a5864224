"""A cluster under load, while something is done to it: who waits meanwhile, and for how long."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import hvac

from deploy.cluster.command import look
from deploy.cluster.home import ClusterHome
from deploy.drills.journal import KINDS, Journal
from deploy.drills.load import Load
from deploy.drills.place import meldpunt
from deploy.drills.verdict import PATIENCE, verdict
from deploy.embedded.home import SERVICE_NAMES, HouseError
from deploy.embedded.status import operators_look, processes_of
from deploy.openbao import apply as bao_config
from deploy.tls.identities import SETUP_USER

SETTLED_SECONDS = 3.0
PAUSE_SECONDS = 0.5
WHOLE_SECONDS = 120


@dataclass
class UnderLoad:
    home: ClusterHome
    say: Callable[[str], None]
    journal: Journal
    load: Load
    longest: dict[str, float] = field(default_factory=dict)
    """By what was done, the longest that anybody waited meanwhile, in seconds."""

    @classmethod
    @contextlib.contextmanager
    def begun(cls, home: ClusterHome, say: Callable[[str], None], journal: Journal) -> Iterator[UnderLoad]:
        made = cls(home, say, journal, Load(home, journal))
        made.load.begin()
        try:
            yield made
        finally:
            made.load.end(PATIENCE)

    def verdict(self) -> list[str]:
        """Once the load has ended."""
        return verdict(self.home, self.journal, self.say)

    def figures(self) -> str:
        return "longest wait " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in self.longest.items())

    @contextlib.contextmanager
    def told(self, name: str) -> Iterator[None]:
        """Prints who waited longest while what is inside was done, and until all that was begun meanwhile was taken."""
        began = time.monotonic()
        yield
        self.until(
            lambda: self.load.waiting_since(time.monotonic() - SETTLED_SECONDS) == 0, "what was reported meanwhile"
        )
        ended = time.monotonic()
        waits = ", ".join(f"{kind} {self.journal.longest(kind, began, ended):.1f} s" for kind in KINDS)
        self.longest[name] = max(self.journal.longest(kind, began, ended) for kind in KINDS)
        refused = [one for kind in KINDS for one in self.journal.refused_between(kind, began, ended)]
        whys = Counter(f"{one.kind} {one.why}" for one in refused)
        told = (
            "; refused: " + ", ".join(f"{why} x{count}" for why, count in whys.items()) if whys else "; nobody refused"
        )
        self.say(f"{name}: {ended - began:.0f} s; longest wait {waits}{told}")

    def until(self, ready: Callable[[], bool], what: str, seconds: float = PATIENCE) -> float:
        """Wait; people's tokens are had anew meanwhile. Returns seconds; raises HouseError."""
        began = time.monotonic()
        while not ready():
            if time.monotonic() > began + seconds:
                raise HouseError(f"{what}: not within {seconds:.0f} s")
            # Where log-in is away they have those that they have.
            with contextlib.suppress(HouseError):
                self.load.renew()
            time.sleep(PAUSE_SECONDS)
        return time.monotonic() - began

    def whole(self) -> float:
        """Until every process is ready; raises HouseError."""
        return self.until(lambda: all(one.ready for one in look(self.home)), "the cluster is whole", WHOLE_SECONDS)

    def meldpunt(self, *words: str) -> str:
        """One command on the cluster; raises HouseError."""
        self.load.renew()
        return meldpunt(self.home, *words)

    def bao(self) -> hvac.Client:
        """As who administers it."""
        address = (self.home.state() or {})["addresses"]["openbao"]
        return bao_config.client(address, self.home.secret("provisioner"), self.home.tls(SETUP_USER))

    def parked(self) -> list[str]:
        """What some process of a service has put aside, as who runs it is shown it."""
        found = []
        for service in SERVICE_NAMES:
            for one, address in processes_of(self.home, service).items():
                try:
                    queues = operators_look(self.home, service, address).raise_for_status().json()["queues"]
                except httpx.HTTPError as problem:
                    raise HouseError(f"{one} does not say what it has: {type(problem).__name__}") from None
                found += parked_in(one, queues)
        return found


def parked_in(process: str, queues: list[dict[str, Any]] | None) -> list[str]:
    """Of what `/statusz` says of its queues; raises HouseError where it does not know."""
    if queues is None:
        raise HouseError(f"{process} does not know what waits")
    rows = [(one["queue"], row) for one in queues for row in one["rows"]]
    return [f"{process}: {queue} has {row['id']} parked: {row['why']}" for queue, row in rows if row["parked"]]
