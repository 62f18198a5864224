"""How long ago a backup was made: declarations count on what one keeps (art. 9), and nobody notices that none is made any more."""

from __future__ import annotations

import math

from shared.backups import MarkedBackups
from shared.metrics.catalogue import BACKUP_AGE
from shared.metrics.metrics import Shows
from shared.service.platform import Platform


class Backups:
    def __init__(self, platform: Platform) -> None:
        self._clock = platform.machine
        self._marked = MarkedBackups(platform.settings.tombstones)

    async def age(self) -> list[Shows]:
        """By the clock of the machine, as it is marked; without end where no backup is known."""
        now = self._clock.now()
        newest = self._marked.newest(now)
        age = max(0.0, (now - newest).total_seconds()) if newest else math.inf
        return [Shows(BACKUP_AGE, age)]
