"""`meldpunt drill NAME`: each in a folder of its own, which is removed when nothing was wrong."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from deploy.drills.place import Place
from deploy.embedded.home import Home, HouseError

out = Console(width=160)
DRILLS = {
    "loss": "each process of a cluster is killed in turn while people report and decide",
    "keys": "everything that is a key gets another one while people report and decide, and what was before is refused",
    "sealed": "OpenBao is sealed while people report, and doors that never ran begin meanwhile",
    "upgrade": "a next version, and the one before again, process by process while people report and decide",
    "destruction": "the active node of OpenBao is killed again and again while signals are destroyed",
    "cut": "every edge of the house is cut, and made slow, while people report and decide",
    "runbooks": "every alert is made to fire on an embedded house, and its runbook is followed as it is written",
    "restore": "a backup, destructions, the loss of everything, and the way back, in which nothing destroyed comes back",
}
"""By name, what is rehearsed. The module of that name has `run(place) -> list[str]`: what was wrong."""
ALL = "all"
IN_ONE = ("loss", "keys", "sealed", "upgrade")
"""Of all of them, those that are held in one cluster, one after the other, as long as nothing is wrong: what the first was told has to be
there after the last. An upgrade leaves a next version behind, so it comes last."""


@dataclass(frozen=True)
class Held:
    """How a drill ended."""

    name: str
    seconds: float
    figures: Sequence[str]
    faults: Sequence[str]


def drill(home: Home, arguments: argparse.Namespace) -> int:
    """1 when something was wrong; raises HouseError when one cannot be held."""
    if arguments.what not in (*DRILLS, ALL):
        known = "\n".join(f"  {name}: {text}" for name, text in DRILLS.items())
        raise HouseError(f"there are these drills, and `{ALL}` of them:\n{known}")
    # Whatever ends a drill, what it started is ended too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    only = tuple(arguments.only or ())
    if arguments.what == ALL:
        if unknown := [one for one in only if one not in DRILLS]:
            raise HouseError(f"{', '.join(unknown)}: there is no such drill; there are {', '.join(DRILLS)}")
        found = list(_all(only or tuple(DRILLS), Path(arguments.home) if arguments.home else None))
        out.print(table(found))
        return int(any(one.faults for one in found))
    with _place(arguments.what, arguments.home, only) as place:
        return int(bool(_held(arguments.what, place).faults))


def _all(names: Sequence[str], home: Path | None) -> Iterator[Held]:
    """Those of `names` that can in one cluster, then each of the others in one of its own."""
    left = dict.fromkeys(names)
    if shared := [one for one in IN_ONE if one in left]:
        yield from _in_one(shared, left, home)
    for name in left:
        with _place(name, home) as place:
            yield _held(name, place, raises=False)


def _in_one(names: Sequence[str], left: dict[str, None], home: Path | None) -> Iterator[Held]:
    """Takes from `left` what was held. What follows a drill that found something has to have a cluster that is well."""
    with _place(ALL, home) as place:
        began = time.monotonic()
        try:
            with place.cluster() as cluster:
                yield Held("the cluster", time.monotonic() - began, (), ())
                for name in names:
                    del left[name]
                    one = _held(name, place.held_in(cluster), raises=False)
                    yield one
                    if one.faults:
                        break
        except HouseError as problem:
            place.faults.append(str(problem))
            yield Held("the cluster", time.monotonic() - began, (), (str(problem),))


@contextlib.contextmanager
def _place(name: str, home: str | Path | None, only: Sequence[str] = ()) -> Iterator[Place]:
    """A folder of its own, which is removed when nothing was wrong."""
    folder = Path(home) if home else Path(tempfile.mkdtemp(prefix=f"meldpunt-drill-{name}-"))
    folder.mkdir(exist_ok=True)
    # PostgreSQL's user, where root has made one, has to enter it.
    folder.chmod(0o755)
    place = Place(folder, _say, only)
    yield place
    if place.faults:
        out.print(f"what it left: {folder}", highlight=False, soft_wrap=True)
        return
    place.remove()
    if not home:
        folder.rmdir()


def _held(name: str, place: Place, *, raises: bool = True) -> Held:
    run: Callable[[Place], list[str]] = import_module(f"deploy.drills.{name}").run
    _say(f"--- {name}: {DRILLS[name]}")
    began = time.monotonic()
    try:
        faults = run(place)
    except HouseError as problem:
        if raises:
            raise
        faults = [str(problem)]
    for one in faults:
        out.print(f"[bold red]{escape(one)}[/]", highlight=False, soft_wrap=True)
    took = time.monotonic() - began
    _say(f"{name}: {'nothing was wrong' if not faults else f'{len(faults)} wrong'}; {took:.0f} s")
    place.faults.extend(faults)
    return Held(name, took, tuple(place.figures), tuple(faults))


def table(found: Sequence[Held]) -> Table:
    """Of each drill how long it took, what it measured and what was wrong."""
    made = Table("drill", Column("seconds", justify="right"), "figures", "wrong", show_lines=True)
    for one in found:
        made.add_row(
            one.name,
            f"{one.seconds:.0f}",
            "\n".join(map(escape, one.figures)),
            "\n".join(map(escape, one.faults)) or "nothing",
        )
    made.add_row("all", f"{sum(one.seconds for one in found):.0f}", "", str(sum(len(one.faults) for one in found)))
    return made


def _say(text: str) -> None:
    out.print(text, highlight=False, soft_wrap=True, markup=False)
