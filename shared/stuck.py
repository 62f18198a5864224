"""What a queue, or an act over everything, says of what does not get on, for `meldpunt status`: no content."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.errors import MeldpuntError
from shared.wake import end

LOOKED_TOGETHER = 3
"""So many queues are looked at side by side: one after the other takes longer than who asks waits where the database is far away, and all
at once would take the connections of who is at work."""


@dataclass(frozen=True)
class StuckRow:
    """One row that does not get on; without `id` it is no row but the act itself (`shared.periodic`).

    `about`: its columns that help to find it; ids and codes.
    """

    id: UUID | None
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


@dataclass(frozen=True)
class Counted:
    """The rows of one queue as counts: all of them, which do not get on, which are parked; since when the oldest waits."""

    queue: str
    waiting: int
    stuck: int
    parked: int
    oldest: datetime | None


async def side_by_side(looks: Iterable[Callable[[], Awaitable[Stuck]]]) -> list[Stuck]:
    """What each of them says, in their order. Raises what one of them raises."""
    looking = asyncio.Semaphore(LOOKED_TOGETHER)

    async def one(look: Callable[[], Awaitable[Stuck]]) -> Stuck:
        async with looking:
            return await look()

    tasks = [asyncio.create_task(one(look)) for look in looks]
    try:
        return await asyncio.gather(*tasks)
    finally:
        # Where one of them failed nobody waits for the others.
        await end(tasks)


def why_of(problem: Exception) -> str:
    """What is said of `problem`: its words where they are ours, and never what another library puts into its own."""
    if isinstance(problem, TimeoutError):
        return "it takes longer than its time"
    return problem.detail if isinstance(problem, MeldpuntError) else type(problem).__name__


def as_told(stuck: Stuck) -> dict[str, Any]:
    """As `/statusz` says it and docs/commands.md describes it."""
    rows = [
        {
            "id": str(row.id) if row.id else None,
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
