"""Of how much the day has passed, for a scrape: counted by the index by which the work list is read, and nothing is opened."""

from __future__ import annotations

from sqlalchemy import func, select, text
from sqlmodel import col

from shared.clock import calendar_date
from shared.engine.tables import ON_THE_LIST, Dossier
from shared.metrics.catalogue import OVERDUE_TERMS
from shared.metrics.metrics import Shows
from shared.service.platform import Platform
from shared.service.service import Measure

_TERMS = {"S": "signal", "D": "duty", "V": "request", "I": "breach"}
"""What a dossier is, by how its number begins."""


def late_dossiers(platform: Platform, kinds: str = "S") -> Measure:
    """How many of each of `kinds` are in hand here and past their day, also none. Rows are counted as they stand: a figure
    opens and shuts nothing."""
    begins = func.left(col(Dossier.number), 1)

    async def measure() -> list[Shows]:
        today = calendar_date(platform.clock.now())
        late = text(ON_THE_LIST), col(Dossier.due_on) < today
        async with platform.database.reading() as session:
            rows = await session.execute(select(begins, func.count()).where(*late).group_by(begins))
            found: dict[str, int] = {kind: count for kind, count in rows}
        return [Shows(OVERDUE_TERMS, found.get(one, 0), {"term": _TERMS[one]}) for one in kinds]

    return measure
