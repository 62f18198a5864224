"""Refusals of who showed no valid token: all are in the audit trail, but nobody can fill it with them.

The first of a window are a line each, with the record that was asked for. The rest are counted, and the end of the
window says of each action and status how often it was refused: a million requests are twenty lines and a few sums.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

import structlog

from shared import audit
from shared.clock import Clock
from shared.database.engine import Database
from shared.database.tables import Audit
from shared.errors import MeldpuntError

log = structlog.get_logger()

SINGLE_LINES = 20
WINDOW_SECONDS = 600.0


class Strangers:
    """Of one process. `action` is a method and a route template, so that there are no more sums than routes."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._single = 0
        self._counted: Counter[tuple[str, int]] = Counter()

    async def refused(self, action: str, record: str | None, status: int) -> None:
        """Note one refusal. What cannot be written now is counted, and said later."""
        if self._single < SINGLE_LINES:
            self._single += 1
            now = self._clock.now()
            line = audit.line(now, action, actor=None, record=record, result="refused", reason=str(status))
            if await self._write([line]):
                return
        self._counted[action, status] += 1

    async def end_window(self) -> None:
        """Say what was counted, and begin anew."""
        counted, self._counted, self._single = self._counted, Counter(), 0
        now = self._clock.now()
        lines = [
            audit.line(now, action, actor=None, result="refused", reason=str(status), times=times)
            for (action, status), times in counted.items()
        ]
        if lines and not await self._write(lines):
            self._counted += counted

    async def run(self) -> None:
        """End one window after another."""
        while True:
            await asyncio.sleep(WINDOW_SECONDS)
            await self.end_window()

    async def _write(self, lines: Sequence[Audit]) -> bool:
        try:
            async with self._database.transaction() as session:
                session.add_all(lines)
        except MeldpuntError as problem:
            log.warning("refusals could not be written to the audit trail", problem=type(problem).__name__)
            return False
        return True
