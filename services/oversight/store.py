"""Oversight's tables: words of decisions (ciphertext), disclosures, whereabouts, anchors; the trail and lists have their own."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from services.oversight import trail
from shared.contracts.common import KeyRef
from shared.database.tables import document, moment, table_of
from shared.pages import Keyset, Page, Window
from shared.protocol.model import State

SCHEMA = "oversight_0001"
ROOM = "room-accountability"


class DecidedRow(SQLModel, table=True):
    """A decision as supervision sees it: coded facts, and its words under a key of the signal. `producer`: who told."""

    __tablename__ = "decided"
    id: UUID = Field(primary_key=True)
    producer: str
    number: str
    version: int
    facts: dict[str, Any] = document(nullable=False)
    room_key: str
    carried_by: str
    ciphertext: str
    taken_at: datetime = moment()
    mac: str = ""
    """Of oversight over all of it: by when a signal ended is judged until when it is kept."""


class Disclosure(SQLModel, table=True):
    """The disclosure register; append-only, until so long after the signal was destroyed (use_cases/forget.py)."""

    __tablename__ = "disclosure"
    id: UUID = Field(primary_key=True)
    number: str
    facts: dict[str, Any] = document(nullable=False)
    decided_at: datetime = moment()
    mac: str = ""
    """Of oversight over all of it: what is counted and accounted for is what it wrote."""


class Judgement(SQLModel, table=True):
    """How what went at once was judged afterwards, and by whom; append-only, one for each share."""

    __tablename__ = "judgement"
    disclosure: UUID = Field(primary_key=True)
    number: str
    outcome: str
    because: str
    judged_by: str
    judged_at: datetime = moment()
    mac: str = ""


class KeptStatement(SQLModel, table=True):
    """A statement of access on a designation, kept where access's own database cannot take it back."""

    __tablename__ = "kept_statement"
    seq: int = Field(primary_key=True)
    statement: str
    stated_at: datetime = moment()


class Whereabout(SQLModel, table=True):
    __tablename__ = "whereabout"
    number: str = Field(primary_key=True)
    version: int
    holder: str
    state: str
    since: datetime = moment()
    next_holders: list[str] = document(nullable=False)
    """Who may be the next to say that he holds it: by what the holder decided (domain.py)."""
    earlier: list[str] = document(nullable=False)
    """Who held it before: what they said then may come late."""


class Anchor(SQLModel, table=True):
    """The newest turn of a dossier that audit lines told of: an older one is not believed any more.

    `doubtful`: a line told of a turn that was not newer; late, or a second one of the same turn. `forked`: it was that.
    """

    __tablename__ = "anchor"
    producer: str = Field(primary_key=True)
    record: str = Field(primary_key=True)
    turn: int
    at: datetime = moment()
    doubtful: bool = False
    forked: bool = False


class Told(NamedTuple):
    """What is known here of a signal: where it is, the key of its words, and the letterbox keys that carried them (what
    retention was told of)."""

    where: Whereabout | None
    key: str | None
    carried_by: frozenset[str]


async def told_of(session: AsyncSession, number: str) -> Told:
    """In one statement, for it is asked at every decision that anybody takes."""
    about = select(literal(number).label("number")).subquery()
    query = (
        select(Whereabout, col(DecidedRow.room_key), col(DecidedRow.carried_by))
        .select_from(about)
        .outerjoin(Whereabout, col(Whereabout.number) == about.c.number)
        .outerjoin(DecidedRow, col(DecidedRow.number) == about.c.number)
    )
    rows = (await session.execute(query)).all()
    return Told(rows[0][0], rows[0].room_key, frozenset(row.carried_by for row in rows if row.carried_by))


