"""Access's tables: statements on who is designated, who has ever logged in, and what
may be used once. A row is believed for its signature. What the portal has kept here stands in `portal_store.py`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared.database.tables import moment, table_of
from shared.pages import Keyset, Page, Window

SCHEMA = "access_0001"


class StatementRow(SQLModel, table=True):
    """One statement, numbered from 1: an end is a statement of its own. It goes at its term, when every one before it has.

    `about`: the statement that designates, for the list; what is believed stands in `statement` (statements.py).
    """

    __tablename__ = "designation"
    seq: int = Field(primary_key=True)
    about: int = Field(index=True)
    statement: str


class UsedOnce(SQLModel, table=True):
    """What may not be used again, by its hash, for as long as somebody might believe it."""

    __tablename__ = "used_once"
    hash: str = Field(primary_key=True)
    until: datetime = moment()


class LoggedOut(SQLModel, table=True):
    """Somebody logged out: what began before is over. A row that is taken away gives nobody but the portal anything back,
    and for as long as a log-in lasts at most."""

    __tablename__ = "logged_out"
    user_id: str = Field(primary_key=True)
    at: datetime = moment()


class KnownUser(SQLModel, table=True):
    """Somebody who has logged in: nobody else is designated. `statement`: access saw him."""

    __tablename__ = "known_user"
    user_id: str = Field(primary_key=True)
    statement: str
    seen_at: datetime = moment()


GIVEN = Keyset("designations", col(StatementRow.seq), newest_first=True)


async def one_at_a_time(session: AsyncSession) -> None:
    """Nobody else adds a statement until the end of this transaction."""
    await session.execute(text("SELECT pg_advisory_xact_lock(4713)"))


async def statements(session: AsyncSession) -> list[StatementRow]:
    """All of them, in their order."""
    return list((await session.scalars(select(StatementRow).order_by(col(StatementRow.seq)))).all())


async def given(session: AsyncSession, window: Window) -> Page[StatementRow]:
    """Those that designate, the newest first."""
    return await GIVEN.page(
        session, select(StatementRow).where(col(StatementRow.about) == col(StatementRow.seq)), window
    )


async def ends_of(session: AsyncSession, given: Collection[int]) -> list[StatementRow]:
    """What ended these."""
    ends = col(StatementRow.about).in_(given), col(StatementRow.about) != col(StatementRow.seq)
    return list((await session.scalars(select(StatementRow).where(*ends))).all())


async def put(session: AsyncSession, rows: Collection[StatementRow]) -> None:
    """Write statements; what stands under their numbers is not believed, and goes."""
    if rows:
        statement = upsert(table_of(StatementRow))
        new = {"about": statement.excluded.about, "statement": statement.excluded.statement}
        values = [one.model_dump() for one in rows]
        await session.execute(statement.on_conflict_do_update(index_elements=["seq"], set_=new), values)


async def forget(session: AsyncSession, up_to: int) -> int:
    """Delete the statements up to this one, and never the newest; returns how many there were."""
    return int(await session.scalar(select(func.forget_designations(up_to))) or 0)


async def put_user(session: AsyncSession, row: KnownUser) -> None:
    """Remember somebody, also in the place of a row that is not believed."""
    statement = upsert(table_of(KnownUser)).values(**row.model_dump())
    new = {"statement": row.statement, "seen_at": row.seen_at}
    await session.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=new))


async def leave(session: AsyncSession, user_id: str, at: datetime, over: datetime) -> None:
    """Somebody logged out `at`; who did before `over` has no log-in any more that this could end."""
    await session.execute(delete(LoggedOut).where(col(LoggedOut.at) < over))
    statement = upsert(table_of(LoggedOut)).values(user_id=user_id, at=at)
    await session.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_={"at": at}))


async def left_since(session: AsyncSession, user_id: str, moment: datetime) -> bool:
    """Whether somebody logged out at `moment` or later."""
    query = select(col(LoggedOut.user_id)).where(col(LoggedOut.user_id) == user_id, col(LoggedOut.at) >= moment)
    return await session.scalar(query) is not None


async def use(session: AsyncSession, now: datetime, once: Mapping[str, datetime]) -> bool:
    """Use up what has these hashes, each until a moment; False when one of them was used before."""
    await session.execute(delete(UsedOnce).where(col(UsedOnce.until) < now))
    rows = [{"hash": one, "until": until} for one, until in once.items()]
    new = upsert(UsedOnce).values(rows).on_conflict_do_nothing().returning(col(UsedOnce.hash))
    return len((await session.scalars(new)).all()) == len(once)
