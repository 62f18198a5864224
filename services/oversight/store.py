"""Oversight's tables: words of decisions (ciphertext), disclosures, whereabouts, destruction lists; the trail is in trail.py."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from services.oversight import trail
from shared.contracts.common import KeyRef
from shared.database.tables import Waits, document, moment, table_of
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
    """The disclosure register; append-only."""

    __tablename__ = "disclosure"
    id: UUID = Field(primary_key=True)
    number: str
    facts: dict[str, Any] = document(nullable=False)
    decided_at: datetime = moment()


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

    `approver` is empty for what the clock does at the ultimate date. It waits until it can no longer be withdrawn
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
    first on the list, because somebody in it was never informed. `mac`: of oversight over what retention listed and rights
    said; how far it is with that is in other hands (statements.py).
    """

    __tablename__ = "listed_signal"
    moves: ClassVar = ("state", "approval", "place")
    list_id: UUID = Field(primary_key=True)
    number: str = Field(primary_key=True)
    state: str
    approval: UUID | None = None
    facts: dict[str, Any] = document(nullable=False)
    archive_keys: list[dict[str, str]] = document(nullable=False)
    duties: dict[str, Any] | None = document()
    place: int = 1
    mac: str = ""


async def keys_told(session: AsyncSession, number: str) -> tuple[str | None, set[str]]:
    """The key of a signal's words, and the letterbox keys that carried them: what retention was told of."""
    query = select(col(DecidedRow.room_key), col(DecidedRow.carried_by)).where(col(DecidedRow.number) == number)
    rows = (await session.execute(query.distinct())).all()
    return (rows[0].room_key if rows else None), {row.carried_by for row in rows}


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
LISTS = Keyset("destruction-lists", col(OfferedList.listed_on), col(OfferedList.id), newest_first=True)
SIGNALS = Keyset("listed-signals", col(ListedRow.place), col(ListedRow.number))
"""Who was never informed first (art. 26 lid 5)."""
APPROVALS = Keyset("approvals", col(Approval.approved_at), col(Approval.id))


async def decided_on(session: AsyncSession, number: str, window: Window) -> Page[DecidedRow]:
    return await DECISIONS.page(session, select(DecidedRow).where(col(DecidedRow.number) == number), window)


async def disclosures(session: AsyncSession, number: str | None, window: Window) -> Page[Disclosure]:
    """The register, the newest first; of one signal when `number` says so."""
    query = select(Disclosure)
    if number:
        query = query.where(col(Disclosure.number) == number)
    return await DISCLOSURES.page(session, query, window)


async def lists(session: AsyncSession, window: Window) -> Page[OfferedList]:
    """Destruction lists, the newest first."""
    return await LISTS.page(session, select(OfferedList), window)


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
    mine = (col(ListedRow.approval) == approval, col(ListedRow.state).in_(("approved", "releasing")))
    query = select(ListedRow).where(*mine).limit(most).with_for_update()
    if among is not None:
        query = query.where(col(ListedRow.number).in_(among))
    return list((await session.scalars(query)).all())


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
    values = {"state": "destroyed", "since": moment, "version": col(Whereabout.version) + 1}
    await session.execute(update(Whereabout).where(col(Whereabout.number).in_(numbers)).values(**values))