async def endings_told(session: AsyncSession, numbers: Collection[str]) -> dict[str, list[DecidedRow]]:
    """By signal, the decisions that ended it; those that did not are left out."""
    ended = col(DecidedRow.facts)["ended_in"].astext.is_not(None)
    query = select(DecidedRow).where(col(DecidedRow.number).in_(numbers), ended)
    found: dict[str, list[DecidedRow]] = {number: [] for number in numbers}
    for row in await session.scalars(query):
        found[row.number].append(row)
    return found


DECISIONS = Keyset("decisions", col(DecidedRow.version), col(DecidedRow.id))
DISCLOSURES = Keyset("disclosures", col(Disclosure.decided_at), col(Disclosure.id), newest_first=True)


async def decided_on(session: AsyncSession, number: str, window: Window) -> Page[DecidedRow]:
    return await DECISIONS.page(session, select(DecidedRow).where(col(DecidedRow.number) == number), window)


ALL_DECISIONS = Keyset("all-decisions", col(DecidedRow.id))


async def decided_since(session: AsyncSession, since: datetime, window: Window) -> Page[DecidedRow]:
    return await ALL_DECISIONS.page(session, select(DecidedRow).where(col(DecidedRow.taken_at) >= since), window)


async def destroyed_since(session: AsyncSession, since: datetime) -> list[datetime]:
    """When each signal was destroyed, of which that is known."""
    gone = col(Whereabout.state) == State.DESTROYED, col(Whereabout.since) >= since
    return list((await session.scalars(select(col(Whereabout.since)).where(*gone))).all())


URGENT = "(facts ->> 'urgent') = 'true'"
"""As its index says it."""


async def disclosures(
    session: AsyncSession, number: str | None, window: Window, *, urgent: bool = False
) -> Page[Disclosure]:
    """The register, the newest first; of one signal when `number` says so, or what went at once."""
    query = select(Disclosure)
    if urgent:
        query = query.where(text(URGENT))
    if number:
        query = query.where(col(Disclosure.number) == number)
    return await DISCLOSURES.page(session, query, window)


WAITING_SHARES = Keyset("urgent-shares", col(Disclosure.decided_at), col(Disclosure.id))


async def judged_shares(session: AsyncSession) -> list[Judgement]:
    """Every row that says of a share how it was judged; what went at once is rare."""
    return list((await session.scalars(select(Judgement))).all())


async def unjudged(session: AsyncSession, window: Window, judged: Collection[UUID]) -> Page[Disclosure]:
    """What went at once and is not among those that were `judged`, the longest ago first; without what was destroyed."""
    gone = (
        select(col(Whereabout.number))
        .where(col(Whereabout.number) == col(Disclosure.number), col(Whereabout.state) == State.DESTROYED)
        .exists()
    )
    query = select(Disclosure).where(text(URGENT), ~gone, col(Disclosure.id).not_in(judged))
    return await WAITING_SHARES.page(session, query, window)


async def judgements(session: AsyncSession, shares: Collection[UUID]) -> dict[UUID, Judgement]:
    """How these shares were judged, those that were."""
    query = select(Judgement).where(col(Judgement.disclosure).in_(shares))
    return {one.disclosure: one for one in await session.scalars(query)}


async def keys_of(session: AsyncSession, numbers: Collection[str]) -> list[tuple[str, KeyRef]]:
    query = select(col(DecidedRow.number), col(DecidedRow.room_key)).where(col(DecidedRow.number).in_(numbers))
    return [(row.number, KeyRef(mount=ROOM, key=row.room_key)) for row in await session.execute(query.distinct())]


async def delete_rows(session: AsyncSession, numbers: Collection[str]) -> None:
    """The words go; that a decision was taken and where the signal was stays, without content."""
    await session.execute(delete(DecidedRow).where(col(DecidedRow.number).in_(numbers)))
    await session.execute(delete(Anchor).where(col(Anchor.record).in_(numbers)))


async def newest_statement(session: AsyncSession) -> int:
    """The number of the newest statement on designations that is kept; 0 when there is none."""
    return (await session.scalars(select(func.max(col(KeptStatement.seq))))).one() or 0


