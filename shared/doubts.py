"""What stands in the database and is not believed: it gives nothing, is told once in the audit trail, and shows.

Kept in memory, as what `shared.periodic` knows: a new process notices it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog

from shared import audit
from shared.clock import Clock
from shared.database.tables import Audit
from shared.stuck import Stuck, StuckRow

log = structlog.get_logger()

SHOWN = 20


@dataclass(frozen=True)
class Doubt:
    """Why something is not believed: in short English, and the code of that for the audit trail."""

    why: str
    code: str


class Doubts:
    """Of one kind of rows. `name`: as `meldpunt status` calls it; `remedy`: what who reads it there is to do."""

    def __init__(self, name: str, clock: Clock, remedy: str) -> None:
        self.name = name
        self._clock = clock
        self._remedy = remedy
        self._known: dict[str, tuple[Doubt, datetime]] = {}

    def seen(self, looked: Mapping[str, Doubt | None]) -> dict[str, Doubt]:
        """Everything that is in doubt after some rows were `looked` at, by their record; None: that one is right."""
        still = {record: one for record, (one, _) in self._known.items() if record not in looked}
        return still | {record: one for record, one in looked.items() if one is not None}

    def new(self, found: Mapping[str, Doubt]) -> list[Audit]:
        """`found` is everything that is in doubt now, by its record (ids and codes only). Returns the lines of the audit
        trail for what was not known before; who calls it commits them, and then calls `note`."""
        now = self._clock.now()
        unknown = {record: one for record, one in found.items() if self._known.get(record, (None,))[0] != one}
        return [
            audit.line(
                now, f"{self.name} not believed", actor=None, record=record, result="not-believed", reason=one.code
            )
            for record, one in unknown.items()
        ]

    def note(self, found: Mapping[str, Doubt]) -> None:
        """From now on this is what shows, and nothing else."""
        now = self._clock.now()
        for record, one in found.items():
            if self._known.get(record, (None,))[0] != one:
                log.error("not believed", what=self.name, record=record, why=one.why)
        self._known = {
            record: (one, self._known[record][1] if record in self._known else now) for record, one in found.items()
        }

    def stuck(self) -> Stuck:
        """What is in doubt, the first ones by their record."""
        since = [at for _, at in self._known.values()]
        rows = [
            StuckRow(None, {"record": record}, at, 0, one.why, parked=True)
            for record, (one, at) in list(self._known.items())[:SHOWN]
        ]
        return Stuck(self.name, len(since), len(since), min(since, default=None), rows, self._remedy)
