"""Where what is decided on stands: a dossier with its room, or in retention and oversight a row of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from shared.engine.head import HEAD, head_of, vouch, vouched_for
from shared.engine.tables import DecisionRow, Dossier, ItemRow, TaskRow
from shared.errors import Conflict
from shared.keys.mac import Mac

CHANGED = "Dit is intussen gewijzigd: kijk opnieuw."


class Shelf:
    """The shelf of a service that holds dossiers; subclassed where something else is decided on.

    `head`, `number`, `signal`: the table, and what of a row is its number and the signal that it is about, in SQL;
    `is_asked`: whether it is the one with `:number`. `beside_it`: what belongs to it, of what the engine knows, and
    `own_rows`: what only this service has of it; all of it is read in one statement, and so as of one moment.
    `vouched`: whether what stands here has a head with a MAC (head.py); without, its service sees to it what it believes.
    """

    head = "dossier"
    number = "head.number"
    signal = "head.signal"
    is_asked = "head.number = :number"
    beside_it: ClassVar[tuple[str, ...]] = ("items", "decisions", "tasks", "notices", "meetings")
    own_rows: ClassVar[Mapping[str, tuple[type[SQLModel], str]]] = {}
    vouched = True

    def dossier(self, head: dict[str, Any]) -> Dossier:
        """What stands on the shelf, as the engine knows it, from the row `head`."""
        return Dossier.model_validate(head)

    async def beside(self, session: AsyncSession, head: dict[str, Any]) -> tuple[object, tuple[str, ...]]:
        """What only this service knows of it, and what can be decided about besides persons, objects and items."""
        return None, ()

    def own(self, rows: Mapping[str, tuple[Any, ...]]) -> object:
        """The rows of `own_rows`, as what the service knows of it."""
        return None

    # --- what is believed ------------------------------------------------------------------------

    async def vouch(
        self,
        mac: Mac,
        dossier: Dossier,
        items: Sequence[ItemRow],
        decisions: Sequence[DecisionRow],
        tasks: Sequence[TaskRow],
    ) -> None:
        """Put the MAC over all of this on `dossier`, before it is written. Raises PartDown."""
        if self.vouched:
            await vouch(mac, dossier, items, decisions, tasks)

    async def doubts(self, mac: Mac, dossier: Dossier, rows: Mapping[str, tuple[Any, ...]]) -> str | None:
        """The number of what was read and is not as this service wrote it; None when all is. Raises PartDown."""
        if not self.vouched:
            return None
        facts = head_of(dossier, rows["items"], rows["decisions"], rows["tasks"])
        beside = [await vouched_for(mac, one) for one in rows["notices"]]
        if not await mac.agrees(HEAD, facts, dossier.mac) or not all(beside):
            return dossier.number
        for one in rows["meetings"]:
            if not await vouched_for(mac, one):
                return str(one.id)
        return None

    async def move(self, session: AsyncSession, before: Dossier, after: Dossier) -> None:
        """Write what `before` becomes; raises Conflict when somebody was first."""
        values = {name: one for name, one in after.model_dump().items() if one != getattr(before, name)}
        statement = (
            update(Dossier)
            .where(col(Dossier.number) == before.number, col(Dossier.version) == before.version)
            .where(col(Dossier.mac) == before.mac)
            .where(col(Dossier.handing_over_since).is_(None), col(Dossier.left).is_(False))
            .values(**values)
        )
        if (await session.execute(statement.returning(col(Dossier.number)))).first() is None:
            raise Conflict(CHANGED)
