"""What people are called. Services know user ids and no names; the municipality's directory gives a file with both.

No name of it goes anywhere but into a page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import structlog

log = structlog.get_logger()


class People:
    """`file`: a JSON object, user ids with names; None where there is none. It is read again when it has changed.
    `organisations`: what organisations from outside are called, by code: these too take part in meetings."""

    def __init__(self, file: Path | None, organisations: Mapping[str, str] | None = None) -> None:
        self._file = file
        self._organisations = organisations or {}
        self._read_at = 0
        self._names: Mapping[str, str] = {}

    def called(self, user_id: str) -> str:
        """Who is not in the file goes by the end of his id: enough to tell two apart."""
        return self._organisations.get(user_id) or self._current().get(user_id) or f"medewerker {user_id[-6:]}"

    def known(self, user_id: str) -> str | None:
        """The name in the file; None where it has none."""
        return self._current().get(user_id)

    def everybody(self) -> dict[str, str]:
        """Names by user id, as somebody looks for them; empty without a file."""
        return dict(sorted(self._current().items(), key=lambda one: (one[1].casefold(), one[0])))

    def _current(self) -> Mapping[str, str]:
        if self._file is None:
            return {}
        try:
            changed_at = self._file.stat().st_mtime_ns
            if changed_at != self._read_at:
                found = json.loads(self._file.read_text())
                self._names = {str(one): str(name) for one, name in found.items()}
                self._read_at = changed_at
        except (OSError, ValueError, AttributeError):
            # What was read before stays: people are called as they were.
            log.warning("the file with names cannot be read")
        return self._names
