"""What the portal has kept here for its processes: sessions, and words that came too late. Sealed: access opens neither."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Executable, delete, exists, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from services.access.store import LoggedOut
from shared.database.tables import moment, table_of

LEFT_SECONDS = 12 * 3600
"""For how long it is known whose a session was that ended by itself."""
WORDS_SECONDS = 900
"""Long enough to log in again, and to be called away at it."""
MOST_OF_ONE = 20
"""Browsers in which one person is logged in at once."""
MOST_WORDS_OF_ONE = 5


class PortalSession(SQLModel, table=True):
    """`name`: a hash of what only the browser has. `ends_by_leaving_at`: a log-out from then on ends it. `seen`: when
    somebody last did something, to a quarter of a minute. `is_over`: it ended, and is known only for whose it was."""

    __tablename__ = "portal_session"
    name: str = Field(primary_key=True)
    user_id: str = Field(index=True)
    ends_by_leaving_at: datetime = moment()
    seen: datetime = moment(index=True)
    idle_seconds: int
    is_over: bool = False
    version: int = 1
    sealed: str

    def ended(self, now: datetime) -> bool:
        return self.is_over or now - self.seen > timedelta(seconds=self.idle_seconds)


class PortalWords(SQLModel, table=True):
    """What somebody typed while his log-in had ended. `name`: as of a session, of another secret."""

    __tablename__ = "portal_words"
    name: str = Field(primary_key=True)
    user_id: str = Field(index=True)
    until: datetime = moment(index=True)
    sealed: str


@dataclass(frozen=True)
class KeptThere:
    """What is given back. `version`: of what is sealed; `is_over`: only whose it was counts."""

    user_id: str
    sealed: str
    version: int = 1
    is_over: bool = False


# Of who logged out since nothing is found: a row of his that is put back says no more than one that was never there.
_LEFT = exists().where(
    col(LoggedOut.user_id) == col(PortalSession.user_id), col(LoggedOut.at) >= col(PortalSession.ends_by_leaving_at)
)


async def begin(session: AsyncSession, row: PortalSession) -> None:
    """Keep it; of one person the ones that he used last, of everybody what is not too long ago."""
    old = col(PortalSession.seen) < row.seen - timedelta(seconds=LEFT_SECONDS)
    await session.execute(delete(PortalSession).where(old))
    mine = select(col(PortalSession.name)).where(col(PortalSession.user_id) == row.user_id)
    too_many = mine.order_by(col(PortalSession.seen).desc()).offset(MOST_OF_ONE - 1)
    await session.execute(delete(PortalSession).where(col(PortalSession.name).in_(too_many)))
    session.add(row)


def found(name: str) -> Executable:
    """The query for a session of somebody who did not log out since."""
    return select(PortalSession).where(col(PortalSession.name) == name, ~_LEFT)


def seen(name: str, at: datetime) -> Executable:
    """That somebody did something."""
    return update(PortalSession).where(col(PortalSession.name) == name).values(seen=at)


def changed(name: str, version: int, sealed: str) -> Executable:
    """What is sealed in a session of this version. One that is over, or that is not there any more, is not changed."""
    here = col(PortalSession.name) == name, col(PortalSession.version) == version, ~col(PortalSession.is_over), ~_LEFT
    return (
        update(PortalSession).where(*here).values(sealed=sealed, version=version + 1).returning(col(PortalSession.name))
    )


def ended(name: str) -> Executable:
    """It is known only for whose it was."""
    return update(PortalSession).where(col(PortalSession.name) == name).values(is_over=True)


async def count(session: AsyncSession, now: datetime) -> int:
    """How many go on."""
    lasts = func.make_interval(0, 0, 0, 0, 0, 0, col(PortalSession.idle_seconds))
    # What was not seen for longer than that is not looked at.
    recent = col(PortalSession.seen) >= now - timedelta(seconds=LEFT_SECONDS)
    here = recent, ~col(PortalSession.is_over), col(PortalSession.seen) + lasts >= now
    return await session.scalar(select(func.count()).select_from(PortalSession).where(*here)) or 0


async def keep_words(session: AsyncSession, of: str, name: str, sealed: str, now: datetime) -> bool:
    """For whose session `of` is or was. False when it is nobody's, or he logged out."""
    await session.execute(delete(PortalWords).where(col(PortalWords.until) < now))
    his = select(
        literal(name),
        col(PortalSession.user_id),
        literal(now + timedelta(seconds=WORDS_SECONDS)),
        literal(sealed),
    ).where(col(PortalSession.name) == of, ~_LEFT)
    new = (
        insert(PortalWords).from_select(["name", "user_id", "until", "sealed"], his).returning(col(PortalWords.user_id))
    )
    user_id = (await session.execute(new)).scalar()
    if user_id is None:
        return False
    mine = select(col(PortalWords.name)).where(col(PortalWords.user_id) == user_id)
    too_many = mine.order_by(col(PortalWords.until).desc()).offset(MOST_WORDS_OF_ONE)
    await session.execute(delete(PortalWords).where(col(PortalWords.name).in_(too_many)))
    return True


def words(name: str, now: datetime) -> Executable:
    """The query for what is kept under `name`."""
    return select(PortalWords).where(col(PortalWords.name) == name, col(PortalWords.until) >= now)


def dropped(name: str) -> Executable:
    """They are not kept any longer."""
    return delete(PortalWords).where(col(PortalWords.name) == name)


async def forget(session: AsyncSession, user_id: str) -> None:
    """Somebody logged out: nothing of his is left."""
    for one in (PortalSession, PortalWords):
        await session.execute(delete(table_of(one)).where(table_of(one).c.user_id == user_id))
