"""`meldpunt drill loss`: on a cluster of its own, which is ended and removed afterwards."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from deploy.cluster.home import ClusterHome
from deploy.drills.loss import EVERYTHING, Loss
from deploy.embedded.home import Home, HouseError

out = Console(width=160)
QUICK = {
    "MELDPUNT_WITHDRAWAL_SECONDS": "0",
    "MELDPUNT_WEB_REPORTS_PER_MINUTE": "1000000",
    # What nobody is to give way to: the processes of a cluster are as many machines.
    "MELDPUNT_EMBEDDED_EQUAL": "1",
}


def drill(home: Home, arguments: argparse.Namespace) -> int:
    """1 when something is lost, doubled, refused or late; raises HouseError for who cannot be killed."""
    names = tuple(arguments.only or EVERYTHING)
    if unknown := [one for one in names if one not in EVERYTHING]:
        raise HouseError(f"{', '.join(unknown)}: there is no such process; there are {', '.join(EVERYTHING)}")
    folder = Path(arguments.home) if arguments.home else Path(tempfile.mkdtemp(prefix="meldpunt-drill-"))
    folder.mkdir(exist_ok=True)
    # PostgreSQL's user, where root has made one, has to enter it.
    folder.chmod(0o755)
    there = ClusterHome(folder / "cluster")
    if there.state() is not None:
        raise HouseError(f"there is a cluster in {there.path} already: a drill counts what is there, and begins anew")
    # Whatever ends the drill, the cluster is ended too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        _cluster(there, "up", "--detach")
        faults = Loss(there, lambda text: out.print(text, highlight=False, soft_wrap=True)).run(names)
    finally:
        _cluster(there, "down")
    for one in faults:
        out.print(f"[bold red]{one}[/]", highlight=False, soft_wrap=True)
    if not faults:
        # Nothing else of a folder that somebody named.
        shutil.rmtree(folder if not arguments.home else there.path)
        return 0
    out.print(f"the logs: {there.path / 'logs'}")
    return 1


def _cluster(home: ClusterHome, *words: str) -> None:
    argv = [sys.executable, "-m", "deploy.embedded.cli", "cluster", words[0], "--home", str(home.path), *words[1:]]
    made = subprocess.run(argv, env={**os.environ, **QUICK}, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise HouseError(f"the cluster did not go {words[0]}: {made.stderr.strip()}")
