"""`meldpunt compact`, and the house doing the same every night: OpenBao stops, its storage is compacted, it starts again.

Services wait meanwhile, as they do whenever a part is away: a few seconds. When it was done is recorded in OpenBao, where
nobody but its administrator can write, because declarations of destruction count on it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import hvac
from rich.console import Console

from deploy.embedded.home import Home, HouseError
from deploy.embedded.status import is_running
from deploy.embedded.storage import KeyStorage
from deploy.embedded.supervise import Supervisor

NIGHT = "03:00"
"""When, in Amsterdam, unless MELDPUNT_EMBEDDED_COMPACT_AT says otherwise; empty: only when it is asked for."""
AGAIN = timedelta(minutes=10)
"""After which it is tried again when it did not succeed."""
PATIENCE = 300
console = Console(stderr=True)


class Compaction:
    """Of one running house. `record` tells OpenBao when it was."""

    def __init__(
        self,
        home: Home,
        storage: KeyStorage,
        supervisor: Supervisor,
        record: Callable[[datetime], None],
        say: Callable[[str], None],
    ) -> None:
        self._home = home
        self._storage = storage
        self._supervisor = supervisor
        self._record = record
        self._say = say
        at = os.environ.get("MELDPUNT_EMBEDDED_COMPACT_AT", NIGHT)
        self._at = time_of_day.fromisoformat(at) if at else None
        self._not_before = datetime.min.replace(tzinfo=UTC)
        self._problem: str | None = None
        self._recorded: datetime | None = None

    def told(self) -> dict[str, Any]:
        """For `meldpunt status`: since when nothing destroyed earlier is in the file, and what went wrong since."""
        return {"compactedAt": self._storage.compacted_at.isoformat(), "problem": self._problem}

    def begin(self) -> None:
        """Make up for the night that was missed, before anybody works. OpenBao has to be ready; it is afterwards."""
        with self._shown():
            self._storage.overwrite_old()
            if self._storage.is_due(datetime.now(UTC), self._at):
                self._compact()
        self._supervisor.wait_for("openbao", PATIENCE)

    def record(self) -> None:
        """Have OpenBao remember it, where it does not yet."""
        with self._shown():
            self._record_once()

    def when_due(self) -> None:
        """Compact when the time has come, or when somebody asked."""
        asked, now = _asked(self._home), datetime.now(UTC)
        wanted = asked.exists()
        due = wanted or (now >= self._not_before and self._storage.is_due(now, self._at))
        untold = now >= self._not_before and self._recorded != self._storage.compacted_at
        if not (due or untold) or self._home.held("openbao").exists():
            return
        try:
            with self._shown():
                if due:
                    self._compact()
                self._record_once()
        finally:
            self._supervisor.changed()
            if wanted:
                asked.unlink(missing_ok=True)

    def _compact(self) -> None:
        self._say("compacting the storage of OpenBao")
        self._let_go_of_old()
        self._supervisor.without("openbao", self._storage.compact)
        self._storage.overwrite_old()

    def _record_once(self) -> None:
        if self._recorded != self._storage.compacted_at:
            self._let_go_of_old()
            self._record(self._storage.compacted_at)
            self._recorded = self._storage.compacted_at

    def _let_go_of_old(self) -> None:
        """What an earlier time could not overwrite; only while OpenBao is ready with what took its place."""
        self._supervisor.wait_for("openbao", PATIENCE)
        self._storage.overwrite_old()

    @contextlib.contextmanager
    def _shown(self) -> Iterator[None]:
        """What goes wrong stops no house: it is shown, and tried again."""
        try:
            yield
            self._problem = None
        except (HouseError, OSError, hvac.exceptions.VaultError) as problem:
            self._problem = f"not compacted: {problem}"
            self._say(self._problem)
            self._not_before = datetime.now(UTC) + AGAIN


def compact(home: Home, arguments: argparse.Namespace) -> int:
    """Have the running house do it now, and wait until everything destroyed before is gone from the file."""
    state = home.state()
    if not is_running(state):
        raise HouseError("no house is running here: start one with `meldpunt up`; it makes up for what was missed")
    asked = _asked(home)
    asked.touch()
    end = time.monotonic() + PATIENCE
    while asked.exists():
        if time.monotonic() > end or not is_running(home.state()):
            raise HouseError(f"it was not done within {PATIENCE} s; {home.log('house')} says why")
        time.sleep(0.1)
    found = (home.state() or {})["storage"]
    if found["problem"]:
        raise HouseError(found["problem"])
    console.print(f"what was destroyed before {found['compactedAt'][:19]} UTC is not in OpenBao's files any more")
    return 0


def _asked(home: Home) -> Path:
    """While this file exists, somebody waits for it."""
    return home.path / "run" / "compact"
