"""What a scrape shows of a service: what it knows already, and counts of what waits, by the index of what waits.

Nothing is counted here that another counts too. A part that is away leaves its figures out, and stands in `meldpunt_lacks`:
a scrape that failed would hide the rest just when somebody looks.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy.pool import QueuePool

from shared.errors import PartDown
from shared.metrics.catalogue import (
    ACT_AGE,
    ACT_FAILING,
    CERTIFICATE_LEFT,
    CONNECTIONS,
    IS_READY,
    LACKS,
    LEASE_AGE,
    LETTERBOX_AGE,
    OLDEST_ROW,
    ROWS_DOUBTED,
    ROWS_PARKED,
    ROWS_STUCK,
    ROWS_WAITING,
    SECRET_AGE,
)
from shared.metrics.certificates import certificate_left
from shared.metrics.labels import BY_PART
from shared.metrics.metrics import Shows
from shared.service.service import DATABASE, Service

FRESH_SECONDS = 5.0
"""Whoever scrapes sooner gets the same figures: several of them cost no more than one."""


class Figures:
    """The readings of one service. `problems`: what it lacks, with the word for each. `ready`: what /readyz says."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._one_at_a_time = asyncio.Lock()
        self._until = 0.0
        self._known: list[Shows] = []

    async def now(self, problems: Mapping[str, str], *, ready: bool) -> list[Shows]:
        """All of them; what needs a part that is away is left out, and not waited for."""
        if DATABASE in problems:
            return [*_lacking(problems, ready), *self._at_hand()]
        async with self._one_at_a_time:
            if time.monotonic() >= self._until:
                self._known = await self._read()
                self._until = time.monotonic() + FRESH_SECONDS
        return [*_lacking(problems, ready), *self._known]

    async def _read(self) -> list[Shows]:
        found = self._at_hand()
        with contextlib.suppress(PartDown):
            found += await self._queues()
            found += [Shows(ROWS_DOUBTED, one.count, {"rows": one.queue}) for one in await self._service.doubted()]
            found += await self._lease()
        for measure in self._service.measures:
            with contextlib.suppress(PartDown):
                found += await measure()
        return found

    def _at_hand(self) -> list[Shows]:
        return [*self._acts(), *self._ages(), *self._pool()]

    async def _queues(self) -> list[Shows]:
        now, found = self._service.platform.clock.now(), []
        for one in [await queue.counted() for queue in self._service.queues]:
            age = (now - one.oldest).total_seconds() if one.oldest else 0.0
            for metric, value in (
                (ROWS_WAITING, one.waiting),
                (ROWS_STUCK, one.stuck),
                (ROWS_PARKED, one.parked),
                (OLDEST_ROW, age),
            ):
                found.append(Shows(metric, max(0.0, value), {"queue": one.queue}))
        return found

    def _acts(self) -> list[Shows]:
        return [
            Shows(metric, span.total_seconds(), {"act": one.name})
            for one in self._service.acts
            for metric, span in ((ACT_AGE, one.age), (ACT_FAILING, one.failing))
        ]

    async def _lease(self) -> list[Shows]:
        told = await self._service.platform.designations.told_at()
        return [Shows(LEASE_AGE, _seconds(self._service.platform.clock.now() - told))] if told else []

    def _ages(self) -> list[Shows]:
        platform, now = self._service.platform, self._service.platform.machine.now()
        found = [
            Shows(LETTERBOX_AGE, _seconds(now - key.made_at), {"to": to}) for to, key in platform.sealer.all().items()
        ]
        if expires := platform.signer.expires:
            found.append(Shows(CERTIFICATE_LEFT, (expires - now).total_seconds(), {"certificate": "signing"}))
        found += certificate_left(platform.settings.tls_certificate)
        with contextlib.suppress(OSError):
            written = datetime.fromtimestamp(platform.settings.openbao_credentials.stat().st_mtime, UTC)
            found.append(Shows(SECRET_AGE, _seconds(datetime.now(UTC) - written), {"secret": "secret-id"}))
        return found

    def _pool(self) -> list[Shows]:
        pool = self._service.platform.database.engine.pool
        if not isinstance(pool, QueuePool):
            return []
        most, used = self._service.platform.settings.database_connections, pool.checkedout()
        shown = (("in-use", used), ("at-rest", pool.checkedin()), ("free", most - used))
        return [Shows(CONNECTIONS, count, {"use": use}) for use, count in shown]


def _seconds(span: timedelta) -> float:
    return max(0.0, span.total_seconds())


def _lacking(problems: Mapping[str, str], ready: bool) -> list[Shows]:
    """Whether it is ready, and each part that it lacks; several letterboxes are one."""
    lacks = {one.partition("-")[0] for one in problems}
    return [
        Shows(IS_READY, float(ready)),
        *(Shows(LACKS, float(part in lacks), {"part": part}) for part in sorted(BY_PART.values or ())),
    ]
