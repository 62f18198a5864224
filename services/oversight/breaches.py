"""The breach register's tables, and where an entry stands: a dossier of oversight's own, with what it came of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared.database.tables import document, moment
from shared.engine import store
from shared.engine.shelf import Shelf
from shared.engine.tables import Dossier, FrozenRow
from shared.identity import Person
from shared.pages import Keyset, Page, Window
from shared.protocol.model import State

BY_HAND = "by-hand"


class BreachRow(SQLModel, table=True):
    """What an entry came of; under the MAC of its head. `kind`: `BY_HAND`, or of which pattern (patterns.py).

    `cause`: the same for the same thing, so that it is put before the FG once. `facts`: codes, ids, counts and moments of
    the audit trail, never a word that somebody typed.
    """

    __tablename__ = "breach"
    number: str = Field(primary_key=True)
    kind: str
    cause: str = Field(index=True)
    facts: dict[str, Any] = document(nullable=False)
    begun_by: str | None = None
    discovered_at: datetime = moment()


BREACHES = Keyset("breaches", col(Dossier.arrived_at), col(Dossier.number), newest_first=True)


BREACHES_TO_DO = Keyset("waiting-breaches", col(Dossier.arrived_at), col(Dossier.number))


async def register(session: AsyncSession, person: Person, window: Window, *, waiting: bool = False) -> Page[Dossier]:
    """The entries and proposals that exist for `person`, the newest first. `waiting`: only those on which something has to be done, and
    what is frozen, the oldest first: nothing that is nearly too late is behind what came later."""
    query = select(Dossier).where(store.open_to(person))
    if not waiting:
        return await BREACHES.page(session, query, window)
    frozen = select(col(FrozenRow.number))
    open_still = col(Dossier.state).in_((State.INCIDENT_PROPOSED, State.INCIDENT_OPEN))
    return await BREACHES_TO_DO.page(session, query.where(or_(open_still, col(Dossier.number).in_(frozen))), window)


async def may_be_over(session: AsyncSession, before: date, after: str, most: int) -> list[str]:
    """Entries that are closed or were none, and on which nothing was done since `before`, by number beyond `after`. Whether its term
    is over is judged by the head of each."""
    over = col(Dossier.state).in_((State.INCIDENT_CLOSED, State.INCIDENT_NONE)), col(Dossier.last_act_on) < before
    query = select(col(Dossier.number)).where(*over, col(Dossier.number) > after)
    return list((await session.scalars(query.order_by(col(Dossier.number)).limit(most))).all())


async def erase(session: AsyncSession, number: str) -> int | None:
    """Delete everything of an entry: its turn, or None where another process was first."""
    query = select(col(Dossier.turn)).where(col(Dossier.number) == number).with_for_update()
    turn = (await session.scalars(query)).one_or_none()
    if turn is not None:
        await session.execute(delete(BreachRow).where(col(BreachRow.number) == number))
        await store.delete_rows(session, [number])
    return turn


class BreachShelf(Shelf):
    beside_it = ("items", "decisions", "tasks", "frozen")
    own_rows: ClassVar = {"breach": (BreachRow, "x.number = {number}")}

    def own(self, rows: Mapping[str, tuple[Any, ...]]) -> object:
        """The row of an entry; None where somebody took it away, which the head then shows."""
        return next(iter(rows["breach"]), None)
