"""What the list of destructions says of backups: each adds a line to it, which who restores needs, and which says that there is one.

`meldpunt backup` writes them (`deploy/backup/destructions.py`), into the folder that no restore touches (`shared/tombstones.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

BACKUPS = "backups.jsonl"


class MarkedBackups:
    """When one was made last, as `folder` says. After six years it has thousands of lines, so the file is read when it is another."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / BACKUPS
        self._read: tuple[int, int] | None = None
        self._newest: datetime | None = None

    def newest(self) -> datetime | None:
        """None where nobody has made one, or where that cannot be read."""
        try:
            found = self._file.stat()
            if self._read != (found.st_mtime_ns, found.st_size):
                self._newest = _newest_of(self._file.read_text().splitlines())
                self._read = found.st_mtime_ns, found.st_size
        except (OSError, UnicodeDecodeError):
            self._newest, self._read = None, None
        return self._newest


def _newest_of(lines: Iterable[str]) -> datetime | None:
    """A line that says no moment with its zone is no backup."""
    moments = []
    for line in lines:
        try:
            moment = datetime.fromisoformat(json.loads(line)["at"])
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
        if moment.tzinfo:
            moments.append(moment)
    return max(moments, default=None)
