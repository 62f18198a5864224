"""What the list of destructions says of backups: each adds a line to it, which who restores needs, and which says that there is one.

`meldpunt backup` writes them (`deploy/backup/destructions.py`), into the folder that no restore touches (`shared/tombstones.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

BACKUPS = "backups.jsonl"
CLOCKS_APART = timedelta(hours=1)
"""No clock is so far ahead: a line of a later moment would say for as long that all is well."""


class MarkedBackups:
    """When one was made last, as `folder` says. After six years it has thousands of lines, so the file is read when it is another."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / BACKUPS
        self._read: tuple[int, int] | None = None
        self._moments: list[datetime] = []

    def newest(self, now: datetime) -> datetime | None:
        """None where nobody has made one, or where that cannot be read."""
        try:
            found = self._file.stat()
            if self._read != (found.st_mtime_ns, found.st_size):
                self._moments = _moments_of(self._file.read_text().splitlines())
                self._read = found.st_mtime_ns, found.st_size
        except (OSError, UnicodeDecodeError):
            self._moments, self._read = [], None
        return max((one for one in self._moments if one <= now + CLOCKS_APART), default=None)


def _moments_of(lines: Iterable[str]) -> list[datetime]:
    """A line that says no moment with its zone is no backup."""
    moments: list[datetime] = []
    for line in lines:
        try:
            moment = datetime.fromisoformat(json.loads(line)["at"])
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
        if moment.tzinfo:
            moments.append(moment)
    return moments
