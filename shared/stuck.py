"""What a queue says of the rows that do not get on, for `meldpunt status`: ids and codes, no content."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class StuckRow:
    """One row that does not get on. `about`: its columns that help to find it; ids and codes."""

    id: UUID
    about: dict[str, str]
    since: datetime
    attempts: int
    why: str
    parked: bool


@dataclass(frozen=True)
class Stuck:
    """What `meldpunt status` says of one queue: how many rows it has, how many do not get on, the oldest of those."""

    queue: str
    waiting: int
    count: int
    oldest: datetime | None
    examples: list[StuckRow] = field(default_factory=list)
    remedy: str = ""


def as_told(stuck: Stuck) -> dict[str, Any]:
    """As `/statusz` says it and docs/commands.md describes it."""
    rows = [
        {
            "id": str(row.id),
            "about": row.about,
            "since": row.since.isoformat(),
            "attempts": row.attempts,
            "why": row.why,
            "parked": row.parked,
        }
        for row in stuck.examples
    ]
    oldest = stuck.oldest.isoformat() if stuck.oldest else None
    counts = {"queue": stuck.queue, "waiting": stuck.waiting, "stuck": stuck.count, "oldest": oldest}
    return counts | {"rows": rows, "remedy": stuck.remedy}
