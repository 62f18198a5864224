"""Papers for a meeting: what members read beforehand, without names and without the file (R-7.10)."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.dossier.content import Content
from shared.dossier.tables import MeetingRow, Task
from shared.errors import Fault
from shared.http.decisions import ItemIn

MEMBER = "lot-member"


async def paper_faults(session: AsyncSession, item: ItemIn) -> list[Fault]:
    """A paper is for a meeting that is known here."""
    if item.category != "paper":
        return []
    wanted = item.fields.get("meeting")
    if isinstance(wanted, str) and await session.get(MeetingRow, wanted) is not None:
        return []
    return [Fault("fields.meeting", "is no meeting that is known here", "art. 15 lid 1")]


def show_paper(task: Task, content: Content) -> dict[str, Any]:
    paper = content.documents[task.item]
    return {"meeting": task.meeting, "paper": paper["finding"]}