async def statements_beyond(
    session: AsyncSession, seq: int, missing: Collection[int], most: int
) -> list[KeptStatement]:
    """Those after `seq`, and those of `missing`; the oldest first."""
    wanted = or_(col(KeptStatement.seq) > seq, col(KeptStatement.seq).in_(missing))
    query = select(KeptStatement).where(wanted).order_by(col(KeptStatement.seq)).limit(most)
    return list((await session.scalars(query)).all())


async def note_whereabouts(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    """What its holder says counts when it is newer, and what the next one says who was named, whatever their versions are.

    What comes late changes nothing.
    """
    statement = upsert(table_of(Whereabout)).values(earlier=[])
    new, known = statement.excluded, table_of(Whereabout).c
    values: dict[str, ColumnElement[Any]] = {name: new[name] for name in ("version", "holder", "state", "since")}
    values |= {"next_holders": new.next_holders, "earlier": known.earlier.op("||")(func.to_jsonb(known.holder))}
    newer = and_(known.holder == new.holder, known.version < new.version)
    named = and_(known.holder != new.holder, known.next_holders.op("?")(new.holder))
    where = or_(newer, named)
    await session.execute(statement.on_conflict_do_update(index_elements=["number"], set_=values, where=where), rows)


async def note_anchors(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    """Audit lines told of turns; the newest counts, and another makes the dossier doubtful."""
    if not rows:
        return
    statement = upsert(table_of(Anchor)).values(doubtful=False, forked=False)
    known, new = table_of(Anchor).c, statement.excluded
    values = {
        "turn": func.greatest(known.turn, new.turn),
        "at": func.greatest(known.at, new.at),
        "doubtful": or_(known.doubtful, new.turn <= known.turn),
    }
    await session.execute(statement.on_conflict_do_update(index_elements=["producer", "record"], set_=values), rows)


async def forget_anchors(session: AsyncSession, producer: str, records: list[str]) -> None:
    """These are gone at their producer, and rightly so."""
    if records:
        mine = col(Anchor.producer) == producer, col(Anchor.record).in_(records)
        await session.execute(delete(Anchor).where(*mine))


async def doubtful(session: AsyncSession, most: int) -> list[Anchor]:
    """What has to be looked at, locked."""
    query = select(Anchor).where(col(Anchor.doubtful).is_(True)).limit(most).with_for_update()
    return list((await session.scalars(query)).all())


async def has_a_turn_twice(session: AsyncSession, producer: str, record: str) -> bool:
    """Whether two audit lines told of the same turn."""
    turn = col(trail.AuditLine.entry)["turn"].astext
    mine = col(trail.AuditLine.producer) == producer, col(trail.AuditLine.record) == record, turn.is_not(None)
    query = select(turn).where(*mine).group_by(turn).having(func.count() > 1).limit(1)
    return (await session.execute(query)).first() is not None


async def anchors_of(session: AsyncSession, producer: str, since: datetime, after: str, most: int) -> list[Anchor]:
    """What `producer` holds, in the order of its number: the signals that are with it, and what is no signal (a duty to
    inform) and has changed since."""
    here = select(col(Whereabout.number)).where(
        col(Whereabout.number) == col(Anchor.record), col(Whereabout.holder) == producer
    )
    mine = or_(here.exists(), and_(col(Anchor.record).not_like("S-%"), col(Anchor.at) > since))
    query = select(Anchor).where(col(Anchor.producer) == producer, col(Anchor.record) > after, mine)
    return list((await session.scalars(query.order_by(col(Anchor.record)).limit(most))).all())


async def note_destroyed(session: AsyncSession, numbers: Collection[str], moment: datetime) -> None:
    values = {"state": State.DESTROYED, "since": moment, "version": col(Whereabout.version) + 1}
    await session.execute(update(Whereabout).where(col(Whereabout.number).in_(numbers)).values(**values))
