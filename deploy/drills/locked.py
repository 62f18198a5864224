"""Somebody holds a lock on the dossiers of a service, and went home, while people ask for them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import httpx

from deploy.drills.rehearsal import Stage
from deploy.embedded.parts import wait_until

LOCKED_SECONDS = 20.0
"""Within which it is held."""


class Locked:
    """Somebody has locked the dossiers of `service`, and went home; meanwhile people ask, `at_once` of them."""

    def __init__(self, service: str, at_once: int) -> None:
        self._service = service
        self._at_once = at_once
        self._stopping = False
        self._asking: ThreadPoolExecutor | None = None

    def begin(self, stage: Stage) -> Mapping[str, str]:
        token = stage.client.token("anna", self._service)
        url, shows = f"{stage.client.addresses[self._service]}/v1/signals", {"Authorization": f"Bearer {token}"}
        if self._service == "rights":
            url = url.replace("signals", "duties")
        self._asking = ThreadPoolExecutor(self._at_once + 1)
        self._asking.submit(self._hold, stage)
        query = (
            "SELECT pid FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'dossier'::regclass"
        )
        wait_until(lambda: bool(stage.sql(self._service, query)), LOCKED_SECONDS, "the lock")
        (process,) = {str(one["pid"]) for one in stage.sql(self._service, query)}
        for _ in range(self._at_once):
            self._asking.submit(self._ask, url, shows)
        return {"SERVICE": self._service, "PROCESS": process}

    def _hold(self, stage: Stage) -> None:
        query = "DO $$ BEGIN LOCK TABLE dossier IN ACCESS EXCLUSIVE MODE; PERFORM pg_sleep(300); END $$"
        with contextlib.suppress(Exception):
            stage.sql(self._service, query)

    def _ask(self, url: str, shows: Mapping[str, str]) -> None:
        while not self._stopping:
            with contextlib.suppress(httpx.HTTPError):
                httpx.get(url, headers=dict(shows), timeout=30)
            time.sleep(0.2)

    def end(self, stage: Stage) -> None:
        self._stopping = True
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'DO $$ BEGIN LOCK TABLE%'"
        stage.sql(self._service, query)
        if self._asking:
            self._asking.shutdown()
