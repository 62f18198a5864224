"""The loss of each process in turn, while people report and decide: what is refused meanwhile, and that nothing is lost.

Each is ended by SIGKILL and stays away for a while; then it comes back, and the next is not killed before everything is
whole again. The verdict at the end: the journal of what was acknowledged against what is there; the budgets of the
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
from deploy.drills.load import REPORTERS, Load
from deploy.drills.place import Place
from deploy.drills.verdict import PATIENCE, verdict
from deploy.drills.visiting import Seen, Visiting
from deploy.embedded.home import HouseError
from deploy.embedded.parts import wait_until
from deploy.openbao import apply as bao_config
from deploy.tls.identities import ETCD, SETUP_USER
from shared.asking import PORTAL

AWAY_SECONDS = {"nats": 12.0, "openbao": 10.0, "postgres": 3.0}
PRIMARY_AWAY_SECONDS = 25.0
"""Longer than its lease, so that the other has taken over."""
SERVICE_AWAY_SECONDS = 4.0
"""For how long what was killed stays away."""
BUDGETS: dict[str, float] = {"nats": 8, "openbao": 5, "postgres": 30}
"""Seconds that somebody may wait while another takes over."""
USER_SECONDS = 15.0
SETTLED_SECONDS = 3.0


@dataclass(frozen=True)
class Killed:
    """What was seen. `waited`: the longest, by kind, in seconds; `refused`: attempts, by kind; `cut`: of those at the
    door, without an answer; `whys`: what was answered, and how often."""

    name: str
    was: str
    waited: dict[Kind, float]
    refused: dict[Kind, int]
    cut: int
    whys: str
    visit: dict[Seen, int] = field(default_factory=dict)
    """How often who is logged in at the portal found his page how."""

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
        may_be_cut = REPORTERS if self.name in replicas("intake") else 0
        refused = self.refused["door"] - min(self.cut, may_be_cut)
        if refused and (self.part != "postgres" or self.was.startswith(REPLICA)):
            found.append(f"{self.name}: the door refused {refused} times")
        if out := self.visit.get("out"):
            found.append(f"{self.name}: who was logged in at the portal was asked {out} times who he is")
        # What is under way at a process of the portal that is killed is answered by nobody.
        cut = self.visit.get("cut", 0) - (self.name in replicas(PORTAL))
        if cut > 0:
            found.append(f"{self.name}: who was logged in at the portal had no answer {cut} times")
        return found


# The first is the primary, and when it has come back the replica; then the second is the primary.
OF_POSTGRES = (POSTGRES_NODES[0], *POSTGRES_NODES, ETCD)
EVERYTHING = (*NATS_NODES, *BAO_NODES, *(one for name in SEVERAL for one in replicas(name)), *OF_POSTGRES)
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
        return Loss(home, place.say).run(names)


class Loss:
    def __init__(self, home: ClusterHome, say: Callable[[str], None]) -> None:
        self._home = home
        self._say = say
        self.journal = Journal()
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
                self._watched("nothing", "", 10, lambda: None)
                for name in names:
                    load.renew()
                    self._kill(name, load)
        finally:
            for name in names:
                self._home.held(name).unlink(missing_ok=True)
            load.end(PATIENCE)
        faults = [fault for one in self.killed for fault in one.faults]
        return blind + faults + verdict(self._home, self.journal, self._say)

    def _kill(self, name: str, load: Load) -> None:
        was = next((one.said for one in look(self._home) if one.name == name), "")
        away = AWAY_SECONDS.get(name.partition("-")[0], SERVICE_AWAY_SECONDS)
        if name in POSTGRES_NODES:
            away = SERVICE_AWAY_SECONDS if was.startswith(REPLICA) else PRIMARY_AWAY_SECONDS

        def kill() -> None:
            pid = (self._home.state() or {})["pids"][name]
            # Held first: the house would start it again within the second.
            self._home.held(name).touch()
            os.kill(pid, signal.SIGKILL)
            # A machine that is lost takes PostgreSQL along, which outlives its Patroni here.
            if name in POSTGRES_NODES and (server := replica.postmaster(self._home, name)):
                server.kill()

        def whole() -> None:
            self._home.held(name).unlink()
            wait_until(lambda: all(one.ready for one in look(self._home)), PATIENCE, f"the cluster without {name}")
            if name in POSTGRES_NODES:
                wait_until(self._makes_users, USER_SECONDS, "OpenBao at the PostgreSQL that took over")
            # Whoever began to wait meanwhile has stopped waiting: else his wait would count for nobody.
            before = time.monotonic()
            wait_until(lambda: _none_waits(load, before), PATIENCE, "what was reported meanwhile")

        self._watched(name, was, away, kill, whole)

    def _watched(
        self, name: str, was: str, seconds: float, begin: Callable[[], None], after: Callable[[], None] | None = None
    ) -> None:
        began = time.monotonic()
        begin()
        time.sleep(seconds)
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
        one = Killed(name, was, waited, counts, cut, said, visit)
        self.killed.append(one)
        told = ", ".join(f"{kind} {waited[kind]:.1f} s ({one.refused[kind]} refused)" for kind in KINDS)
        budget = f"; budget {BUDGETS[one.part]:.0f} s" if one.part in BUDGETS else ""
        looked = ", ".join(f"{seen} {count}" for seen, count in visit.items() if count)
        self._say(
            f"{name}{f' ({was})' if was else ''}: longest wait {told}{budget}; at the portal: {looked}"
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
