"""Papers for a meeting: what members read beforehand, without names and without the file (R-7.10)."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.dossier.content import Content
from shared.dossier.tables import Dossier, MeetingRow, Task
from shared.http.decisions import ItemIn
from shared.protocol.faults import Fault

MEMBER = "lot-member"


async def paper_faults(session: AsyncSession, dossier: Dossier, item: ItemIn, today: date) -> list[Fault]:
    """A paper is for a meeting that is still to be held and has this signal on its agenda."""
    if item.category != "paper":
        return []
    wanted = item.fields.get("meeting")
    meeting = await session.get(MeetingRow, wanted) if isinstance(wanted, str) else None
    if meeting is None or meeting.held_on < today or dossier.number not in meeting.agenda:
        return [Fault("fields.meeting", "is no meeting to come that has this signal on its agenda", "art. 15 lid 1")]
    return []


def show_paper(task: Task, content: Content) -> dict[str, Any]:
    paper = content.documents[task.item]
    return {"meeting": task.meeting, "paper": paper["finding"]}
