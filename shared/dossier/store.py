"""Queries on dossiers, their items and decisions."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.dossier.tables import DecisionRow, Dossier, Grant, Item, MeetingRow, NoticeRow, Task
from shared.errors import Conflict

WITHDRAWAL = "withdrawal"


async def items_of(session: AsyncSession, number: str) -> list[Item]:
    return list((await session.scalars(select(Item).where(col(Item.number) == number).order_by(col(Item.item)))).all())


async def decisions_of(session: AsyncSession, number: str) -> list[DecisionRow]:
    query = select(DecisionRow).where(col(DecisionRow.number) == number).order_by(col(DecisionRow.taken_at))
    return list((await session.scalars(query)).all())


async def of_signal(session: AsyncSession, signal: str) -> list[Dossier]:
    return list((await session.scalars(select(Dossier).where(col(Dossier.signal) == signal))).all())


async def last_taken(session: AsyncSession, number: str) -> DecisionRow | None:
    query = (
        select(DecisionRow)
        .where(
            col(DecisionRow.number) == number, col(DecisionRow.status) == "taken", col(DecisionRow.key) != WITHDRAWAL
        )
        .order_by(col(DecisionRow.version).desc())
        .limit(1)
        .with_for_update()
    )
    return (await session.scalars(query)).first()


async def unsettled(session: AsyncSession, now: datetime, most: int = 100) -> list[DecisionRow]:
    """Decisions whose time to be withdrawn is over and that have not been sent on."""
    query = (
        select(DecisionRow)
        .where(
            col(DecisionRow.status) == "taken",
            col(DecisionRow.settled_at).is_(None),
            col(DecisionRow.effective_at) <= now,
        )
        # In no order: what is stuck at the front must not keep the rest from being looked at.
        .order_by(func.random())
        .limit(most)
    )
    return sorted((await session.scalars(query)).all(), key=lambda row: row.version)


async def next_to_settle(session: AsyncSession) -> datetime | None:
    """When the next decision, of those not sent on yet, can no longer be withdrawn."""
    query = select(func.min(col(DecisionRow.effective_at))).where(
        col(DecisionRow.status) == "taken", col(DecisionRow.settled_at).is_(None)
    )
    found: datetime | None = (await session.execute(query)).scalar_one()
    return found


async def settle_earlier(session: AsyncSession, number: str, now: datetime) -> None:
    """A following decision ends the time in which the earlier ones can be withdrawn."""
    statement = (
        update(DecisionRow)
        .where(
            col(DecisionRow.number) == number,
            col(DecisionRow.status) == "taken",
            col(DecisionRow.settled_at).is_(None),
        )
        .values(effective_at=now)
    )
    await session.execute(statement)


async def active(session: AsyncSession, without: Collection[str], most: int = 500) -> list[Dossier]:
    """The work list: what is in hand, oldest first. What has ended is not on it (R-9.2)."""
    query = (
        select(Dossier)
        .where(col(Dossier.left).is_(False), col(Dossier.state).not_in(without))
        .order_by(col(Dossier.due_on).asc().nulls_last(), col(Dossier.arrived_at))
        .limit(most)
    )
    return list((await session.scalars(query)).all())


async def bump(session: AsyncSession, number: str, expected: int, state: str, act_on: date) -> None:
    """Take the dossier from version `expected` to the next; raises Conflict when somebody was first."""
    statement = (
        update(Dossier)
        .where(col(Dossier.number) == number, col(Dossier.version) == expected)
        .where(col(Dossier.handing_over_since).is_(None), col(Dossier.left).is_(False))
        .values(version=expected + 1, state=state, last_act_on=act_on)
    )
    if (await session.execute(statement.returning(col(Dossier.number)))).first() is None:
        raise Conflict("this was changed meanwhile: look again")


async def forget(session: AsyncSession, number: str, to: str) -> None:
    """The receipt is in: what was handed over is deleted here; only number and new holder stay."""
    for table in (Item, DecisionRow, Task, Grant):
        await session.execute(delete(table).where(col(table.number) == number))
    values = {"left": True, "handed_to": to, "handing_over_since": None, "room_key": None, "earlier": []}
    await session.execute(update(Dossier).where(col(Dossier.number) == number).values(**values))


async def keys_of(session: AsyncSession, numbers: Collection[str]) -> list[tuple[str, str]]:
    """The room keys of signals here: (signal, key)."""
    rows = (await session.scalars(select(Dossier).where(col(Dossier.signal).in_(numbers)))).all()
    return list({(row.signal, row.room_key) for row in rows if row.room_key})


async def delete_rows(session: AsyncSession, numbers: Collection[str]) -> None:
    """Everything about these signals, also of the duties that are about them."""
    about = select(col(Dossier.number)).where(col(Dossier.signal).in_(numbers))
    own = [*(await session.scalars(about)).all(), *numbers]
    for table in (Item, DecisionRow, Task, Grant):
        await session.execute(delete(table).where(col(table.number).in_(own)))
    await session.execute(delete(Grant).where(col(Grant.new_signal).in_(numbers)))
    await session.execute(delete(NoticeRow).where(col(NoticeRow.number).in_(numbers)))
    await session.execute(delete(Dossier).where(col(Dossier.signal).in_(numbers)))


async def meetings_about(session: AsyncSession, identifier: str | None) -> list[MeetingRow]:
    found = await session.get(MeetingRow, identifier) if identifier else None
    return [found] if found else []


async def notices_of(session: AsyncSession, number: str) -> list[NoticeRow]:
    return list((await session.scalars(select(NoticeRow).where(col(NoticeRow.number) == number))).all())


async def close_tasks(session: AsyncSession, number: str, item: str, now: datetime) -> None:
    statement = update(Task).where(col(Task.number) == number, col(Task.item) == item, col(Task.closed_at).is_(None))
    await session.execute(statement.values(closed_at=now))


async def close_all_tasks(session: AsyncSession, number: str, now: datetime) -> None:
    waiting = (col(Task.number) == number, col(Task.closed_at).is_(None))
    await session.execute(update(Task).where(*waiting).values(closed_at=now))


async def reopen_tasks(session: AsyncSession, number: str, items: Collection[str]) -> None:
    """What was answered and taken back is asked again."""
    mine = (col(Task.number) == number, col(Task.item).in_(items), col(Task.kind) != "co-signature")
    await session.execute(update(Task).where(*mine).values(closed_at=None))


async def has_earlier_unsettled(session: AsyncSession, decision: DecisionRow) -> bool:
    query = select(col(DecisionRow.id)).where(
        col(DecisionRow.number) == decision.number,
        col(DecisionRow.status) == "taken",
        col(DecisionRow.settled_at).is_(None),
        col(DecisionRow.version) < decision.version,
    )
    return (await session.scalars(query.limit(1))).first() is not None


async def close_co_signatures(session: AsyncSession, number: str, now: datetime) -> None:
    waiting = (col(Task.number) == number, col(Task.kind) == "co-signature", col(Task.closed_at).is_(None))
    await session.execute(update(Task).where(*waiting).values(closed_at=now))


async def open_tasks(session: AsyncSession, roles: Collection[str], today: date, most: int = 200) -> list[Task]:
    """What waits for these roles; a paper only until its meeting is over (R-7.10)."""
    query = (
        select(Task)
        .outerjoin(MeetingRow, col(MeetingRow.id) == col(Task.meeting))
        .where(col(Task.role).in_(roles), col(Task.closed_at).is_(None))
        .where(or_(col(Task.meeting).is_(None), col(MeetingRow.held_on) >= today))
        .order_by(col(Task.opened_at))
        .limit(most)
    )
    return list((await session.scalars(query)).all())
