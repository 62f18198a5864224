"""OpenBao's audit log, in files of a bounded size and number: it grows by some 4 KB with every request.

OpenBao refuses to work when it cannot write there, so a full disk would stop the house. Renaming loses nothing: it goes
on writing to the renamed file until it is told to open the other.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

MOST_BYTES = 32 * 2**20
MOST_SECONDS = 24 * 3600.0
KEPT = 8
KEPT_DAYS = 30


class RotatedLog:
    """`reopen`: has whoever writes `file` open it anew."""

    def __init__(self, file: Path, reopen: Callable[[], None], *, most_bytes: int = MOST_BYTES) -> None:
        self._file = file
        self._reopen = reopen
        self._most_bytes = most_bytes
        self._since = time.time()

    def look(self) -> None:
        """Begin a new file when this one is large or old, and remove the oldest."""
        try:
            size = self._file.stat().st_size
        except FileNotFoundError:
            return
        if size < self._most_bytes and (not size or time.time() < self._since + MOST_SECONDS):
            return
        self._since = time.time()
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        self._file.rename(self._file.with_name(f"{self._file.name}.{stamp}"))
        self._reopen()
        for old in self.ended()[:-KEPT]:
            old.unlink()
        for old in self.ended():
            if old.stat().st_mtime < self._since - KEPT_DAYS * 24 * 3600:
                old.unlink()

    def ended(self) -> list[Path]:
        """The files that are written no more, the oldest first."""
        return sorted(self._file.parent.glob(f"{self._file.name}.*Z"))
