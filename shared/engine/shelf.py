"""Where what is decided on stands: a dossier with its room, or in retention and oversight a row of their own."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.engine.tables import Dossier
from shared.errors import Conflict

CHANGED = "Dit is intussen gewijzigd: kijk opnieuw."


class Shelf:
    """The shelf of a service that holds dossiers; subclassed where something else is decided on.

    `head`, `number`, `signal`: the table, and what of a row is its number and the signal that it is about, in SQL;
    `is_asked`: whether it is the one with `:number`. `beside_it`: what belongs to it, of what the engine knows.
    """

    head = "dossier"
    number = "head.number"
    signal = "head.signal"
    is_asked = "head.number = :number"
    beside_it: ClassVar[tuple[str, ...]] = ("items", "decisions", "tasks", "notices", "meetings")

    def dossier(self, head: dict[str, Any]) -> Dossier:
        """What stands on the shelf, as the engine knows it, from the row `head`."""
        return Dossier.model_validate(head)

    async def beside(self, session: AsyncSession, head: dict[str, Any]) -> tuple[object, tuple[str, ...]]:
        """What only this service knows of it, and what can be decided about besides persons, objects and items."""
        return None, ()

    async def move(self, session: AsyncSession, dossier: Dossier, state: str, act_on: date) -> None:
        """To the next version and `state`; raises Conflict when somebody was first."""
        statement = (
            update(Dossier)
            .where(col(Dossier.number) == dossier.number, col(Dossier.version) == dossier.version)
            .where(col(Dossier.handing_over_since).is_(None), col(Dossier.left).is_(False))
            .values(version=dossier.version + 1, state=state, last_act_on=act_on)
        )
        if (await session.execute(statement.returning(col(Dossier.number)))).first() is None:
            raise Conflict(CHANGED)
