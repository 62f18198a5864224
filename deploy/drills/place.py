"""Where a drill is held: in a folder of its own, with a house or a cluster that is ended afterwards, however it ends."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from deploy.cluster.home import ClusterHome
from deploy.drills.journal import Journal
from deploy.embedded.home import Home, HouseError

QUICK = {
    "MELDPUNT_WITHDRAWAL_SECONDS": "0",
    "MELDPUNT_WEB_REPORTS_PER_MINUTE": "1000000",
    # In a municipality each is a minute: a drill shows that it happens, and waits for it for as long as that takes.
    "MELDPUNT_KEYS_SECONDS": "15",
    "MELDPUNT_BEACON_SECONDS": "15",
    # What nobody is to give way to: the processes of a cluster are as many machines.
    "MELDPUNT_EMBEDDED_EQUAL": "1",
}


@dataclass(frozen=True)
class Place:
    """`say`: a line for who reads along. `only`: the parts of the drill that were asked for; empty for all. `running`: a cluster that
    drills before this one were held in; `journal`: what was acknowledged in it so far. `figures`: what the drill measured;
    `faults`: what was wrong here, so that what it left is not removed."""

    folder: Path
    say: Callable[[str], None]
    only: Sequence[str] = ()
    running: ClusterHome | None = None
    journal: Journal = field(default_factory=Journal)
    figures: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def figure(self, text: str) -> None:
        """Say it, and keep it for the table of all drills."""
        self.figures.append(text)
        self.say(text)

    def held_in(self, home: ClusterHome) -> Place:
        """For a next drill in the same cluster: what was acknowledged to the drills before has to be there still."""
        return replace(self, running=home, figures=[])

    @contextlib.contextmanager
    def cluster(self, more: Mapping[str, str] | None = None, *words: str) -> Iterator[ClusterHome]:
        """A new one, running; or that which drills share, where it is to be like any. `more`: of its environment; `words`: with which it
        is started. Raises HouseError."""
        if self.running is not None and not more and not words:
            yield self.running
            return
        home = ClusterHome(self.folder / "cluster")
        with self._running(home, ["cluster", "up", *words], ["cluster", "down"], more or {}):
            yield home

    @contextlib.contextmanager
    def house(self, more: Mapping[str, str] | None = None) -> Iterator[Home]:
        """An embedded house; else as a cluster."""
        home = Home(self.folder / "house")
        with self._running(home, ["up"], ["down"], more or {}):
            yield home

    @contextlib.contextmanager
    def _running(self, home: Home, up: list[str], down: list[str], more: Mapping[str, str]) -> Iterator[None]:
        if home.state() is not None:
            raise HouseError(
                f"something was made in {home.path} already: a drill counts what is there, and begins anew"
            )
        try:
            # Its list of destructions is its own, whatever that of the machine's own house is.
            own = {"MELDPUNT_TOMBSTONES": str(home.path / "tombstones")}
            meldpunt(home, *up, "--detach", more=QUICK | own | dict(more))
            yield
        finally:
            meldpunt(home, *down)

    def remove(self) -> None:
        """What was made here, and nothing else: somebody may have named the folder."""
        for one in ("cluster", "house", "versions", "outside", "control"):
            shutil.rmtree(self.folder / one, ignore_errors=True)


def meldpunt(home: Home, *words: str, more: Mapping[str, str] | None = None) -> str:
    """One command on a house; what it printed. Raises HouseError with what it said when it fails."""
    argv = [sys.executable, "-m", "deploy.embedded.cli", *words, "--home", str(home.path)]
    made = subprocess.run(argv, env={**os.environ, **(more or {})}, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise HouseError(f"`meldpunt {' '.join(words)}` failed: {(made.stderr or made.stdout).strip()}")
    return made.stdout
