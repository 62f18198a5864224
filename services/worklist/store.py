"""The work list's tables: what holders told, and what somebody may see of it. All of it can be thrown away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, delete, not_, or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared.contracts.worklist import ListedDossier
from shared.database.tables import Tombstone, document, moment
from shared.identity import Person
from shared.pages import Keyset

SCHEMA = "worklist_0001"
NO_DAY = date(9999, 12, 31)
"""Where there is no date: it comes last."""
LATE_MESSAGES = timedelta(days=40)
"""Longer than a signature counts in the post: what comes after that is believed by nobody."""


class ListedWork(SQLModel, table=True):
    """A signal or a duty, as `service` told it last. `here`: it is in hand; else only its number is left, so that a message
    that comes late does not bring it back."""

    __tablename__ = "work"
    number: str = Field(primary_key=True)
    service: str
    version: int
    turn: int
    here: bool
    state: str
    phase: int | None = None
    working_name: str
    received_on: date
    due: str | None = None
    due_on: date
    closed_to: list[str] = document(nullable=False)
    told_at: datetime = moment()


class WorkTask(SQLModel, table=True):
    """Something that somebody without the file is asked."""

    __tablename__ = "work_task"
    id: UUID = Field(primary_key=True)
    number: str
    service: str
    kind: str
    role: str
    person: str | None = None
    members: list[str] | None = document()
    opened_at: datetime = moment()
    until: date
    due_on: date


class Edition(SQLModel, table=True):
    """The list as it was begun last: one row. What was told for another is not of this one."""

    id: int = Field(primary_key=True)
    begun_at: datetime = moment()


class HeardUpTo(SQLModel, table=True):
    """Up to when a holder has told everything, and for which edition."""

    __tablename__ = "heard"
    service: str = Field(primary_key=True)
    edition: datetime | None = moment(nullable=True)
    as_of: datetime | None = moment(nullable=True)


BY_DUE = Keyset("work", col(ListedWork.due_on), col(ListedWork.received_on), col(ListedWork.number))
LISTED_TASKS = Keyset("work-tasks", col(WorkTask.due_on), col(WorkTask.opened_at), col(WorkTask.id))

# --- what is told --------------------------------------------------------------------------------


async def keep(session: AsyncSession, service: str, told: Sequence[ListedDossier], now: datetime) -> None:
    """Write what `service` told, but for what is known to be newer (of itself by the turn, of another by the version), and for what
    was destroyed: of that not even the number is kept here again."""
    old = col(ListedWork.here).is_(False), col(ListedWork.told_at) < now - LATE_MESSAGES
    await session.execute(delete(ListedWork).where(*old))
    numbers = [one.number for one in told]
    gone = set((await session.scalars(select(col(Tombstone.number)).where(col(Tombstone.number).in_(numbers)))).all())
    told = [one for one in told if one.number not in gone]
    if not told:
        return
    rows = [_work(service, one, now).model_dump() for one in told]
    insert = upsert(ListedWork)
    new = insert.excluded
    newer = or_(
        and_(col(ListedWork.service) == new.service, col(ListedWork.turn) <= new.turn),
        and_(col(ListedWork.service) != new.service, col(ListedWork.version) < new.version),
    )
    values = {name: new[name] for name in rows[0] if name != "number"}
    statement = insert.on_conflict_do_update(index_elements=["number"], set_=values, where=newer)
    # Rows beside the statement: within it, it would be put together anew for every message, which takes longer than all else.
    written = set((await session.scalars(statement.returning(col(ListedWork.number)), rows)).all())
    await session.execute(delete(WorkTask).where(col(WorkTask.number).in_(written)))
    tasks = [one for dossier in told if dossier.number in written for one in _tasks(service, dossier)]
    if tasks:
        await session.execute(upsert(WorkTask).on_conflict_do_nothing(), [one.model_dump() for one in tasks])


def _work(service: str, told: ListedDossier, now: datetime) -> ListedWork:
    return ListedWork(
        number=told.number,
        service=service,
        version=told.version,
        turn=told.turn,
        here=told.here,
        state=told.state,
        phase=told.phase,
        working_name=told.working_name,
        received_on=told.received_on or NO_DAY,
        due=told.due,
        due_on=told.due_on or NO_DAY,
        closed_to=list(told.closed_to),
        told_at=now,
    )


def _tasks(service: str, told: ListedDossier) -> list[WorkTask]:
    return [
        WorkTask(
            number=told.number,
            service=service,
            members=None if one.members is None else list(one.members),
            due_on=one.due_on or NO_DAY,
            **one.model_dump(include={"id", "kind", "role", "person", "opened_at", "until"}),
        )
        for one in told.tasks
    ]


async def hear(session: AsyncSession, row: HeardUpTo) -> None:
    """Up to when a holder told everything; what it said earlier does not count again."""
    insert = upsert(HeardUpTo).values(**row.model_dump())
    new = {"edition": insert.excluded.edition, "as_of": insert.excluded.as_of}
    await session.execute(insert.on_conflict_do_update(index_elements=["service"], set_=new))


async def edition(session: AsyncSession, *, lock: bool = False) -> Edition | None:
    query = select(Edition).where(col(Edition.id) == 1)
    return (await session.scalars(query.with_for_update() if lock else query)).first()


async def throw_away(session: AsyncSession, begun_at: datetime) -> None:
    """Nothing is left of the list, and another begins."""
    for table in (WorkTask, ListedWork, HeardUpTo, Edition):
        await session.execute(delete(table))
    session.add(Edition(id=1, begun_at=begun_at))


async def delete_rows(session: AsyncSession, numbers: Collection[str]) -> None:
    """What is left of signals that were destroyed."""
    for table in (WorkTask, ListedWork):
        await session.execute(delete(table).where(col(table.number).in_(numbers)))


# --- what somebody may see -----------------------------------------------------------------------


def _open_to(person: Person) -> ColumnElement[bool]:
    return not_(col(ListedWork.closed_to).contains([person.user_id]))


def in_hand(person: Person, phase: int | None, due: str | None, words: str | None) -> Select[Any]:
    """Signals and duties that are in hand and exist for `person`, who has the file. `words`: a number, or part of a name."""
    query = select(ListedWork).where(text("work.here IS TRUE"), _open_to(person))
    if phase is not None:
        query = query.where(col(ListedWork.phase) == phase)
    if due is not None:
        query = query.where(col(ListedWork.due) == due)
    if words:
        like = "%" + "".join(f"\\{one}" if one in "\\%_" else one for one in words) + "%"
        # Numbers are written large and names small, whatever somebody types: to lower each row costs as much as the rest.
        query = query.where(
            or_(col(ListedWork.number).like(like.upper()), col(ListedWork.working_name).like(like.lower()))
        )
    return query


def asked(person: Person, now: datetime, today: date) -> Select[Any]:
    """What waits for `person`: asked of a role of his, of him or of a meeting to which he was invited, while it is asked, and
    of what is not closed to him."""
    return (
        select(WorkTask)
        .join(ListedWork, col(ListedWork.number) == col(WorkTask.number))
        .where(text("work.here IS TRUE"), _open_to(person))
        .where(col(WorkTask.role).in_(person.roles), col(WorkTask.until) >= today, col(WorkTask.opened_at) <= now)
        .where(or_(col(WorkTask.person).is_(None), col(WorkTask.person) == person.user_id))
        .where(or_(text("work_task.members IS NULL"), text("work_task.members = 'null'"), _invites(person)))
    )


def _invites(person: Person) -> ColumnElement[bool]:
    return col(WorkTask.members).contains([person.user_id])
