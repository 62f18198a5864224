"""The `meldpunt` command: an embedded house on one machine."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import psutil
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy.embedded.audit import audit
from deploy.embedded.client import HouseClient
from deploy.embedded.compact import compact
from deploy.embedded.demo import play
from deploy.embedded.handed import package, receivers
from deploy.embedded.home import DEMO_USERS, PARTS, SERVICE_NAMES, Home, HouseError, default_home
from deploy.embedded.house import House, Options
from deploy.embedded.keys import WAIT, keys
from deploy.embedded.protocol import DEFAULT_PROTOCOL, known, protocol
from deploy.embedded.riec import COUNTERPART
from deploy.embedded.status import is_running, status

console = Console(stderr=True, width=None if sys.stderr.isatty() else 120)
out = Console(width=None if sys.stdout.isatty() else 160)


# --- up and down --------------------------------------------------------------------------------------


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


def down(home: Home, arguments: argparse.Namespace) -> int:
    state = home.state()
    if not is_running(state):
        console.print(f"no house is running in {home.path}")
        return 0
    assert state is not None
    process = psutil.Process(state["pid"])
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(60)
    except psutil.TimeoutExpired:
        raise HouseError("the house did not stop within a minute; its log says why") from None
    console.print("stopped")
    return 0


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


# --- looking ------------------------------------------------------------------------------------------


def token(home: Home, arguments: argparse.Namespace) -> int:
    with HouseClient(home) as client:
        print(client.token(arguments.user, arguments.service))
    return 0


def logs(home: Home, arguments: argparse.Namespace) -> int:
    file = home.log(arguments.service)
    if not file.exists():
        known = ", ".join(sorted(one.stem for one in file.parent.glob("*.log"))) or "none yet"
        raise HouseError(f"there is no log of {arguments.service}; there are: {known}")
    with contextlib.suppress(BrokenPipeError):
        print(file.read_text(errors="replace"), end="")
    return 0


def demo(home: Home, arguments: argparse.Namespace) -> int:
    return play(home, as_json=arguments.json, console=console, out=out)


def parser() -> argparse.ArgumentParser:
    main = argparse.ArgumentParser(
        prog="meldpunt", description="Gemeentelijk Meldpunt Ondermijning, embedded on one machine."
    )
    commands = main.add_subparsers(dest="command", required=True)

    def command(name: str, run: Callable[[Home, argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.add_argument(
            "--home",
            type=Path,
            default=None,
            help="folder of the house (default: $MELDPUNT_HOME or the user's data folder)",
        )
        made.set_defaults(run=run)
        return made

    one = command("up", up, "Start everything and stay; a second time it continues where it was.")
    one.add_argument("--detach", action="store_true", help="return when everything is ready")
    one.add_argument("--protocol", default=DEFAULT_PROTOCOL, metavar="VERSION")
    one = command(
        "status", status, "Each part and service: where, ready, version; what waits and what is stuck, and what to do."
    )
    one.add_argument("--json", action="store_true")
    one = command("token", token, "A token of a demo user for one service, by the real log-in.")
    one.add_argument("user")
    one.add_argument("--for", dest="service", required=True, choices=SERVICE_NAMES)
    one = command("demo", demo, "Play invented reports through the house, let a year pass, show the declarations.")
    one.add_argument("--json", action="store_true")
    one = command("logs", logs, "The log of one part or service.")
    one.add_argument("service")
    one = command(
        "protocol", protocol, "The protocol as a Dutch document, or whether a municipality's file is in order."
    )
    one.add_argument("what", choices=["show", "check"])
    one.add_argument("of", nargs="?", default=DEFAULT_PROTOCOL, metavar="FILE|VERSION")
    one = command("package", package, "Whether a package of the municipality is what it signed; with files alone.")
    one.add_argument("what", choices=["verify"])
    one.add_argument("file", type=Path)
    one.add_argument("--keys", type=Path, help="the public signing keys (default: those of the house)")
    one.add_argument("--identity", type=Path, help="the receiver's own key of age, when the package is sealed to it")
    one.add_argument("--to", type=Path, help="a folder for its parts, once they are right")
    one = command("receivers", receivers, "Whether a file of receivers' public keys is in order.")
    one.add_argument("what", choices=["check"])
    one.add_argument("file", type=Path)
    one.add_argument("--protocol", default=DEFAULT_PROTOCOL, metavar="VERSION")
    one = command("keys", keys, "End what was stolen: the signing key of a service, or a letterbox key.")
    one.add_argument("what", choices=["revoke"])
    one.add_argument("key", metavar="SERVICE|KID")
    one.add_argument("--wait", type=float, default=WAIT, help="seconds for the post of the service to be received")
    one = command(
        "audit", audit, "Write the signed audit trail to a file, or check such a file against a witness's notes."
    )
    one.add_argument("what", choices=["export", "verify"])
    one.add_argument("file", type=Path)
    one.add_argument("--as", dest="user", default="fg", help="who asks for the export (FG or beheerder)")
    one.add_argument("--witness", type=Path, help="the folder of notes (default: that of the house)")
    one.add_argument("--keys", type=Path, help="the public signing keys (default: those of the house)")
    command("compact", compact, "Have OpenBao's storage compacted now: what was destroyed leaves its files.")
    command("down", down, "Stop a running house.")
    return main


def main() -> None:
    arguments = parser().parse_args()
    home = Home(arguments.home or default_home())
    end(lambda: arguments.run(home, arguments), home)


def end(run: Callable[[], int], home: Home) -> NoReturn:
    """Exit with the code of `run`; what goes wrong is a sentence for a newcomer, the rest is in a log."""
    try:
        sys.exit(run())
    except HouseError as problem:
        console.print(f"[bold red]{escape(str(problem))}[/]", highlight=False, soft_wrap=True)
        sys.exit(1)
    except PermissionError as problem:
        console.print(
            f"[bold red]{problem.filename} may not be written: choose another folder with --home[/]", highlight=False
        )
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as problem:
        # A newcomer gets a sentence; who has to mend it finds the rest in the log.
        home.make()
        with home.log("command").open("a") as stream:
            traceback.print_exc(file=stream)
        console.print(
            f"[bold red]{type(problem).__name__}, which was not foreseen: see {home.log('command')}[/]", soft_wrap=True
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
