"""Destruction lists beside the decisions on them: which there are, and what is on one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.oversight import store
from shared import audit
from shared.engine.engine import Engine
from shared.engine.loaded import Loaded
from shared.identity import Person
from shared.pages import Window


class Lists:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.platform = engine.platform

    async def all(self, person: Person, window: Window) -> dict[str, Any]:
        """The lists, the newest first, for who approves and who watches."""
        self.engine.parts.role_of(person, reading=True)
        async with self.platform.database.reading() as session:
            return (await store.lists(session, window)).of("lists", _list)

    async def one(self, list_id: UUID, person: Person) -> dict[str, Any]:
        """A list with its signals: number, category and periods, nobody's name; and who approved what, and why.

        Raises NotFound for a list that was never offered.
        """
        role = self.engine.parts.role_of(person, reading=True)
        loaded = await self.engine.parts.loader.load(str(list_id))
        async with self.platform.database.transaction() as session:
            row = await session.get_one(store.OfferedList, list_id)
            signals = await store.signals_on(session, list_id)
            approvals = await store.approvals(session, list_id)
            line = audit.line(
                self.platform.clock.now(), "destruction list read", actor=person.user_id, role=role, record=str(list_id)
            )
            session.add(line)
        return _list(row) | {
            "signals": [{"number": one.number, "state": one.state} | one.facts for one in signals],
            "approvals": [_approval(one, loaded) for one in approvals],
        }


def _approval(row: store.Approval, loaded: Loaded) -> dict[str, Any]:
    """An approval with its words; the clock has none."""
    words = loaded.opened.words.get(str(row.id))
    return {
        "id": str(row.id),
        "approver": row.approver,
        "approvedAt": row.approved_at.isoformat(),
        "withdrawn": row.withdrawn,
    } | ({"reason": words.reason, "fields": words.fields} if words else {})


def _list(row: store.OfferedList) -> dict[str, Any]:
    return {
        "listId": str(row.id),
        "version": row.version,
        "state": row.state,
        "listedOn": row.listed_on.isoformat(),
        "approveBefore": row.approve_before.isoformat(),
        "ultimateOn": row.ultimate_on.isoformat(),
        "escalated": row.escalated,
    }
