"""`meldpunt up`: start a house and stay with it, or leave it running."""

from __future__ import annotations

import argparse
import os
import signal
import time

from rich.console import Group
from rich.table import Table

from deploy.embedded.ending import console, end
from deploy.embedded.home import DEMO_USERS, Home, HouseError
from deploy.embedded.house import House, Options
from deploy.embedded.protocol import known
from deploy.embedded.status import is_running


def up(home: Home, arguments: argparse.Namespace, kind: type[House] = House) -> int:
    """`kind`: of house. Raises HouseError when one runs there."""
    if is_running(home.state()):
        raise HouseError(
            f"a house is running in {home.path} already: see `meldpunt status`, or end it with `meldpunt down`"
        )
    return _detached(home, arguments, kind) if arguments.detach else _stay(home, arguments, kind)


def _stay(home: Home, arguments: argparse.Namespace, kind: type[House]) -> int:
    began = time.monotonic()
    known(arguments.protocol)
    house = kind(home, Options(protocol=arguments.protocol), lambda text: console.print(f"· {text}", highlight=False))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        house.open()
        console.print(_overview(home, time.monotonic() - began), "Ctrl-C stops everything.", highlight=False)
        house.watch()
    except Interrupted:
        console.print("· stopping")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        house.close()
    console.print("stopped; `meldpunt up` continues where this was")
    return 0


class Interrupted(BaseException):
    """Ctrl-C, or `meldpunt down`: whatever the house is doing, it now stops in order."""


def _interrupt(*_: object) -> None:
    raise Interrupted


def _detached(home: Home, arguments: argparse.Namespace, kind: type[House]) -> int:
    """Go on as a process of its own; this one waits until the house is ready."""
    began = time.monotonic()
    home.make()
    log = home.log("house")
    pid = os.fork()
    if pid == 0:
        os.setsid()
        stream = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        for number, source in enumerate((os.open(os.devnull, os.O_RDONLY), stream, stream)):
            os.dup2(source, number)
        end(lambda: _stay(home, arguments, kind), home)
    while True:
        state = home.state()
        if state and state.get("pid") == pid and state.get("ready"):
            console.print(
                _overview(home, time.monotonic() - began), "`meldpunt down` stops everything.", highlight=False
            )
            return 0
        if os.waitpid(pid, os.WNOHANG) != (0, 0):
            last = [line for line in log.read_text().splitlines() if line.strip()][-1:]
            raise HouseError(f"the house did not start: {''.join(last)} (see {log})")
        time.sleep(0.1)


def _overview(home: Home, seconds: float) -> Group:
    """What a new user needs: one address, and who logs in there as whom. Where the parts listen, `meldpunt status` says."""
    addresses = (home.state() or {})["addresses"]
    people = Table(box=None, padding=(0, 2))
    for column in ("log in as", "password", "who that is"):
        people.add_column(column, justify="left", no_wrap=column != "who that is")
    for user, what in DEMO_USERS.items():
        people.add_row(user, home.demo_users()[user], what)
    return Group(
        f"\n[bold]Ready in {seconds:.0f} s. Open in a browser:  {addresses['portal']}[/]\n",
        people,
        f"\nWho reports something needs no log-in: {addresses['public']}",
        "Work for everybody: `meldpunt demo`. Each part and where it listens: `meldpunt status`.",
        "For trying only, never for real data: everything runs as one user on this machine.",
    )
