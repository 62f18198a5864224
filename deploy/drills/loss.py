"""The loss of each process in turn, while people report and decide: what is refused meanwhile, and that nothing is lost.

Each is ended by SIGKILL and stays away until something that was reported after it is decided; then it comes back, and the next is not
killed before everything is whole again. Of the services several go at a time, one process of each. The verdict at the end: the journal of what was acknowledged against what is there; the budgets of the
fail-overs; and that the door refused nobody, but while PostgreSQL was away.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import hvac

from deploy.cluster import replica
from deploy.cluster.command import look
from deploy.cluster.home import BAO_NODES, NATS_NODES, POSTGRES_NODES, SEVERAL, ClusterHome, replicas
from deploy.drills.journal import KINDS, Journal, Kind
from deploy.drills.load import LOOK_SECONDS, REPORTERS, Load
from deploy.drills.place import Place
from deploy.drills.verdict import PATIENCE, verdict
from deploy.drills.visiting import Seen, Visiting
from deploy.embedded.home import HouseError
from deploy.embedded.parts import wait_until
from deploy.openbao import apply as bao_config
from deploy.tls.identities import ETCD, SETUP_USER
from shared.asking import PORTAL

AWAY_SECONDS = 5.0
"""For how long what was killed stays away at least."""
GOES_ON_SECONDS = 60.0
"""And at most: within which another has to have taken over."""
ALONE_AWAY_SECONDS = 3.0
"""Of what nobody takes over from."""
TOGETHER = 5
"""So many processes of as many services are killed at a time."""
BUDGETS: dict[str, float] = {"nats": 8, "openbao": 5, "postgres": 30}
"""Seconds that somebody may wait while another takes over."""
USER_SECONDS = 15.0
SETTLED_SECONDS = 1.0


@dataclass(frozen=True)
class Killed:
    """What was seen. `was`: what was said of it before; `waited`: the longest, by kind, in seconds; `refused`: attempts, by kind; `cut`:
    of those at the door, without an answer; `whys`: what was answered, and how often."""

    names: tuple[str, ...]
    was: str
    waited: dict[Kind, float]
    refused: dict[Kind, int]
    cut: int
    whys: str
    visit: dict[Seen, int] = field(default_factory=dict)
    """How often who is logged in at the portal found his page how."""

    @property
    def name(self) -> str:
        return ", ".join(self.names) or "nothing"

    @property
    def part(self) -> str:
        return self.name.partition("-")[0]

    @property
    def faults(self) -> list[str]:
        """What is not as it should be."""
        found = []
        budget = BUDGETS.get(self.part)
        if budget:
            slow = {kind: seconds for kind, seconds in self.waited.items() if seconds > budget}
            found += [f"{self.name}: {kind} waited {seconds:.1f} s of {budget:.0f}" for kind, seconds in slow.items()]
        # A request under way at a door that is killed is answered by nobody; the next attempt has to be taken.
        may_be_cut = REPORTERS if {*self.names} & {*replicas("intake")} else 0
        refused = self.refused["door"] - min(self.cut, may_be_cut)
        if refused and (self.part != "postgres" or self.was.startswith(REPLICA)):
            found.append(f"{self.name}: the door refused {refused} times")
        if out := self.visit.get("out"):
            found.append(f"{self.name}: who was logged in at the portal was asked {out} times who he is")
        # What is under way at a process of the portal that is killed is answered by nobody.
        cut = self.visit.get("cut", 0) - bool({*self.names} & {*replicas(PORTAL)})
        if cut > 0:
            found.append(f"{self.name}: who was logged in at the portal had no answer {cut} times")
        return found


# The first is the primary, and when it has come back the replica; then the second is the primary.
OF_POSTGRES = (POSTGRES_NODES[0], *POSTGRES_NODES, ETCD)
OF_SERVICES = tuple(one for several in zip(*map(replicas, SEVERAL), strict=True) for one in several)
"""The first of each service and of the portal, then the second."""
EVERYTHING = (*NATS_NODES, *BAO_NODES, *OF_SERVICES, *OF_POSTGRES)
ALONE = "postgres"
"""In a cluster with one PostgreSQL, in the place of `OF_POSTGRES`."""
REPLICA = "replica"
"""How is said of a PostgreSQL that it is not the primary."""


def run(place: Place) -> list[str]:
    """`place.only`: processes. Raises HouseError for who cannot be killed."""
    names = tuple(place.only or EVERYTHING)
    if unknown := [one for one in names if one not in (*EVERYTHING, ALONE)]:
        raise HouseError(f"{', '.join(unknown)}: there is no such process; there are {', '.join(EVERYTHING)}")
    with place.cluster() as home:
        if alone := (home.state() or {})["alone"]:
            place.say(f"one PostgreSQL, which nobody takes over from: {alone}")
            names = tuple(dict.fromkeys(ALONE if one in OF_POSTGRES else one for one in names))
        elif ALONE in names:
            raise HouseError(f"there are two PostgreSQLs here: {', '.join(POSTGRES_NODES)}")
        loss = Loss(home, place.say, place.journal)
        faults = loss.run(names)
        place.figure(loss.figures())
        return faults


def rounds(names: Sequence[str]) -> list[tuple[str, ...]]:
    """Who is killed at a time, in the order of `names`: of the services one process of each of several."""
    found: list[list[str]] = []
    for name in names:
        service = name.rpartition("-")[0]
        last = {one.rpartition("-")[0] for one in found[-1]} if found else set()
        if last and len(last) < TOGETHER and {service, *last} <= {*SEVERAL} and service not in last:
            found[-1].append(name)
        else:
            found.append([name])
    return [tuple(one) for one in found]


class Loss:
    def __init__(self, home: ClusterHome, say: Callable[[str], None], journal: Journal) -> None:
        self._home = home
        self._say = say
        self.journal = journal
        self.killed: list[Killed] = []
        self._visiting: Visiting | None = None

    def run(self, names: Sequence[str] = EVERYTHING) -> list[str]:
        """Kill `names` in turn; returns what is wrong. Raises HouseError when the cluster does not become whole again."""
        load = Load(self._home, self.journal)
        load.begin()
        try:
            with Visiting(self._home) as self._visiting:
                blind = (
                    []
                    if self._visiting.sees_who_is_out()
                    else ["who is not logged in at the portal is not seen as out"]
                )
                self._watched((), "", lambda: time.sleep(SETTLED_SECONDS + AWAY_SECONDS))
                for some in rounds(names):
                    load.renew()
                    self._kill(some, load)
        finally:
            for name in names:
                self._home.held(name).unlink(missing_ok=True)
            load.end(PATIENCE)
        faults = [fault for one in self.killed for fault in one.faults]
        return blind + faults + verdict(self._home, self.journal, self._say)

    def figures(self) -> str:
        """The longest that anybody waited, by part."""
        longest: dict[str, float] = {}
        for one in self.killed:
            part = one.part if one.part in BUDGETS else "a service" if one.names else "nothing"
            longest[part] = max(longest.get(part, 0.0), *one.waited.values())
        return f"{sum(len(one.names) for one in self.killed)} kills; longest wait " + ", ".join(
            f"{part} {seconds:.1f} s{f' of {BUDGETS[part]:.0f}' if part in BUDGETS else ''}"
            for part, seconds in longest.items()
        )

    def _kill(self, names: tuple[str, ...], load: Load) -> None:
        was = next((one.said for one in look(self._home) if one.name == names[0]), "") if len(names) == 1 else ""

        def kill() -> None:
            pids = (self._home.state() or {})["pids"]
            # Held first: the house would start it again within the second.
            for name in names:
                self._home.held(name).touch()
                os.kill(pids[name], signal.SIGKILL)
                # A machine that is lost takes PostgreSQL along, which outlives its Patroni here.
                if name in POSTGRES_NODES and (server := replica.postmaster(self._home, name)):
                    server.kill()
            self._until_it_goes_on(names)

        def whole() -> None:
            for name in names:
                self._home.held(name).unlink()
            told = ", ".join(names)
            wait_until(lambda: all(one.ready for one in look(self._home)), PATIENCE, f"the cluster without {told}")
            if {*names} & {*POSTGRES_NODES}:
                wait_until(self._makes_users, USER_SECONDS, "OpenBao at the PostgreSQL that took over")
            # Whoever began to wait meanwhile has stopped waiting: else his wait would count for nobody.
            before = time.monotonic()
            wait_until(lambda: _none_waits(load, before), PATIENCE, "what was reported meanwhile")

        self._watched(names, was, kill, whole)

    def _until_it_goes_on(self, names: tuple[str, ...]) -> None:
        """While it is away: until what was reported since is decided, so that another has taken over, or it is known that none did."""
        began = time.monotonic()
        if ALONE in names:
            time.sleep(ALONE_AWAY_SECONDS)
            return
        time.sleep(AWAY_SECONDS)
        while not self.journal.decided_since(began) and time.monotonic() < began + GOES_ON_SECONDS:
            time.sleep(LOOK_SECONDS)

    def _watched(
        self, names: tuple[str, ...], was: str, begin: Callable[[], None], after: Callable[[], None] | None = None
    ) -> None:
        began = time.monotonic()
        begin()
        if after:
            after()
        time.sleep(SETTLED_SECONDS)
        ended = time.monotonic()
        waited = {kind: self.journal.longest(kind, began, ended) for kind in KINDS}
        refused = {kind: self.journal.refused_between(kind, began, ended) for kind in KINDS}
        cut = sum(one.cut for one in refused["door"])
        whys = Counter(f"{kind} {one.why}" for kind, found in refused.items() for one in found)
        counts = {kind: len(found) for kind, found in refused.items()}
        visit = self._visiting.between(began, ended) if self._visiting else {}
        said = ", ".join(f"{why} x{count}" for why, count in whys.items())
        one = Killed(names, was, waited, counts, cut, said, visit)
        self.killed.append(one)
        told = ", ".join(f"{kind} {waited[kind]:.1f} s ({one.refused[kind]} refused)" for kind in KINDS)
        budget = f"; budget {BUDGETS[one.part]:.0f} s" if one.part in BUDGETS else ""
        looked = ", ".join(f"{seen} {count}" for seen, count in visit.items() if count)
        self._say(
            f"{one.name}{f' ({was})' if was else ''}: longest wait {told}{budget}; at the portal: {looked}"
            f"{f'; {one.whys}' if one.whys else ''}"
        )

    def _makes_users(self) -> bool:
        """Services have one for an hour: none of them would show here that there are no new ones."""
        address = (self._home.state() or {})["addresses"]["openbao"]
        bao = bao_config.client(address, self._home.secret("provisioner"), self._home.tls(SETUP_USER))
        try:
            bao_config.database_user(bao, "assessment")
        except (hvac.exceptions.VaultError, OSError):
            return False
        return True


def _none_waits(load: Load, before: float) -> bool:
    load.renew()
    return load.waiting_since(before) == 0
