"""`meldpunt audit export` and `verify`: the trail as its producers signed it, and whether it is what a witness noted."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.embedded.client import HouseClient
from deploy.embedded.home import Home, HouseError
from shared import offline

IN_ONE_ANSWER = 100
"""Messages in one answer: each brings up to some two hundred lines."""
console = Console(stderr=True)


def audit(home: Home, arguments: argparse.Namespace) -> int:
    """Write the trail to a file, or check a file; raises HouseError for what cannot be read."""
    return _export(home, arguments) if arguments.what == "export" else _verify(home, arguments)


def _export(home: Home, arguments: argparse.Namespace) -> int:
    written, unfinished = 0, arguments.file.with_name(f"{arguments.file.name}.new")
    try:
        with HouseClient(home) as client, unfinished.open("w") as file:
            for one in client.get("oversight", "/v1/audit-cuts", arguments.user)["cuts"]:
                file.write(f"{json.dumps(one)}\n")
            for one in client.one_by_one("oversight", "/v1/audit-batches", arguments.user, "batches", IN_ONE_ANSWER):
                file.write(f"{json.dumps(one)}\n")
                written += 1
        unfinished.replace(arguments.file)
    except OSError as problem:
        raise HouseError(f"{arguments.file} cannot be written: {problem.strerror}") from problem
    console.print(f"{written} signed messages are in {arguments.file}; `meldpunt audit verify` checks them")
    return 0


def _verify(home: Home, arguments: argparse.Namespace) -> int:
    folder: Path = arguments.witness or home.witness
    keys: Path = arguments.keys or home.secret_file("signing-keys.json")
    if not folder.is_dir():
        raise HouseError(f"{folder} is no folder: give the one where the witness keeps its notes with --witness")
    try:
        with arguments.file.open() as file:
            verdicts = offline.verify(file, folder, json.loads(keys.read_text()))
    except OSError as problem:
        raise HouseError(f"{problem.filename} cannot be read: {problem.strerror}") from problem
    except (offline.NotAnExport, ValueError) as problem:
        raise HouseError(str(problem)) from problem
    out = Console(width=None if sys.stdout.isatty() else 160)
    out.print(_table(verdicts))
    harmed = [one for one in verdicts if one.problems]
    noted = any(one.noted.roots for one in verdicts)
    whole = (
        "the trail is whole, and what the witness noted" if noted else "the trail is whole; no witness noted anything"
    )
    out.print("the trail is not what it was" if harmed else whole)
    return 1 if harmed else 0


def _table(verdicts: list[offline.Verdict]) -> Table:
    table = Table(
        "producer", "lines", "of them destroyed", "signed messages", "notes", "noted up to line", "what is wrong"
    )
    for one in verdicts:
        up_to = max(one.noted.roots, default=0)
        counts = (one.lines, one.destroyed, one.signed, len(one.noted.roots), up_to)
        table.add_row(one.producer, *map(str, counts), "\n".join(one.problems))
    return table
