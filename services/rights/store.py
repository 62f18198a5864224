"""Rights' tables: duties to inform are dossiers; beside them, which signals wait for a decision on informing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared import audit
from shared.clock import Clock
from shared.database.tables import document, moment
from shared.engine import store
from shared.engine.tables import ON_THE_LIST, Dossier
from shared.identity import Person
from shared.pages import Keyset, Page, Window

SCHEMA = "rights_0001"
DEFERRED = "\"left\" IS FALSE AND state = 'duty-deferred'"
"""Duties that were deferred, in SQL: the predicate of the index by which they are listed (R-9.2)."""


class Asked(SQLModel, table=True):
    """Phase 3 of this signal waits until everybody's duty has been decided on (art. 16 lid 2)."""

    number: str = Field(primary_key=True)
    subjects: int
    """How many persons it had when it was asked: about fewer nothing is answered."""
    asked_at: datetime = moment()
    answered_at: datetime | None = moment(nullable=True)
    acted: dict[str, list[str]] = document(nullable=False)
    """Who decided on the signal before it was asked, under which designations."""
    mac: str = ""


class DutyMoment(SQLModel, table=True):
    """By when the person of duty `number` has to know, and why (shared/protocol/moments.py).

    `cause`: the decision or message that brought it; a decision that is withdrawn takes its moment with it.
    """

    __tablename__ = "moment"
    number: str = Field(primary_key=True)
    cause: UUID = Field(primary_key=True)
    why: str
    on: date
    noted_at: datetime = moment()
    recipient: str | None = None
    """Who got something of him by what brought it, as a letter names him."""


class OnList(SQLModel, table=True):
    """The signal of duty `number` stands on this destruction list: oversight hears what is decided until it is gone."""

    __tablename__ = "on_list"
    number: str = Field(primary_key=True)
    list_id: UUID = Field(primary_key=True)


OVERDUE = Keyset("overdue-duties", col(Dossier.due_on), col(Dossier.number))


async def overdue(session: AsyncSession, today: date, person: Person, window: Window) -> Page[Dossier]:
    """Deferrals whose review date has passed, and duties whose month has; the longest ago first."""
    late = text(ON_THE_LIST), col(Dossier.due_on) < today, store.open_to(person)
    return await OVERDUE.page(session, select(Dossier).where(*late), window)


DEFERRALS = Keyset("deferrals", col(Dossier.due_on), col(Dossier.number))


async def deferrals(session: AsyncSession, person: Person, window: Window) -> Page[Dossier]:
    """Duties that were deferred, by the day on which that is looked at again."""
    return await DEFERRALS.page(session, select(Dossier).where(text(DEFERRED), store.open_to(person)), window)


async def one_at_a_time(session: AsyncSession, signal: str) -> None:
    """Asking and deciding about one signal wait for each other, so that neither overlooks the other."""
    await session.execute(text("SELECT pg_advisory_xact_lock(4713, hashtext(:signal))"), {"signal": signal})


def erase_duties(clock: Clock) -> Callable[[AsyncSession, Collection[str]], Awaitable[None]]:
    """Deletes everything about signals; supervision hears which duties go, so that none can go without."""

    async def delete_rows(session: AsyncSession, numbers: Collection[str]) -> None:
        about = select(col(Dossier.number), col(Dossier.turn)).where(col(Dossier.signal).in_(numbers))
        duties = {row.number: row.turn for row in await session.execute(about)}
        for kind in (DutyMoment, OnList):
            await session.execute(delete(kind).where(col(kind.number).in_(duties)))
        await store.delete_rows(session, numbers)
        await session.execute(delete(Asked).where(col(Asked.number).in_(numbers)))
        session.add_all(
            audit.line(clock.now(), "duty destroyed", actor=None, record=number, result=audit.VANISHED, turn=turn + 1)
            for number, turn in duties.items()
        )

    return delete_rows
