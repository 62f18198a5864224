"""A cut on every edge, while people report and decide: it shows, nothing is lost or doubled, and it goes on by itself afterwards.

The edges are those of the house (`shared.asking`), so that one that is added there is cut here too. Several at a time, of as many
services: first everything on them is swallowed, then refused. Each has to show in `/statusz` and `/metrics` of
both processes of its service before it is mended. What waits meanwhile has to show as well (`depths`). Then everything on every edge
comes later, and nobody may say that something is away (`delays`). The pages are cut from all that they ask, and have to
say so; and everybody from where people log in (`provider`).
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from deploy.cluster.home import ClusterHome
from deploy.cluster.wired import cuts
from deploy.cluster.wires import CUTS, Cut, Spell, edge_of
from deploy.drills import depths
from deploy.drills.delays import Delays
from deploy.drills.journal import KINDS
from deploy.drills.load import Load
from deploy.drills.looks import SHOWN_AS, Looks
from deploy.drills.pages import WithoutServices
from deploy.drills.place import Place
from deploy.drills.provider import WithoutProvider
from deploy.drills.verdict import PATIENCE, verdict
from deploy.embedded.home import SERVICE_NAMES, HouseError
from deploy.embedded.parts import wait_until
from shared.asking import GATEWAY, PORTAL, POSTGRES, PROMETHEUS, PROVIDER, PUBLIC_PAGES, SET_UP, TRACES, Asks, edges

PAGES = (PORTAL, PUBLIC_PAGES)
NOT_HERE = {
    SET_UP: "a job, which is not there while people work",
    GATEWAY: "the municipality's own; a cluster on one machine has none",
    PROMETHEUS: "the municipality's own; a cluster on one machine has none",
    TRACES: "a file, in a cluster on one machine",
}
"""Whose edges are not cut, and why."""
WAITING, DELAYED = "waiting", "delayed"
"""Parts of the drill, beside edges: what waits, and what comes later."""
TOGETHER = 10
PAUSE_SECONDS = 0.3
"""Between two looks at a service."""
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


@dataclass(frozen=True)
class Edges:
    """`parts`: from a service to a part; `pages`: from a page to a service; `provider`: to where people log in."""

    parts: list[Asks]
    pages: list[Asks]
    provider: list[Asks]

    def of(self, names: Sequence[str]) -> Edges:
        """Those of the edges, or of who, that `names` has."""

        def some(found: list[Asks]) -> list[Asks]:
            return [one for one in found if {edge_of(one.who, one.whom), one.who} & {*names}]

        return Edges(some(self.parts), some(self.pages), some(self.provider))


def run(place: Place) -> list[str]:
    """`place.only`: edges (`WHO.WHOM`), who, or one of the words `waiting` and `delayed`. Raises HouseError for an edge that has no
    place in the drill."""
    found = cuttable()
    some = found.of(place.only) if place.only else found
    if not {WAITING, DELAYED} & {*place.only} and not (some.parts or some.pages or some.provider):
        raise HouseError(f"{', '.join(place.only)}: there is no such edge, nobody of that name, and no such part")
    with place.cluster({}, "--wires") as home:
        drill = Cuts(home, place)
        return drill.run(
            some,
            waiting=found.parts if not place.only or WAITING in place.only else (),
            delayed=found.parts if not place.only or DELAYED in place.only else (),
        )


def cuttable(found: Iterable[Asks] | None = None) -> Edges:
    """Raises HouseError for one that is neither from a service to a part nor from a page to a service nor to where people log in, and
    is not named as one that is not here."""
    some = sorted(edges() if found is None else found)
    here = [one for one in some if one.who not in NOT_HERE and one.whom not in NOT_HERE]
    provider = [one for one in here if one.whom == PROVIDER and one.who in (PORTAL, "access")]
    parts = [one for one in here if one.who not in PAGES and one.whom in SHOWN_AS]
    pages = [one for one in here if one.who in PAGES and one.whom not in SHOWN_AS and one.whom != PROVIDER]
    if strange := [edge_of(one.who, one.whom) for one in here if one not in (*parts, *pages, *provider)]:
        raise HouseError(f"this drill does not know how to cut {', '.join(strange)}")
    return Edges(parts, pages, provider)


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
    def __init__(self, home: ClusterHome, place: Place) -> None:
        self._home = home
        self._say = place.say
        self._figure = place.figure
        self._folder = cuts(home)
        self._looks = Looks(home)
        self._seen: dict[tuple[str, Cut], list[Seen]] = defaultdict(list)
        self.journal = place.journal

    def run(self, some: Edges, waiting: Sequence[Asks] = (), delayed: Sequence[Asks] = ()) -> list[str]:
        """What is wrong. `waiting`, `delayed`: of which it is seen what they make wait, and that they may be slow."""
        faults = self._not_wired([*some.parts, *some.pages, *some.provider])
        load = Load(self._home, self.journal)
        wires = self._home, self._say, self._spell, self._mend
        wait_until(lambda: not any(map(self._looks.lacks_anything, SERVICE_NAMES)), PATIENCE, "the cluster")
        load.begin()
        try:
            for wave in waves(some.parts):
                for cut in CUTS:
                    load.renew()
                    faults += self._wave(wave, cut)
            faults += self._waiting(waiting, load)
            faults += self._delayed(delayed, load)
            load.renew()
            faults += WithoutServices(*wires).run(some.pages)
            if some.provider:
                load.renew()
                faults += WithoutProvider(*wires).run()
        finally:
            for one in self._folder.iterdir():
                one.unlink()
            load.end(PATIENCE)
        for (part, cut), seen in sorted(self._seen.items()):
            self._figure(
                f"{part}, {cut}: shown after {_span(one.shown for one in seen)}, over after {_span(one.back for one in seen)}"
            )
        faults += verdict(self._home, self.journal, self._say) + self._nothing_waits()
        self._looks.close()
        return faults

    def _not_wired(self, some: Iterable[Asks]) -> list[str]:
        """An edge without a wire would be cut by nothing."""
        names = [edge_of(one.who, one.whom) for one in some]
        return [f"{one} has no wire" for one in names if one not in self._ports()]

    def _ports(self) -> dict[str, list[int]]:
        """By edge, where its wires listen."""
        found = defaultdict(list)
        for port, one in json.loads((self._home.path / "run" / "wires.json").read_text()).items():
            found[one["edge"]].append(int(port))
        return dict(found)

    def _spell(self, edge: str, spell: Spell) -> None:
        self._home.write(self._folder / edge, spell)

    def _mend(self, edge: str) -> None:
        (self._folder / edge).unlink()

    # --- what waits, what is slow ------------------------------------------------------------------

    def _waiting(self, some: Sequence[Asks], load: Load) -> list[str]:
        if not some:
            return []
        load.renew()
        after = depths.gone(self._looks, SERVICE_NAMES, depths.AFTER_MANY_SECONDS)
        if after is None:
            waits = ", ".join(depths.left(self._looks.queues()))
            return [f"what the cuts made wait was not gone after {depths.AFTER_MANY_SECONDS:.0f} s: {waits}"]
        self._figure(f"what all cuts made wait was gone {after:.1f} s after the last")
        faults = []
        for one in depths.held(self._looks, some, lambda edge: self._spell(edge, "refused"), self._mend, load.renew):
            back = (
                "something waited still" if one.back is None else f"nothing waited {one.back:.1f} s after it was mended"
            )
            self._figure(f"refused: {one.edge}: {one.shown} rows in {one.where}, the oldest of {one.age:.0f} s; {back}")
            faults += one.faults
        return faults

    def _delayed(self, some: Sequence[Asks], load: Load) -> list[str]:
        delays, faults = Delays(self._looks, self.journal, self._ports()), []
        for part in sorted({one.whom for one in some}):
            load.renew()
            one = delays.held(part, [asks for asks in some if asks.whom == part], self._spell, self._mend)
            waits = ", ".join(f"{kind} {one.waited[kind]:.1f} s" for kind in KINDS)
            self._figure(f"delayed: {part}, everybody: {one.decided} came and were decided; longest wait {waits}")
            faults += one.faults
        return faults

    def _nothing_waits(self) -> list[str]:
        """Once nobody reports any more."""
        end = time.monotonic() + depths.NOTHING_SECONDS
        while (found := depths.rows(self._looks.queues())) and time.monotonic() < end:
            time.sleep(depths.PAUSE_SECONDS)
        self._say(f"in the end {', '.join(found) if found else 'nothing'} waits")
        return [f"{one} waits in the end" for one in found]

    # --- services and parts ------------------------------------------------------------------------

    def _wave(self, wave: Sequence[Asks], cut: Cut) -> list[str]:
        seen = {one: Seen(edge_of(one.who, one.whom)) for one in wave}
        began = time.monotonic()
        for one in seen.values():
            self._spell(one.edge, cut)
        with ThreadPoolExecutor(2 * TOGETHER) as looking:
            looks = [looking.submit(self._until, began, SEEN_SECONDS, partial(self._says_so, one)) for one in wave]
            for one, look in zip(seen.values(), looks, strict=True):
                one.shown = look.result()
            time.sleep(max(0.0, began + CUT_SECONDS - time.monotonic()))
            for one in seen.values():
                self._mend(one.edge)
            mended = time.monotonic()
            looks = [looking.submit(self._until, mended, BACK_SECONDS, partial(self._is_well, one)) for one in wave]
            for one, look in zip(seen.values(), looks, strict=True):
                one.back = look.result()
        for asks, one in seen.items():
            self._seen[asks.whom, cut].append(one)
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
            time.sleep(PAUSE_SECONDS)
        return None

    def _says_so(self, asks: Asks) -> bool:
        return self._looks.says_so(asks.who, asks.whom)

    def _is_well(self, asks: Asks) -> bool:
        return not self._looks.lacks_anything(asks.who)


def _told(one: Seen) -> str:
    shown = "not shown" if one.shown is None else f"shown after {one.shown:.1f} s"
    return f"{one.edge} {shown}, {'not over' if one.back is None else f'over after {one.back:.1f} s'}"


def _span(found: Iterable[float | None]) -> str:
    known = sorted(one for one in found if one is not None)
    return f"{known[0]:.1f} to {known[-1]:.1f} s" if known else "nothing"
