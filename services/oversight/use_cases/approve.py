"""Destruction lists beside the decisions on them: which there are, and what is on one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.oversight import lists
from services.oversight.owed import shown, told_of
from shared import audit
from shared.engine.engine import Engine
from shared.engine.loaded import Loaded
from shared.errors import NotFound
from shared.identity import Person
from shared.pages import Window


class DestructionLists:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.platform = engine.platform

    async def all(self, person: Person, window: Window, *, waiting: bool = False) -> dict[str, Any]:
        """The lists, the newest first, for who approves and who watches. `waiting`: only what waits, the oldest first."""
        self.engine.parts.role_of(person, reading=True)
        async with self.platform.database.reading() as session:
            return (await lists.offered(session, window, waiting=waiting)).of("lists", _list)

    async def one(self, list_id: UUID, person: Person) -> dict[str, Any]:
        """The head of a list; what is on it and its approvals are lists of their own. Raises NotFound."""
        self.engine.parts.role_of(person, reading=True)
        async with self.platform.database.reading() as session:
            listed = await _offered(session, list_id)
            rows = await lists.whole_list(session, list_id)
        never = [one for row in rows for one in shown(row) or ()]
        return _list(listed) | {
            # Not known while rights has not said it of every signal.
            "neverInformed": len(never) if len(told_of(rows)) == len(rows) else None,
            "toDecide": [one["duty"] for one in never if one["toDecide"]],
        }

    async def signals(self, list_id: UUID, person: Person, window: Window) -> dict[str, Any]:
        """The signals on a list, first those in which somebody was never informed: number, category, periods, and what was
        decided on informing each person, nobody's name. Raises NotFound."""
        role = self.engine.parts.role_of(person, reading=True)
        async with self.platform.database.transaction() as session:
            await _offered(session, list_id)
            page = await lists.signals_of(session, list_id, window)
            now = self.platform.clock.now()
            session.add(audit.line(now, "destruction list read", actor=person.user_id, role=role, record=str(list_id)))
        return page.of("signals", _signal)

    async def approvals(self, list_id: UUID, person: Person, window: Window) -> dict[str, Any]:
        """Who approved what, and why, the oldest first. Raises NotFound."""
        role = self.engine.parts.role_of(person, reading=True)
        loaded = await self.engine.parts.loader.load(str(list_id))
        async with self.platform.database.reading() as session:
            page = await lists.approvals(session, list_id, window)
        await self.engine.showing.note(person, role, "approvals read", str(list_id))
        return page.of("approvals", lambda one: _approval(one, loaded))


async def _offered(session: AsyncSession, list_id: UUID) -> lists.OfferedList:
    row = await session.get(lists.OfferedList, list_id)
    if row is None:
        raise NotFound
    return row


def _signal(row: lists.ListedRow) -> dict[str, Any]:
    return {"number": row.number, "state": row.state, "neverInformed": shown(row)} | row.facts


def _approval(row: lists.Approval, loaded: Loaded) -> dict[str, Any]:
    """An approval with its words; the clock has none."""
    words = loaded.opened.words.get(str(row.id))
    return {
        "id": str(row.id),
        "approver": row.approver,
        "approvedAt": row.approved_at.isoformat(),
        "withdrawn": row.withdrawn,
    } | ({"reason": words.reason, "fields": words.fields} if words else {})


def _list(row: lists.OfferedList) -> dict[str, Any]:
    return {
        "listId": str(row.id),
        "version": row.version,
        "state": row.state,
        "listedOn": row.listed_on.isoformat(),
        "approveBefore": row.approve_before.isoformat(),
        "ultimateOn": row.ultimate_on.isoformat(),
        "escalated": row.escalated,
    }
