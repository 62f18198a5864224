"""The `meldpunt` command: an embedded house on one machine.

What a command needs is imported when it is given: who asks how a house is must not wait for all that starts one.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import psutil

from deploy.embedded.ending import console, end
from deploy.embedded.home import DEFAULT_PROTOCOL, SERVICE_NAMES, Home, HouseError, default_home
from deploy.embedded.status import is_running

Run = Callable[[Home, argparse.Namespace], int]
Command = Callable[[str, Run, str], argparse.ArgumentParser]
POST_SECONDS = 600
REBUILD_SECONDS = 300
"""So long a service whose key is revoked may take until its post is received; what it signed counts no longer then."""


def _later(module: str, name: str) -> Run:
    """`name` of a module beside this one."""

    def run(home: Home, arguments: argparse.Namespace) -> int:
        found: Run = getattr(import_module(f"deploy.embedded.{module}"), name)
        return found(home, arguments)

    return run


def generate(home: Home, arguments: argparse.Namespace) -> int:
    made = import_module("deploy.generate")
    if not arguments.check:
        console.print("\n".join(made.write()) or "nothing differs")
        return 0
    if found := made.differing():
        raise HouseError(f"not what would be generated (`meldpunt generate`): {', '.join(found)}")
    return 0


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


def logs(home: Home, arguments: argparse.Namespace) -> int:
    file = home.log(arguments.service)
    if not file.exists():
        known = ", ".join(sorted(one.stem for one in file.parent.glob("*.log"))) or "none yet"
        raise HouseError(f"there is no log of {arguments.service}; there are: {known}")
    with contextlib.suppress(BrokenPipeError):
        print(file.read_text(errors="replace"), end="")
    return 0


def parser() -> argparse.ArgumentParser:
    main = argparse.ArgumentParser(
        prog="meldpunt", description="Gemeentelijk Meldpunt Ondermijning, embedded on one machine."
    )
    commands = main.add_subparsers(dest="command", required=True)

    def command(name: str, run: Run, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.add_argument(
            "--home",
            type=Path,
            default=None,
            help="folder of the house (default: $MELDPUNT_HOME or the user's data folder)",
        )
        made.set_defaults(run=run)
        return made

    _of_a_house(command)
    _of_files(command)
    _of_keys(command)
    command("down", down, "Stop a running house.")
    return main


def _of_a_house(command: Command) -> None:
    one = command("up", _later("up", "up"), "Start everything and stay; a second time it continues where it was.")
    one.add_argument("--detach", action="store_true", help="return when everything is ready")
    one.add_argument("--protocol", default=DEFAULT_PROTOCOL, metavar="VERSION")
    one = command(
        "status",
        _later("status", "status"),
        "Each part and service: where, ready, version; what waits and what is stuck, and what to do.",
    )
    one.add_argument("--json", action="store_true")
    one = command("token", _later("client", "token"), "A token of a demo user for one service, by the real log-in.")
    one.add_argument("user")
    one.add_argument("--for", dest="service", required=True, choices=SERVICE_NAMES)
    one = command(
        "demo",
        _later("demo", "demo"),
        "Play invented reports through the house, let a year pass, show the declarations.",
    )
    one.add_argument("--json", action="store_true")
    one = command(
        "cluster",
        lambda home, arguments: int(import_module("deploy.cluster.command").cluster(home, arguments)),
        "The topology of production as processes on this machine: several of each part, two of each service.",
    )
    one.add_argument("what", choices=["up", "down", "status", "compact"])
    one.add_argument("--wires", action="store_true", help="every connection of a service can be cut, for drills")
    one.add_argument("--detach", action="store_true", help="return when everything is ready")
    one.add_argument("--protocol", default=DEFAULT_PROTOCOL, metavar="VERSION")
    one = command(
        "drill",
        lambda home, arguments: int(import_module("deploy.drills.command").drill(home, arguments)),
        "Rehearse what goes wrong, on a house or a cluster of its own; prints its figures and fails loudly.",
    )
    one.add_argument("what", metavar="NAME", help="a drill, or `all`; without one: which there are", nargs="?")
    one.add_argument("--only", metavar="PART", action="append", help="only these of its parts (default: all in turn)")
    _of_backups(command)
    one = command(
        "rebuild",
        _later("rebuild", "rebuild"),
        "Throw a list away and have it made anew from what the services hold; people go on working meanwhile.",
    )
    one.add_argument("what", choices=["worklist"])
    one.add_argument(
        "--wait", type=float, default=REBUILD_SECONDS, help="seconds for every holder to tell what is in hand"
    )
    one = command(
        "restart",
        _later("restart", "restart"),
        "End one process of a running house, also one that hangs, and have it started again; also one that is kept stopped.",
    )
    one.add_argument("name", metavar="NAME", help="as `meldpunt status` calls it, or a page: portal, public or log-in")
    one = command("logs", logs, "The log of one part or service.")
    one.add_argument("service")


AT_ADDRESSES = "of the parts whose addresses the environment names, as the set-up is told (docs/operations/backup.md)"


def _of_backups(command: Command) -> None:
    one = command(
        "backup",
        lambda home, arguments: int(import_module("deploy.backup.command").backup(home, arguments)),
        "Everything of a running house as it is now, encrypted to a key of its own; or an end to the keys that have had their age.",
    )
    one.add_argument("folder", type=Path, nargs="?", help="where backups lie")
    one.add_argument("--keys", type=Path, help="where their keys lie: another place, of which no copy is made")
    one.add_argument("--days", type=int, help="after how many its key is destroyed (default, and most: SNAPSHOT_DAYS)")
    one.add_argument("--installation", action="store_true", help=AT_ADDRESSES)
    one.add_argument("--expire", action="store_true", help="only destroy the keys of which the time has come")
    one = command(
        "restore",
        lambda home, arguments: int(import_module("deploy.backup.command").restore(home, arguments)),
        "Put a backup in the place of a house that is lost, with everything destroyed that was destroyed since.",
    )
    one.add_argument("backup", type=Path, help="the folder of the backup")
    one.add_argument("--key", type=Path, required=True, help="the key that was made with it")
    one.add_argument("--seal-key", type=Path, action="append", help="OpenBao's seal key, which is in no backup")
    one.add_argument("--destructions", type=Path, metavar="FOLDER", help="the list of destructions, as it is today")
    one.add_argument("--cluster", action="store_true", help="into the folder of a cluster of this machine")
    one.add_argument(
        "--unpack",
        type=Path,
        metavar="FOLDER",
        help="only PostgreSQL's data, into a new folder: the first step for an installation",
    )
    one.add_argument("--installation", action="store_true", help=f"the second step: {AT_ADDRESSES}")
    one.add_argument(
        "--without-destructions", action="store_true", help="it is lost; what was destroyed since comes back"
    )


def _of_files(command: Command) -> None:
    one = command(
        "protocol",
        _later("protocol", "protocol"),
        "The protocol as a Dutch document, its register as data, or whether a municipality's file is in order.",
    )
    one.add_argument("what", choices=["show", "register", "check"])
    one.add_argument("of", nargs="?", default=DEFAULT_PROTOCOL, metavar="FILE|VERSION")
    one = command(
        "package",
        _later("handed", "package"),
        "Whether a package of the municipality is what it signed; with files alone.",
    )
    one.add_argument("what", choices=["verify"])
    one.add_argument("file", type=Path)
    one.add_argument("--keys", type=Path, help="the public signing keys (default: those of the house)")
    one.add_argument("--identity", type=Path, help="the receiver's own key of age, when the package is sealed to it")
    one.add_argument("--to", type=Path, help="a folder for its parts, once they are right")
    one = command(
        "account",
        _later("handed", "account"),
        "Whether a verantwoordingsdossier is what the services sealed and oversight signed; with files alone.",
    )
    one.add_argument("what", choices=["verify"])
    one.add_argument("file", type=Path, help="the JSON")
    one.add_argument("--keys", type=Path, help="the public signing keys (default: those of the house)")
    one = command(
        "generate", generate, "What production needs, from the privilege table and the topology, into this repository."
    )
    one.add_argument("--check", action="store_true", help="write nothing; exit code 1 when something differs")
    one = command("receivers", _later("handed", "receivers"), "Whether a file of receivers' public keys is in order.")
    one.add_argument("what", choices=["check"])
    one.add_argument("file", type=Path)
    one.add_argument("--protocol", default=DEFAULT_PROTOCOL, metavar="VERSION")


def _of_keys(command: Command) -> None:
    one = command(
        "keys",
        _later("keys", "keys"),
        "End what was stolen, the signing key of a service or a letterbox key; or renew what is old, while everything runs.",
    )
    one.add_argument("what", choices=["revoke", "renew"])
    one.add_argument(
        "key",
        metavar="SERVICE|KID|NAME",
        help="to revoke: a service or a letterbox key; to renew: secret-ids, signing-keys, row-keys, log-in or seal",
    )
    one.add_argument(
        "--wait", type=float, default=POST_SECONDS, help="seconds for the post of the service to be received"
    )
    one = command(
        "lookup-key",
        _later("lookup_key", "lookup_key"),
        "The yearly change of the key by which a signal is found again: a new version, and an end to those that nothing needs.",
    )
    one.add_argument("--now", action="store_true", help="a new version, also when this year has one")
    one = command(
        "audit",
        _later("audit", "audit"),
        "Write the signed audit trail to a file, or check such a file against a witness's notes.",
    )
    one.add_argument("what", choices=["export", "verify"])
    one.add_argument("file", type=Path)
    one.add_argument("--as", dest="user", default="fg", help="who asks for the export (FG or beheerder)")
    one.add_argument("--witness", type=Path, help="the folder of notes (default: that of the house)")
    one.add_argument("--keys", type=Path, help="the public signing keys (default: those of the house)")
    one = command(
        "certificates",
        _later("certificates", "certificates"),
        "When the certificates of the house end; or new ones for everybody, or another authority, while it runs.",
    )
    one.add_argument("what", nargs="?", default="show", choices=["show", "renew", "new-authority"])
    command(
        "compact",
        _later("compact", "compact"),
        "Have OpenBao's storage compacted now: what was destroyed leaves its files.",
    )


def main() -> None:
    arguments = parser().parse_args()
    home = Home(arguments.home or default_home())
    end(lambda: arguments.run(home, arguments), home)


if __name__ == "__main__":
    main()
