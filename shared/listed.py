"""A list that people read, without the rows that its service did not write: a foreign one shuts out no other.

How many are left out stands in the answer (`notBelieved`); which they are, in the status and once in the audit trail.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from sqlmodel import SQLModel

from shared.doubts import Doubt, Doubts
from shared.engine.head import vouched_for
from shared.pages import Page
from shared.service.platform import Platform

NOT_WRITTEN_HERE = Doubt("its row is not what this service wrote: it is on no list", "not-ours")
LEFT_OUT_REMEDY = "somebody changed rows past the service: tell the FG and who watches over security; a row that is put right is listed"

_Row = TypeVar("_Row", bound=SQLModel)


def _by_id(row: Any) -> str:
    return str(row.id)


class BelievedLists:
    """Of rows that stand by themselves, under a MAC of their own. `name`: as `meldpunt status` calls those that are left out;
    `record`: what one is found by, ids and codes only."""

    def __init__(self, platform: Platform, name: str, record: Callable[[Any], str] = _by_id) -> None:
        self.platform = platform
        self._record = record
        self.doubts = Doubts(name, platform.clock, LEFT_OUT_REMEDY)

    async def of(self, page: Page[_Row]) -> Page[_Row]:
        """The page without rows that are not believed."""
        looked = {
            self._record(row): None if await vouched_for(self.platform.mac, row) else NOT_WRITTEN_HERE
            for row in page.rows
        }
        found = self.doubts.seen(looked)
        if lines := self.doubts.new(found):
            async with self.platform.database.transaction() as session:
                session.add_all(lines)
        self.doubts.note(found)
        return Page([row for row in page.rows if looked[self._record(row)] is None], page.next)

    async def shown(self, noun: str, page: Page[_Row], show: Callable[[_Row], Any]) -> dict[str, Any]:
        """The answer, with how many rows of this page are left out."""
        believed = await self.of(page)
        return believed.of(noun, show) | not_believed(page, believed)


def not_believed(page: Page[Any], believed: Page[Any]) -> dict[str, int]:
    return {"notBelieved": len(page.rows) - len(believed.rows)}
