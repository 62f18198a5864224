"""A cut on every edge, while people report and decide: it shows, nothing is lost or doubled, and it goes on by itself afterwards.

The edges are those of the house (`shared.asking`), so that one that is added there is cut here too. Five at a time, of as many
services: first everything on them is swallowed, then refused. Each has to show in `/statusz` and `/metrics` of
both processes of its service before it is mended. The pages are cut from all that they ask, and have to say so.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import httpx

from deploy.cluster.home import ClusterHome, replicas
from deploy.cluster.wired import cuts
from deploy.cluster.wires import CUTS, LOOK_SECONDS, Cut, edge_of
from deploy.drills.browsing import NO_PAGE, Browsing
from deploy.drills.journal import Journal
from deploy.drills.load import Load
from deploy.drills.place import Place
from deploy.drills.verdict import PATIENCE, verdict
from deploy.embedded.home import SERVICE_NAMES, HouseError
from deploy.embedded.parts import HERE, answers_ok, wait_until
from shared.asking import (
    GATEWAY,
    NATS,
    OPENBAO,
    PORTAL,
    POSTGRES,
    PROMETHEUS,
    PROVIDER,
    PUBLIC_PAGES,
    SET_UP,
    TRACES,
    Asks,
    edges,
)

SHOWN_AS = {OPENBAO: "openbao", NATS: "nats", POSTGRES: "database"}
"""What a service says that it lacks."""
PAGES = (PORTAL, PUBLIC_PAGES)
NOT_HERE = {
    SET_UP: "a job, which is not there while people work",
    GATEWAY: "the municipality's own; a cluster on one machine has none",
    PROMETHEUS: "the municipality's own; a cluster on one machine has none",
    TRACES: "a file, in a cluster on one machine",
    PROVIDER: "its address stands in every token, so that nothing can stand between; OpenBao plays its part",
}
"""Whose edges are not cut, and why."""
TOGETHER = 5
CUT_SECONDS = 4.0
"""For how long at least."""
SEEN_SECONDS, BACK_SECONDS = 45.0, 60.0
"""Within which a cut has to show, and to be over."""
DOOR = edge_of("intake", POSTGRES)
"""What the door cannot do without."""


@dataclass
class Seen:
    """Of one edge, in seconds: until every process said that it was cut, and until all was well after it was mended."""

    edge: str
    shown: float | None = None
    back: float | None = None


def run(place: Place) -> list[str]:
    """`place.only`: edges (`WHO.WHOM`), or who. Raises HouseError for an edge that has no place in the drill."""
    parts, pages = cuttable()
    if place.only:
        parts = [one for one in parts if {edge_of(one.who, one.whom), one.who} & {*place.only}]
        pages = [one for one in pages if {edge_of(one.who, one.whom), one.who} & {*place.only}]
    with place.cluster({}, "--wires") as home:
        return Cuts(home, place.say).run(parts, pages)


def cuttable(found: Iterable[Asks] | None = None) -> tuple[list[Asks], list[Asks]]:
    """The edges from a service to a part, and those from a page to a service. Raises HouseError for one that is neither, and
    is not named as one that is not here."""
    some = sorted(edges() if found is None else found)
    here = [one for one in some if one.who not in NOT_HERE and one.whom not in NOT_HERE]
    parts = [one for one in here if one.who not in PAGES and one.whom in SHOWN_AS]
    pages = [one for one in here if one.who in PAGES and one.whom not in SHOWN_AS]
    if strange := [edge_of(one.who, one.whom) for one in here if one not in parts and one not in pages]:
        raise HouseError(f"this drill does not know how to cut {', '.join(strange)}")
    return parts, pages


def waves(some: Iterable[Asks]) -> list[list[Asks]]:
    """Each edge once; in one wave no service twice, so that each says what its own cut did, and all parts side by side."""
    found = sorted(some)
    who, whom = (sorted({getattr(one, end) for one in found}) for end in ("who", "whom"))
    left = sorted(found, key=lambda one: ((who.index(one.who) + whom.index(one.whom)) % len(whom), one))
    waves = []
    while left:
        wave: list[Asks] = []
        for one in left:
            if len(wave) < TOGETHER and one.who not in {other.who for other in wave}:
                wave.append(one)
        left = [one for one in left if one not in wave]
        waves.append(wave)
    return waves


class Cuts:
    def __init__(self, home: ClusterHome, say: Callable[[str], None]) -> None:
        self._home = home
        self._say = say
        self._folder = cuts(home)
        self._http = httpx.Client(timeout=15, limits=httpx.Limits(max_keepalive_connections=0))
        self.journal = Journal()

    def run(self, parts: Sequence[Asks], pages: Sequence[Asks]) -> list[str]:
        """What is wrong."""
        faults = self._not_wired([*parts, *pages])
        load = Load(self._home, self.journal)
        wait_until(lambda: not any(map(self._lacks_anything, SERVICE_NAMES)), PATIENCE, "the cluster")
        load.begin()
        try:
            for wave in waves(parts):
                for cut in CUTS:
                    load.renew()
                    faults += self._wave(wave, cut)
            load.renew()
            for who in sorted({one.who for one in pages}):
                faults += self._page(who, [one for one in pages if one.who == who])
        finally:
            for one in self._folder.iterdir():
                one.unlink()
            load.end(PATIENCE)
            self._http.close()
        return faults + verdict(self._home, self.journal, self._say)

    def _not_wired(self, some: Iterable[Asks]) -> list[str]:
        """An edge without a wire would be cut by nothing."""
        wired = {one["edge"] for one in json.loads((self._home.path / "run" / "wires.json").read_text()).values()}
        return [f"{edge_of(one.who, one.whom)} has no wire" for one in some if edge_of(one.who, one.whom) not in wired]

    # --- services and parts ------------------------------------------------------------------------

    def _wave(self, wave: Sequence[Asks], cut: Cut) -> list[str]:
        seen = {one: Seen(edge_of(one.who, one.whom)) for one in wave}
        began = time.monotonic()
        self._cut(seen.values(), cut)
        with ThreadPoolExecutor(2 * TOGETHER) as looking:
            looks = [looking.submit(self._until, began, SEEN_SECONDS, partial(self._says_so, one)) for one in wave]
            for one, look in zip(seen.values(), looks, strict=True):
                one.shown = look.result()
            time.sleep(max(0.0, began + CUT_SECONDS - time.monotonic()))
            self._mend(seen.values())
            mended = time.monotonic()
            looks = [looking.submit(self._until, mended, BACK_SECONDS, partial(self._is_well, one)) for one in wave]
            for one, look in zip(seen.values(), looks, strict=True):
                one.back = look.result()
        self._say(f"{cut}: {'; '.join(_told(one) for one in seen.values())}")
        faults = [f"{one.edge}, {cut}: it did not show" for one in seen.values() if one.shown is None]
        faults += [f"{one.edge}, {cut}: it was not over" for one in seen.values() if one.back is None]
        refused = self.journal.refused_between("door", began, time.monotonic())
        if refused and DOOR not in {one.edge for one in seen.values()}:
            faults.append(
                f"the door refused {len(refused)} times while {cut}: {', '.join(one.edge for one in seen.values())}"
            )
        return faults

    @staticmethod
    def _until(began: float, most: float, look: Callable[[], bool]) -> float | None:
        """Seconds since `began` until it was so; None where it was not within `most`."""
        while time.monotonic() < began + most:
            if look():
                return time.monotonic() - began
            time.sleep(0.1)
        return None

    def _cut(self, some: Iterable[Seen], cut: Cut) -> None:
        for one in some:
            self._home.write(self._folder / one.edge, cut)

    def _mend(self, some: Iterable[Seen]) -> None:
        for one in some:
            (self._folder / one.edge).unlink()

    def _says_so(self, asks: Asks) -> bool:
        """Whether every process of who asks says what it lacks, in what operators read and in what they measure."""
        shown = SHOWN_AS[asks.whom]

        with ThreadPoolExecutor() as asking:
            told = [asking.submit(self._problems, one, asks.who) for one in replicas(asks.who)]
            measured = [asking.submit(self._measures, one, asks.who, shown) for one in replicas(asks.who)]
            return all(shown in one.result() for one in told) and all(one.result() for one in measured)

    def _is_well(self, asks: Asks) -> bool:
        return not self._lacks_anything(asks.who)

    def _lacks_anything(self, service: str) -> bool:
        """Whether any of its processes says that something is away, or does not answer."""
        ports = (self._home.state() or {})["several"]
        return any(self._problems(one, service) or not answers_ok(ports[one], "/readyz") for one in replicas(service))

    def _problems(self, one: str, service: str) -> dict[str, str]:
        """What a process says that it lacks; that it says nothing is one too."""
        try:
            answer = self._asked(one, "/statusz", f"operations-{service}")
            return dict(answer.raise_for_status().json()["problems"])
        except httpx.HTTPError as problem:
            return {"http": type(problem).__name__}

    def _measures(self, one: str, service: str, part: str) -> bool:
        try:
            text = self._asked(one, "/metrics", f"metrics-{service}").raise_for_status().text
        except httpx.HTTPError:
            return False
        return any(
            f'part="{part}"' in line and line.split()[-1] in ("1", "1.0")
            for line in text.splitlines()
            if "_lacks{" in line
        )

    def _asked(self, one: str, path: str, secret: str) -> httpx.Response:
        port = (self._home.state() or {})["several"][one]
        return self._http.get(
            f"http://{HERE}:{port}{path}", headers={"Authorization": f"Bearer {self._home.secret(secret)}"}
        )

    # --- pages -------------------------------------------------------------------------------------

    def _page(self, who: str, asks: Sequence[Asks]) -> list[str]:
        """Cut from all that it asks together, and from each alone, it says of exactly these that they do not answer."""
        with Browsing(self._home, who) as browsing:
            wait_until(browsing.is_well, BACK_SECONDS, who)
            alone: list[tuple[Cut, list[Asks]]] = [("refused", [one]) for one in asks]
            return [
                fault
                for cut, some in [("swallowed", list(asks)), *alone]
                for fault in self._without(browsing, who, some, cut)
            ]

    def _without(self, browsing: Browsing, who: str, asks: Sequence[Asks], cut: Cut) -> list[str]:
        some = [Seen(edge_of(one.who, one.whom)) for one in asks]
        self._cut(some, cut)
        time.sleep(2 * LOOK_SECONDS)
        began = time.monotonic()
        away = browsing.away()
        took = time.monotonic() - began
        self._mend(some)
        mended = time.monotonic()
        what = f"{cut}: {', '.join(one.edge for one in some)}"
        try:
            wait_until(browsing.is_well, BACK_SECONDS, who)
        except HouseError:
            return [f"{what}: it was not over"]
        self._say(f"{what}: shown in {took:.1f} s, over after {time.monotonic() - mended:.1f} s")
        # Who somebody is lies at access: without it there is no page that could say more.
        says = NO_PAGE if who == PORTAL and any(one.whom == "access" for one in asks) else len(some)
        return [] if away == says else [f"{what}: {who} says of {away} that they do not answer"]


def _told(one: Seen) -> str:
    shown = "not shown" if one.shown is None else f"shown after {one.shown:.1f} s"
    return f"{one.edge} {shown}, {'not over' if one.back is None else f'over after {one.back:.1f} s'}"
