"""Whether OpenBao's storage is compacted in time: declarations name a day that counts on it.

Who administers OpenBao records there when it was; no service can write it. While the last time is longer ago than is
promised nothing is declared, which is shown, and told in the audit trail.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog

from services.retention.domain import is_late
from services.retention.settings import Settings
from shared import audit
from shared.clock import calendar_date
from shared.errors import PartDown
from shared.metrics.catalogue import COMPACTION_AGE
from shared.metrics.metrics import Shows
from shared.openbao import COMPACTION, BaoError, BaoRefused
from shared.periodic import Periodic
from shared.service.platform import Platform

log = structlog.get_logger()
COMPACTION_LOOK_SECONDS = 60.0
NOT_COMPACTED = "the storage of OpenBao was not compacted in time, or nobody recorded it"


class Compactions:
    """`watching` asks OpenBao now and then."""

    def __init__(self, platform: Platform, settings: Settings) -> None:
        self.platform = platform
        self._days = settings.compaction_days
        self._last: datetime | None = None
        self._told = False
        self.watching = Periodic(
            "compaction",
            self.look,
            platform.clock,
            every=COMPACTION_LOOK_SECONDS,
            remedy="compact the storage of OpenBao (docs/operating.md); until then nothing is declared, because the day "
            "from which it cannot be recovered would not be true",
        )

    @property
    def late(self) -> bool:
        """Whether the promise is broken, as far as is known here; by the clock of the machine, as it was recorded."""
        today = calendar_date(self.platform.machine.now())
        return self._last is None or is_late(calendar_date(self._last), today, self._days)

    async def age(self) -> list[Shows]:
        """How long ago the last was, where one is recorded."""
        if self._last is None:
            return []
        return [Shows(COMPACTION_AGE, max(0.0, (self.platform.machine.now() - self._last).total_seconds()))]

    async def look(self) -> None:
        """Ask OpenBao. Raises PartDown when it does not answer, and while the promise is broken."""
        self._last = await self._recorded()
        if not self.late:
            self._told = False
            return
        if not self._told:
            log.error("storage of OpenBao not compacted in time", last=self._last and self._last.isoformat())
            now = self.platform.clock.now()
            async with self.platform.database.transaction() as session:
                session.add(audit.line(now, "storage of keys not compacted in time", actor=None, result="failed"))
            self._told = True
        raise PartDown(NOT_COMPACTED)

    async def in_time(self) -> None:
        """For who declares: raises PartDown when a day that counts on it may not be named."""
        if self.late:
            await self.look()

    async def _recorded(self) -> datetime | None:
        try:
            answer = await self.platform.bao.call("GET", COMPACTION)
        except BaoRefused:
            return None
        except BaoError as problem:
            if problem.status != 404:
                raise
            return None
        return _moment(answer)


def _moment(answer: dict[str, Any]) -> datetime | None:
    """None when it names no moment with its zone: then it is worth as much as none."""
    try:
        found = datetime.fromisoformat(answer["data"]["data"]["at"])
    except (KeyError, TypeError, ValueError):
        return None
    return found if found.tzinfo else None
