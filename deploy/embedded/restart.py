"""`meldpunt restart NAME`: one process of a running house or cluster is ended, also one that hangs, and started again.

The house does the starting, as it does for whatever dies; a process that a file in `run/held` keeps stopped is let go.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import socket
import time
from urllib.parse import urlsplit

import httpx
import psutil
from rich.console import Console

from deploy.embedded.home import PARTS, Home, HouseError
from deploy.embedded.portal import PAGES
from deploy.embedded.status import is_running, processes

console = Console(stderr=True)
ENDS_SECONDS = 8.0
"""For what is asked to end; what has not by then hangs, and is killed."""
BEGINS_SECONDS = 180.0
POSTGRES_ENDS_BY = signal.SIGINT
"""SIGTERM would wait for every session."""


def restart(home: Home, arguments: argparse.Namespace) -> int:
    """Raises HouseError without a house, for a name that there is not, and when it does not run again."""
    state = home.state()
    if state is None or not is_running(state):
        raise HouseError("no house is running here: start one with `meldpunt up`")
    known = {name: (kind, address) for name, kind, address in processes(state)}
    known |= {name: (name, state["addresses"][name]) for name in PAGES if name in state["addresses"]}
    name = arguments.name
    if name not in known:
        raise HouseError(f"there is no {name} here: choose from {', '.join(known)}")
    kind, address = known[name]
    before = state["pids"].get(name)
    home.held(name).unlink(missing_ok=True)
    _end(before, POSTGRES_ENDS_BY if kind == "postgres" else signal.SIGTERM)
    _wait_for_another(home, name, before, address, of_service=kind not in PARTS)
    console.print(f"{name} runs again; `meldpunt status` says what it lacks")
    return 0


def _end(pid: int | None, by: signal.Signals) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        if pid is None:
            return
        process = psutil.Process(pid)
        process.send_signal(by)
        end = time.monotonic() + ENDS_SECONDS
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            if time.monotonic() > end:
                process.kill()
                return
            time.sleep(0.1)


def _wait_for_another(home: Home, name: str, before: int | None, address: str, *, of_service: bool) -> None:
    end = time.monotonic() + BEGINS_SECONDS
    while True:
        pid = (home.state() or {}).get("pids", {}).get(name)
        if pid not in (before, None) and _answers(address, of_service):
            return
        if time.monotonic() > end:
            raise HouseError(f"{name} did not begin again within {BEGINS_SECONDS:.0f} s; {home.log(name)} says why")
        time.sleep(0.1)


def _answers(address: str, of_service: bool) -> bool:
    """A service or page by HTTP, whatever it lacks; a part by taking a connection."""
    if of_service:
        try:
            return httpx.get(f"{address}/livez", timeout=2).status_code < 500
        except httpx.HTTPError:
            return False
    _, _, port = address.rpartition(":")
    host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    try:
        socket.create_connection((host, int(port)), timeout=2).close()
    except OSError:
        return False
    return True
