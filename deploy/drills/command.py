"""`meldpunt drill NAME`: each in a folder of its own, which is removed when nothing was wrong."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from rich.console import Console

from deploy.drills.place import Place
from deploy.embedded.home import Home, HouseError

out = Console(width=160)
DRILLS = {
    "loss": "each process of a cluster is killed in turn while people report and decide",
    "keys": "everything that is a key gets another one while people report and decide, and what was before is refused",
    "sealed": "OpenBao is sealed while people report, and doors that never ran begin meanwhile",
    "destruction": "the active node of OpenBao is killed again and again while signals are destroyed",
    "cut": "every edge of the house is cut while people report and decide",
    "upgrade": "a next version, and the one before again, process by process while people report and decide",
    "runbooks": "every alert is made to fire on an embedded house, and its runbook is followed as it is written",
    "restore": "a backup, destructions, the loss of everything, and the way back, in which nothing destroyed comes back",
}
"""By name, what is rehearsed. The module of that name has `run(place) -> list[str]`: what was wrong."""
ALL = "all"


def drill(home: Home, arguments: argparse.Namespace) -> int:
    """1 when something was wrong; raises HouseError when one cannot be held."""
    if arguments.what not in (*DRILLS, ALL):
        known = "\n".join(f"  {name}: {text}" for name, text in DRILLS.items())
        raise HouseError(f"there are these drills, and `{ALL}` of them:\n{known}")
    # Whatever ends a drill, what it started is ended too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    names = tuple(DRILLS) if arguments.what == ALL else (arguments.what,)
    return max(_held(name, arguments) for name in names)


def _held(name: str, arguments: argparse.Namespace) -> int:
    folder = Path(arguments.home) if arguments.home else Path(tempfile.mkdtemp(prefix=f"meldpunt-drill-{name}-"))
    folder.mkdir(exist_ok=True)
    # PostgreSQL's user, where root has made one, has to enter it.
    folder.chmod(0o755)
    place = Place(folder, _say, tuple(arguments.only or ()))
    run: Callable[[Place], list[str]] = import_module(f"deploy.drills.{name}").run
    _say(f"--- {name}: {DRILLS[name]}")
    began = time.monotonic()
    try:
        faults = run(place)
    except HouseError as problem:
        if arguments.what != ALL:
            raise
        faults = [str(problem)]
    for one in faults:
        out.print(f"[bold red]{one}[/]", highlight=False, soft_wrap=True)
    _say(f"{name}: {'nothing was wrong' if not faults else f'{len(faults)} wrong'}; {time.monotonic() - began:.0f} s")
    if faults:
        out.print(f"what it left: {folder}", highlight=False, soft_wrap=True)
        return 1
    place.remove()
    if not arguments.home:
        folder.rmdir()
    return 0


def _say(text: str) -> None:
    out.print(text, highlight=False, soft_wrap=True, markup=False)
