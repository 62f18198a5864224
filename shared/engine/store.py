"""Queries on dossiers, their items, decisions and tasks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, not_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from shared.contracts.common import KeyRef
from shared.database.at_once import insert_at_once
from shared.database.sessions import stamp
from shared.database.tables import Outgoing
from shared.engine.head import Head, changed, vouched
from shared.engine.tables import (
    AskedLookRow,
    AskedRow,
    DecisionRow,
    Dossier,
    DraftRow,
    FrozenRow,
    GrantRow,
    ItemRow,
    NoticeRow,
    SealedAskRow,
    TaskRow,
    ToldRow,
)
from shared.errors import Conflict
from shared.identity import Person
from shared.keys.mac import Mac
from shared.keys.release import Erase, KeysOf


async def add(session: AsyncSession, *rows: SQLModel) -> None:
    """Insert rows of several tables in one statement."""
    if rows:
        besides = stamp(session.sync_session, rows)
        await insert_at_once(await session.connection(), (*rows, *besides))


def open_to(person: Person) -> ColumnElement[bool]:
    """Of dossiers that a query finds: those that are not closed to `person`."""
    return not_(col(Dossier.closed_to).contains([person.user_id]))


async def of_signal(session: AsyncSession, signal: str) -> list[Dossier]:
    """The dossier of a signal, or at rights the duties that are about it."""
    return list((await session.scalars(select(Dossier).where(col(Dossier.signal) == signal))).all())


async def bearing(session: AsyncSession, cluster: str) -> list[str]:
    """The numbers of what bears this cluster's number, if its rows are to be believed: each is checked by who loads it."""
    query = select(col(Dossier.number)).where(col(Dossier.cluster) == cluster, col(Dossier.left).is_(False))
    return sorted((await session.scalars(query)).all())


async def end_earlier(session: AsyncSession, earlier: Sequence[DecisionRow], now: datetime) -> None:
    """A following decision ends the time in which `earlier` ones can be withdrawn: what they tell leaves now."""
    if not earlier:
        return
    ids = [one.id for one in earlier]
    changed = {"effective_at": now, "next_at": now}
    await session.execute(update(DecisionRow).where(col(DecisionRow.id).in_(ids)).values(**changed))
    await release(session, [identifier for one in earlier for identifier in one.sends], now)


async def release(session: AsyncSession, messages: Collection[str], now: datetime) -> None:
    """What waits in the post leaves now."""
    if messages:
        mine = col(Outgoing.id).in_([UUID(one) for one in messages]), col(Outgoing.next_at) > now
        await session.execute(update(Outgoing).where(*mine, col(Outgoing.attempts) == 0).values(next_at=now))


async def unsend(session: AsyncSession, messages: Collection[str]) -> None:
    """What waits in the post is thrown away; raises Conflict when any of it has left."""
    if messages:
        mine = col(Outgoing.id).in_([UUID(one) for one in messages]), col(Outgoing.attempts) == 0
        gone = await session.execute(delete(Outgoing).where(*mine).returning(col(Outgoing.id)))
        if len(gone.all()) != len(messages):
            raise Conflict("De tijd om in te trekken is voorbij; alleen een nieuw besluit verandert nog iets.")


async def forget(session: AsyncSession, mac: Mac, number: str, to: str) -> None:
    """The receipt is in: what was handed over is deleted here; only number and new holder stay."""
    row = await session.get(Dossier, number, with_for_update=True)
    if row is None:
        return
    for table in (ItemRow, DecisionRow, TaskRow, NoticeRow, DraftRow, AskedRow, AskedLookRow):
        await session.execute(delete(table).where(col(table.number) == number))
    # A look into what was sealed of it may be given before its receipt comes in.
    looks = delete(GrantRow).where(col(GrantRow.number) == number, col(GrantRow.archive) == "")
    await session.execute(looks)
    gone = changed(row, left=True, handed_to=to, handing_over_since=None, room_key=None, earlier=[], cluster=None)
    await session.merge(await vouched(mac, Head(gone)))


def keys_in(room: str) -> KeysOf:
    """The keys of dossiers in `room`, for retention's orders."""

    async def keys_of(session: AsyncSession, numbers: Collection[str]) -> list[tuple[str, KeyRef]]:
        rows = (await session.scalars(select(Dossier).where(col(Dossier.signal).in_(numbers)))).all()
        found = {(row.signal, row.room_key) for row in rows if row.room_key}
        return [(number, KeyRef(mount=room, key=key)) for number, key in found]

    return keys_of


def erase_in(room: str) -> Erase:
    """Everything about a signal here, for a service that keeps nothing but dossiers."""
    return Erase(rows=delete_rows, keys=keys_in(room))


async def delete_rows(session: AsyncSession, numbers: Collection[str]) -> None:
    """Everything about these signals, also of the duties that are about them."""
    about = select(col(Dossier.number)).where(col(Dossier.signal).in_(numbers))
    own = [*(await session.scalars(about)).all(), *numbers]
    for table in (ItemRow, DecisionRow, TaskRow, DraftRow, AskedRow, SealedAskRow):
        await session.execute(delete(table).where(col(table.number).in_(own)))
    given = col(GrantRow.number).in_(own) | col(GrantRow.new_signal).in_(own)
    await session.execute(delete(GrantRow).where(given))
    asked = col(AskedLookRow.number).in_(own) | col(AskedLookRow.case).in_(own)
    await session.execute(delete(AskedLookRow).where(asked))
    for beside in (NoticeRow, FrozenRow, ToldRow):
        await session.execute(delete(beside).where(col(beside.number).in_([*own, *numbers])))
    await session.execute(delete(Dossier).where(col(Dossier.signal).in_(numbers)))


async def delete_decisions(session: AsyncSession, numbers: Collection[str]) -> None:
    """The decisions on what stands on another shelf."""
    await session.execute(delete(DecisionRow).where(col(DecisionRow.number).in_(numbers)))


async def change_decision(session: AsyncSession, before: DecisionRow, after: DecisionRow) -> None:
    """Write what became of a decision; raises Conflict when it is no longer as it was."""
    mine = col(DecisionRow.id) == before.id, col(DecisionRow.status) == before.status
    statement = update(DecisionRow).where(*mine).values(status=after.status, version=after.version)
    if (await session.execute(statement.returning(col(DecisionRow.id)))).first() is None:
        raise Conflict("Dit is intussen gewijzigd: kijk opnieuw.")


# --- tasks ---------------------------------------------------------------------------------------


async def change_tasks(session: AsyncSession, before: Sequence[TaskRow], after: Sequence[TaskRow]) -> None:
    """Write what of the tasks that were there is not as it was; new ones are added with the other rows."""
    known = {one.id: one for one in before}
    differ = [one for one in after if one.id in known and one != known[one.id]]
    if differ:
        written = {"id", "opened_at", "opened_by", "closed_at", "closed_by"}
        await session.execute(update(TaskRow), [one.model_dump(include=written) for one in differ])
