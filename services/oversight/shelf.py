"""Where destruction lists stand: rows as retention offered them, with the signals that wait for an approval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.oversight import lists
from services.oversight.owed import owed_in, told_of
from shared.engine.shelf import CHANGED, Shelf
from shared.engine.tables import Dossier
from shared.errors import Conflict
from shared.protocol.model import State
from shared.protocol.never_informed import Owed


@dataclass(frozen=True)
class Waiting:
    """The numbers on a list that nobody has approved yet; of which of them rights said who was never informed, and who."""

    numbers: tuple[str, ...]
    told: frozenset[str]
    owed: Mapping[str, Owed]


class ListShelf(Shelf):
    head = "offered_list"
    number = "CAST(head.id AS text)"
    signal = "CAST(head.id AS text)"
    beside_it = ("items", "decisions")
    # A number of another kind is on no list; PostgreSQL would take it for a mistake in ours.
    is_asked = "head.id = CAST(CASE WHEN :number ~ '^[0-9a-f-]{36}$' THEN :number END AS uuid)"
    # What is approved is believed by its statement (statements.py).
    vouched = False

    def dossier(self, head: dict[str, Any]) -> Dossier:
        return Dossier.model_validate(
            {
                "number": head["id"],
                "signal": head["id"],
                "version": head["version"],
                "state": head["state"],
                "protocol": head["protocol"],
                "room_key": head["words_key"],
                "received_on": head["listed_on"],
                "arrived_at": f"{head['listed_on']}T00:00:00Z",
                "last_act_on": head["listed_on"],
                "earlier": [],
                "closed_to": [],
            }
        )

    async def beside(self, session: AsyncSession, head: dict[str, Any]) -> tuple[object, tuple[str, ...]]:
        """A decision can be about some of its signals."""
        waiting = await lists.signals_on(session, UUID(head["id"]), State.LISTED)
        numbers = tuple(one.number for one in waiting)
        return Waiting(numbers, told_of(waiting), owed_in(waiting)), numbers

    async def move(self, session: AsyncSession, before: Dossier, after: Dossier) -> None:
        mine = col(lists.OfferedList.id) == UUID(before.number), col(lists.OfferedList.version) == before.version
        statement = update(lists.OfferedList).where(*mine).values(version=after.version, state=after.state)
        if (await session.execute(statement.returning(col(lists.OfferedList.id)))).first() is None:
            raise Conflict(CHANGED)
