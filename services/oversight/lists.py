"""Destruction lists as retention offered them, what the beheerder decided on them, and how far each signal is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import and_, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared.database.tables import Tombstone, Waits, document, moment
from shared.pages import Keyset, Page, Window
from shared.protocol.model import State


class OfferedList(SQLModel, table=True):
    """A destruction list as retention offered it, and what the beheerder decided."""

    __tablename__ = "offered_list"
    id: UUID = Field(primary_key=True)
    version: int
    state: str
    protocol: str
    """The version of the protocol under which it is decided on."""
    words_key: str
    """The key of what is said about it: why something was destroyed outlives what was destroyed."""
    listed_on: date
    approve_before: date
    ultimate_on: date
    escalated: bool = False


class Approval(Waits, table=True):
    """One approval by the beheerder; a list can take several, each for some of its signals. `id` is the decision's.

    `approver` is empty for what the clock does after the ultimate date. It waits until it can no longer be withdrawn
    (`effective_at`), and then until every key has been released.
    """

    list_id: UUID
    approver: str | None
    approved_at: datetime = moment()
    effective_at: datetime = moment()
    statement: str
    """Oversight's signature over which signals were approved: a row alone releases nothing."""
    withdrawn: bool = False
    done: bool = False


class ListedRow(SQLModel, table=True):
    """One signal on a list. `state`: listed, approved, releasing (its keys), released; or withheld, for a hold.

    `duties`: what rights said of each person in it, by the number of the duty; None until it said so. `place`: 0 puts it
    first on the list, because somebody in it was never informed. `released_at`: since when its keys are being released. `mac`: of oversight over what retention listed and rights
    said; how far it is with that is in other hands (statements.py).
    """

    __tablename__ = "listed_signal"
    moves: ClassVar = ("state", "approval", "place", "released_at")
    list_id: UUID = Field(primary_key=True)
    number: str = Field(primary_key=True)
    state: str
    approval: UUID | None = None
    facts: dict[str, Any] = document(nullable=False)
    archive_keys: list[dict[str, str]] = document(nullable=False)
    duties: dict[str, Any] | None = document()
    place: int = 1
    released_at: datetime | None = moment(nullable=True)
    mac: str = ""


NOT_RELEASED = "state IN ('approved', 'releasing')"
"""As the index of it has it."""
TO_RELEASE = and_(col(Approval.withdrawn).is_(False), col(Approval.done).is_(False))
LISTS = Keyset("destruction-lists", col(OfferedList.listed_on), col(OfferedList.id), newest_first=True)
LISTS_TO_DO = Keyset("waiting-lists", col(OfferedList.listed_on), col(OfferedList.id))
SIGNALS = Keyset("listed-signals", col(ListedRow.place), col(ListedRow.number))
"""Who was never informed first (art. 26 lid 5)."""
APPROVALS = Keyset("approvals", col(Approval.approved_at), col(Approval.id))


async def offered(session: AsyncSession, window: Window, *, waiting: bool = False) -> Page[OfferedList]:
    """Destruction lists, the newest first. `waiting`: only those that wait for an approval, the oldest first: it is the first to be late."""
    if not waiting:
        return await LISTS.page(session, select(OfferedList), window)
    return await LISTS_TO_DO.page(session, select(OfferedList).where(col(OfferedList.state) == State.LISTED), window)


async def signals_of(session: AsyncSession, list_id: UUID, window: Window) -> Page[ListedRow]:
    return await SIGNALS.page(session, select(ListedRow).where(col(ListedRow.list_id) == list_id), window)


async def signals_on(session: AsyncSession, list_id: UUID, state: str) -> list[ListedRow]:
    """All signals of a list in `state`: what is decided on is never cut off."""
    query = select(ListedRow).where(col(ListedRow.list_id) == list_id, col(ListedRow.state) == state)
    return list((await session.scalars(query.order_by(col(ListedRow.number)))).all())


async def for_change(session: AsyncSession, list_id: UUID, numbers: Collection[str]) -> dict[str, ListedRow]:
    """These signals of a list by their numbers, locked."""
    mine = col(ListedRow.list_id) == list_id, col(ListedRow.number).in_(numbers)
    query = select(ListedRow).where(*mine).order_by(col(ListedRow.number)).with_for_update()
    return {one.number: one for one in await session.scalars(query)}


async def whole_list(session: AsyncSession, list_id: UUID) -> list[ListedRow]:
    query = select(ListedRow).where(col(ListedRow.list_id) == list_id).order_by(col(ListedRow.number))
    return list((await session.scalars(query)).all())


async def set_state(session: AsyncSession, list_id: UUID, numbers: list[str], **values: Any) -> None:
    statement = update(ListedRow).where(col(ListedRow.list_id) == list_id, col(ListedRow.number).in_(numbers))
    await session.execute(statement.values(**values))


async def take_off(session: AsyncSession, list_id: UUID, number: str) -> bool:
    """Whether the signal was on the list and none of its keys was being released yet."""
    statement = (
        update(ListedRow)
        .where(col(ListedRow.list_id) == list_id, col(ListedRow.number) == number)
        .where(col(ListedRow.state).in_((State.LISTED, State.APPROVED)))
        .values(state="withheld")
    )
    return (await session.execute(statement.returning(col(ListedRow.number)))).first() is not None


async def approvals(session: AsyncSession, list_id: UUID, window: Window) -> Page[Approval]:
    return await APPROVALS.page(session, select(Approval).where(col(Approval.list_id) == list_id), window)


async def approved_by(
    session: AsyncSession, approval: UUID, most: int, among: Collection[str] | None = None
) -> list[ListedRow]:
    """The signals of an approval whose keys have not all been released; only those `among` the given numbers."""
    mine = (col(ListedRow.approval) == approval, text(NOT_RELEASED))
    query = select(ListedRow).where(*mine).limit(most).with_for_update()
    if among is not None:
        query = query.where(col(ListedRow.number).in_(among))
    return list((await session.scalars(query)).all())


async def not_released(session: AsyncSession) -> int:
    """How many signals were approved and wait for their keys to be released."""
    query = select(func.count()).select_from(ListedRow).where(text(NOT_RELEASED))
    return (await session.execute(query)).scalar_one()


async def being_destroyed(session: AsyncSession, since: datetime, now: datetime) -> int:
    """How many signals whose keys were released `since` then have not been declared destroyed. A row that says that it will be
    released one day is of nobody here, and holds nobody up."""
    gone = select(Tombstone).where(col(Tombstone.number) == col(ListedRow.number)).exists()
    released = col(ListedRow.released_at)
    query = select(func.count()).select_from(ListedRow).where(released > since, released <= now, ~gone)
    return (await session.execute(query)).scalar_one()


async def give_back(session: AsyncSession, approval: UUID, now: datetime) -> None:
    """More of this approval is to be released, after others had their turn: nothing is held against any of them that it waits."""
    usual = {"next_at": now, "attempts": 0}
    fine = update(Approval).where(col(Approval.id) == approval)
    await session.execute(fine.values(**usual, since=None, waits_because=None, parked_at=None))
    waiting = (
        TO_RELEASE,
        col(Approval.parked_at).is_(None),
        col(Approval.since).is_(None),
        col(Approval.next_at) < now,
    )
    await session.execute(update(Approval).where(*waiting).values(**usual))
