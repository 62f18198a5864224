"""Rights' tables: duties to inform and requests are dossiers; beside them, which signals wait for a decision on informing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import delete, inspect, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col

from shared import audit
from shared.clock import Clock
from shared.database.tables import document, moment
from shared.engine import store
from shared.engine.head import changed, vouch_for, vouched_for
from shared.engine.tables import ON_THE_LIST, Dossier
from shared.errors import NotBelieved, Overtaken
from shared.identity import Person
from shared.keys.mac import Mac
from shared.numbers import OF_REQUESTS, is_request
from shared.pages import Keyset, Page, Window
from shared.protocol.model import State

SCHEMA = "rights_0001"
DONE = State.REQUEST_DONE.value
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


class RequestRow(SQLModel, table=True):
    """A request of a person concerned, or a bezwaar: its kind and its days, in codes and dates. Who asks and what is asked
    stands in the room, under a key of its own.

    `against`: of a bezwaar, the request that was decided on. For the rest as `Reckoned` (request_clock.py) says.
    """

    __tablename__ = "request"
    number: str = Field(primary_key=True)
    kind: str
    against: str | None = Field(default=None, index=True)
    legal_on: date
    extended: bool = False
    answered_on: date | None = None
    object_until: date | None = None
    review_on: date | None = None
    ends_on: date | None = Field(default=None, index=True)


WAITS_FOR_HOLDER, HOLDER_ANSWERED, LIES_SEALED, NOWHERE = "waiting", "answered", "sealed", "nowhere"


class AskedSignal(SQLModel, table=True):
    """Whether `signal` is about who made `request` was put before its `holder`. `state`: `waiting`, `answered`; `sealed`: it lies
    in the non-active environment; `nowhere`: no service has it. Its MAC stands by itself."""

    __tablename__ = "asked_signal"
    request: str = Field(primary_key=True)
    signal: str = Field(primary_key=True)
    holder: str
    state: str
    asked_by: str
    asked_at: datetime = moment()
    answered_at: datetime | None = moment(nullable=True)
    found: bool | None = None
    """Whether it is about who asks, as its holder answered."""
    asked_as: str = ""
    """Under which designation `asked_by` did it: what is done for the request there is done in his name."""
    subject: str | None = None
    """Who he is in the file, S1, S2 …, as its holder answered."""
    restricted: bool | None = None
    """Whether its holder only keeps what is restricted for this request, as he said last; None: he said nothing."""
    carried_out: dict[str, Any] | None = document()
    """What its holder did with what was granted, and who was told, as he said last (`CarriedOut`, by codes)."""
    earlier: list[str] | None = document()
    """Who had it, or was thought to, before its holder."""
    missed: bool = False
    """Nobody had it when it was asked before: said once more, that counts."""
    mac: str = ""


class SealedReaderRow(SQLModel, table=True):
    """Of `signal`, which is sealed, `reader` was given for `request` what it reads, until `until`. `state`: `waiting`, `answered`; of the
    question of `asked_at`, as its `AskedSignal` has it. Its MAC stands by itself."""

    __tablename__ = "asked_reader"
    request: str = Field(primary_key=True)
    signal: str = Field(primary_key=True)
    reader: str = Field(primary_key=True)
    state: str
    asked_at: datetime = moment()
    until: datetime = moment()
    answered_at: datetime | None = moment(nullable=True)
    found: bool | None = None
    mac: str = ""


class HoldingsRow(SQLModel, table=True):
    """What `service` was asked that it holds of `signal`, for `request`, and what it answered: codes, days and receivers
    (`Holding`). Without a signal: whether it answers at all. Its MAC stands by itself."""

    __tablename__ = "asked_service"
    request: str = Field(primary_key=True)
    service: str = Field(primary_key=True)
    signal: str = Field(primary_key=True)
    asked_at: datetime = moment()
    answered_at: datetime | None = moment(nullable=True)
    holdings: list[dict[str, Any]] | None = document()
    mac: str = ""


_Asked = TypeVar("_Asked", bound=SQLModel)


async def locked(session: AsyncSession, mac: Mac, kind: type[_Asked], key: tuple[str, ...]) -> _Asked | None:
    """The row as it stands, for this transaction alone. Raises NotBelieved."""
    # What shares the transaction sees of each other what was flushed.
    await session.flush()
    row = await session.get(kind, key, with_for_update=True, populate_existing=True)
    if row is not None and not await vouched_for(mac, row):
        raise NotBelieved
    return row


async def amend(session: AsyncSession, mac: Mac, read: _Asked, *, whole: bool = False, **values: Any) -> _Asked:
    """The row that was `read` becomes `values`, and what others made of it since stays. Raises NotBelieved, and Overtaken where it is
    gone, or was put before another or anew since, or, `whole`, where anything of it changed: what came is then looked at once more.
    """
    same = ("mac",) if whole else ("holder", "asked_at")
    row = await locked(session, mac, type(read), inspect(type(read)).primary_key_from_instance(read))
    if row is None or any(getattr(row, one, None) != getattr(read, one, None) for one in same):
        raise Overtaken
    after = await vouch_for(mac, changed(row, **values))
    await session.merge(after)
    return after


OVERDUE = Keyset("overdue-duties", col(Dossier.due_on), col(Dossier.number))


async def overdue(session: AsyncSession, today: date, person: Person, window: Window) -> Page[Dossier]:
    """Deferrals whose review date has passed, and duties whose month has; the longest ago first."""
    late = text(ON_THE_LIST), col(Dossier.due_on) < today, store.open_to(person), col(Dossier.number).startswith("D-")
    return await OVERDUE.page(session, select(Dossier).where(*late), window)


DEFERRALS = Keyset("deferrals", col(Dossier.due_on), col(Dossier.number))


async def deferrals(session: AsyncSession, person: Person, window: Window) -> Page[Dossier]:
    """Duties that were deferred, by the day on which that is looked at again."""
    return await DEFERRALS.page(session, select(Dossier).where(text(DEFERRED), store.open_to(person)), window)


REQUESTS = Keyset("requests", col(Dossier.received_on), col(Dossier.number))
WAIT_FOR_ANSWER = f"number LIKE '{OF_REQUESTS}-%' AND state <> '{DONE}'"
ARE_ANSWERED = f"number LIKE '{OF_REQUESTS}-%' AND state = '{DONE}'"
"""Requests among what rights holds, in SQL: the predicates of the indexes by which the register is read."""


async def requests(
    session: AsyncSession, person: Person, window: Window, *, late: date | None = None, done: bool = False
) -> tuple[Page[Dossier], dict[str, RequestRow]]:
    """The register by the day of receipt, and by number what each row says of its days. `late`: only what was due before;
    `done`: what was answered, else what waits."""
    query = select(Dossier).where(text(ARE_ANSWERED if done else WAIT_FOR_ANSWER), store.open_to(person))
    if late:
        query = query.where(col(Dossier.due_on) < late)
    page = await REQUESTS.page(session, query, window)
    named = select(RequestRow).where(col(RequestRow.number).in_([one.number for one in page.rows]))
    return page, {one.number: one for one in (await session.scalars(named)).all()}


async def had_their_time(session: AsyncSession, today: date, most: int) -> list[str]:
    """The requests whose term in the register is over, by number; one against whose answer a bezwaar waits is not."""
    waiting = (
        select(col(RequestRow.against))
        .join(Dossier, col(Dossier.number) == col(RequestRow.number))
        .where(col(RequestRow.against).is_not(None), col(Dossier.state) != DONE)
    )
    over = select(col(RequestRow.number)).where(col(RequestRow.ends_on) < today, col(RequestRow.number).not_in(waiting))
    return list((await session.scalars(over.order_by(col(RequestRow.ends_on)).limit(most))).all())


async def one_at_a_time(session: AsyncSession, signal: str) -> None:
    """Asking and deciding about one signal wait for each other, so that neither overlooks the other."""
    await session.execute(text("SELECT pg_advisory_xact_lock(4713, hashtext(:signal))"), {"signal": signal})


def erase_duties(clock: Clock) -> Callable[[AsyncSession, Collection[str]], Awaitable[None]]:
    """Deletes everything about signals; supervision hears which duties go, so that none can go without."""

    async def delete_rows(session: AsyncSession, numbers: Collection[str]) -> None:
        about = select(col(Dossier.number), col(Dossier.turn)).where(col(Dossier.signal).in_(numbers))
        duties = {row.number: row.turn for row in await session.execute(about)}
        for kind in (DutyMoment, OnList, RequestRow):
            await session.execute(delete(kind).where(col(kind.number).in_(duties)))
        for asked in (AskedSignal, SealedReaderRow, HoldingsRow):
            either = (col(asked.request).in_(numbers), col(asked.signal).in_(numbers))
            await session.execute(delete(asked).where(or_(*either)))
        await store.delete_rows(session, numbers)
        await session.execute(delete(Asked).where(col(Asked.number).in_(numbers)))
        session.add_all(
            audit.line(
                clock.now(),
                "request destroyed" if is_request(number) else "duty destroyed",
                actor=None,
                record=number,
                result=audit.VANISHED,
                turn=turn + 1,
            )
            for number, turn in duties.items()
        )

    return delete_rows
