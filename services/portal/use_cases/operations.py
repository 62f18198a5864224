"""What each service says of itself, and one trace: no content. For who answers for the management."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from services.portal.calls import Calls
from services.portal.sessions import Session
from shared.errors import PartDown

TRACE = r"[0-9a-f]{32}"
MOST_SPANS = 500


@dataclass(frozen=True)
class ServiceTold:
    """A service. `told`: what it says of itself; None when it does not answer, or does not believe who asks."""

    name: str
    told: dict[str, Any] | None

    @property
    def queues(self) -> list[dict[str, Any]]:
        return (self.told or {}).get("queues") or []

    @property
    def waiting(self) -> int:
        return sum(one["waiting"] for one in self.queues)

    @property
    def stuck(self) -> list[dict[str, Any]]:
        return [one for one in self.queues if one["stuck"]]


@dataclass(frozen=True)
class Span:
    """One step of a trace: a route template or a kind of message, never what was in it."""

    service: str
    name: str
    began: str
    milliseconds: int
    failed: bool
    depth: int


class Operations:
    """`services`: their names; `traces`: the folder in which an embedded house keeps spans; None: they go elsewhere."""

    def __init__(self, calls: Calls, services: Iterable[str], traces: Path | None) -> None:
        self._calls, self._services, self._traces = calls, tuple(services), traces

    @property
    def keeps_traces(self) -> bool:
        return self._traces is not None

    async def status(self, session: Session) -> list[ServiceTold]:
        async def one(name: str) -> ServiceTold:
            try:
                said = await self._calls.get(session, name, "/v1/operations/status")
            except PartDown:
                return ServiceTold(name, None)
            return ServiceTold(name, said.body if said.is_done else None)

        return list(await asyncio.gather(*map(one, self._services)))

    async def trace(self, identifier: str) -> list[Span] | None:
        """The steps of one trace in order of time; None for what is no id of a trace."""
        if not re.fullmatch(TRACE, identifier) or self._traces is None:
            return None
        return await asyncio.to_thread(lambda: in_order(_spans(self._traces, identifier)))


def _spans(folder: Path | None, identifier: str) -> Iterator[dict[str, Any]]:
    wanted = f'"0x{identifier}"'
    for file in sorted(folder.glob("traces-*.jsonl")) if folder else ():
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                if wanted in line:
                    try:
                        one = json.loads(line)
                    except ValueError:
                        # The last line of a file that is being written.
                        continue
                    if one["context"]["trace_id"] == f"0x{identifier}":
                        yield one


def in_order(spans: Iterable[dict[str, Any]]) -> list[Span]:
    """By when they began, each below what it was part of."""
    found = sorted(spans, key=lambda one: str(one["start_time"]))[:MOST_SPANS]
    parents = {one["context"]["span_id"]: one["parent_id"] for one in found}
    return [
        Span(
            one["resource"]["attributes"]["service.name"],
            one["name"],
            one["start_time"],
            round(_milliseconds(one["start_time"], one["end_time"])),
            one["status"]["status_code"] == "ERROR",
            _depth(one["context"]["span_id"], parents),
        )
        for one in found
    ]


def _milliseconds(began: str, ended: str) -> float:
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds() * 1000


def _depth(span: str, parents: dict[str, str | None]) -> int:
    seen: set[str] = set()
    parent = parents.get(span)
    while parent in parents and parent is not None and parent not in seen:
        seen.add(parent)
        parent = parents[parent]
    return len(seen)
