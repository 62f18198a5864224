"""The list of destructions: what retention writes outside everything that is restored (`shared/tombstones.py`), and what a backup says in it.

Each backup adds a line to it: its name, and how long each file of the list is. So who restores sees whether the list that he was given
is younger than the backup, whole as far as then, and of this house.
"""

from __future__ import annotations

import contextlib
import json
from datetime import datetime
from pathlib import Path

from shared import tombstones
from shared.backups import BACKUPS

FILES = tombstones.FILE.format("*")


def mark(folder: Path, backup: str, moment: datetime) -> None:
    """`backup` was made; on the disk when this returns. Whoever makes backups need not be whom retention runs as, and retention says
    how old the newest is: who may look into the folder may read these."""
    lengths = {file.name: len(file.read_text().splitlines()) for file in sorted(folder.glob(FILES))}
    line = {"backup": backup, "at": moment.isoformat(), "lines": lengths}
    tombstones.append_lines(folder / BACKUPS, json.dumps(line) + "\n")
    with contextlib.suppress(PermissionError):
        (folder / BACKUPS).chmod(0o644)


def read(folder: Path | None, backup: str) -> tuple[dict[str, datetime], list[str]]:
    """Every destruction, number to moment, and everything that is wrong. Every line has to be read, since what it says would come
    back. None: there is no list."""
    if folder is None:
        return {}, []
    if not folder.is_dir():
        return {}, [f"{folder} is not there: it is to be the folder with the list of destructions (--destructions)"]
    stones: dict[str, datetime] = {}
    problems: list[str] = []
    lengths: dict[str, int] = {}
    for file in sorted(folder.glob(FILES)):
        try:
            lines = file.read_text().splitlines()
        except (OSError, UnicodeDecodeError):
            problems.append(f"{file} cannot be read, and what it says would come back")
            continue
        lengths[file.name] = len(lines)
        for place, line in enumerate(lines, 1):
            try:
                one = json.loads(line)
                stones[str(one["number"])] = datetime.fromisoformat(one["destroyedAt"])
            except (ValueError, KeyError, TypeError, RecursionError):
                problems.append(f"line {place} of {file} cannot be read, and what it says would come back")
    return stones, problems + _older(folder, backup, lengths)


def _older(folder: Path, backup: str, lengths: dict[str, int]) -> list[str]:
    marked = _marked(folder / BACKUPS, backup)
    if marked is None:
        return [
            f"{folder} is older than the backup, or of another house: it does not name the backup, and what was destroyed"
            " since would come back"
        ]
    return [
        f"{folder / name} has fewer lines than when the backup was made: {lengths.get(name, 0)} of {count}"
        for name, count in marked.items()
        if lengths.get(name, 0) < count
    ]


def _marked(file: Path, backup: str) -> dict[str, int] | None:
    """How long each file was when the backup was made; None when this list does not know it."""
    try:
        lines = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    for line in reversed(lines):
        try:
            one = json.loads(line)
            if one["backup"] == backup:
                return {str(name): int(count) for name, count in one["lines"].items()}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue
    return None
