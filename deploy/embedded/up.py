"""`meldpunt up`: start a house and stay with it, or leave it running."""

from __future__ import annotations

import argparse
import os
import signal
import time

from rich.table import Table

from deploy.embedded.ending import console, end
from deploy.embedded.home import DEMO_USERS, PARTS, SERVICE_NAMES, Home, HouseError
from deploy.embedded.house import House, Options
from deploy.embedded.protocol import known
from deploy.embedded.riec import COUNTERPART
from deploy.embedded.status import is_running


def up(home: Home, arguments: argparse.Namespace) -> int:
    if is_running(home.state()):
        raise HouseError(
            f"a house is running in {home.path} already: see `meldpunt status`, or end it with `meldpunt down`"
        )
    return _detached(home, arguments) if arguments.detach else _stay(home, arguments)


def _stay(home: Home, arguments: argparse.Namespace) -> int:
    began = time.monotonic()
    known(arguments.protocol)
    house = House(home, Options(protocol=arguments.protocol), lambda text: console.print(f"· {text}", highlight=False))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        house.open()
        console.print(_overview(home, time.monotonic() - began))
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


def _detached(home: Home, arguments: argparse.Namespace) -> int:
    """Go on as a process of its own; this one waits until the house is ready."""
    home.make()
    log = home.log("house")
    pid = os.fork()
    if pid == 0:
        os.setsid()
        stream = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        for number, source in enumerate((os.open(os.devnull, os.O_RDONLY), stream, stream)):
            os.dup2(source, number)
        end(lambda: _stay(home, arguments), home)
    while True:
        state = home.state()
        if state and state.get("pid") == pid and state.get("ready"):
            return 0
        if os.waitpid(pid, os.WNOHANG) != (0, 0):
            last = [line for line in log.read_text().splitlines() if line.strip()][-1:]
            raise HouseError(f"the house did not start: {''.join(last)} (see {log})")
        time.sleep(0.1)


def _overview(home: Home, seconds: float) -> Table:
    state = home.state() or {}
    table = Table(title=f"Meldpunt Ondermijning, embedded: {home.path} ({seconds:.1f} s)", title_justify="left")
    for column in ("", "where", "what"):
        table.add_column(column)
    for name in (*PARTS, *SERVICE_NAMES):
        table.add_row(name, state["addresses"][name], "part" if name in PARTS else "service")
    table.add_row(COUNTERPART, state["addresses"][COUNTERPART], "an example of a RIEC, no part of the house")
    table.add_section()
    table.add_row("portal", state["addresses"]["portal"], "open this in a browser")
    table.add_row("public", state["addresses"]["public"], "the form for who reports")
    table.add_section()
    for user, what in DEMO_USERS.items():
        table.add_row(user, f"password {home.demo_users()[user]}", what)
    table.caption = (
        "For trying: everything runs as one user on this machine; no real data in here.\n"
        "Try `meldpunt demo`, `meldpunt status`, `meldpunt token anna --for assessment`. Ctrl-C stops everything."
    )
    return table
