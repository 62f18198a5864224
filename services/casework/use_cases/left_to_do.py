"""What waits of and for departments, as the work list shows it: numbers, and nothing of what it is about (R-24.2)."""

from __future__ import annotations

from collections.abc import Iterable

from services.casework import store
from shared.engine.engine import Engine
from shared.engine.roads import INTERVENTION
from shared.protocol.conditions.orders import ASKED_BY, IN_QUARANTINE

SHOWN_AS = {INTERVENTION: "orders", ASKED_BY: "questions", IN_QUARANTINE: "quarantine"}


class LeftToDo:
    def __init__(self, engine: Engine) -> None:
        self.platform = engine.platform

    async def of(self, numbers: Iterable[str]) -> dict[str, dict[str, dict[str, int]]]:
        """Per signal how many orders run, questions wait for an answer and findings for a judgement (`waiting`), and how
        many of each for longer than was agreed (`overdue`). What is nothing is left out."""
        found: dict[str, dict[str, dict[str, int]]] = {number: {} for number in numbers}
        if found:
            async with self.platform.database.reading() as session:
                rows = await store.waiting(session, found, SHOWN_AS, self.platform.clock.now())
            for number, kind, count, overdue in rows:
                found[number][SHOWN_AS[kind]] = {"waiting": count, "overdue": overdue}
        return found
