"""Where what is decided on stands: a dossier with its room, or in retention and oversight a row of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from shared.engine.head import Head, is_right, vouched
from shared.engine.tables import Dossier
from shared.errors import Conflict, Overtaken
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
    beside_it: ClassVar[tuple[str, ...]] = ("items", "decisions", "tasks", "notices", "meetings", "frozen")
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

    async def is_right(self, mac: Mac, head: Head) -> bool:
        """Whether all that was read is as this service wrote it. Raises PartDown."""
        return await is_right(mac, head) if self.vouched else True

    async def vouched_after(self, mac: Mac, head: Head) -> Dossier:
        """What is to be written of `head`, with its MAC. Raises PartDown."""
        return await vouched(mac, head) if self.vouched else head.dossier

    async def move(self, session: AsyncSession, before: Dossier, after: Dossier) -> None:
        """Write what `before` becomes. Raises Conflict when somebody was first, Overtaken when it is as the caller saw it
        and only what it rests on was told anew."""
        values = {name: one for name, one in after.model_dump().items() if one != getattr(before, name)}
        mine, as_it_was = col(Dossier.number) == before.number, col(Dossier.mac) == before.mac
        statement = update(Dossier).where(mine, as_it_was).values(**values).returning(col(Dossier.number))
        if (await session.execute(statement)).first() is not None:
            return
        version = (await session.execute(select(col(Dossier.version)).where(mine))).scalar_one_or_none()
        raise Overtaken if version == before.version else Conflict(CHANGED)
