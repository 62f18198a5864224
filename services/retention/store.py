"""Queries on what is kept, what must go, and what is left of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, literal, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from services.retention.domain import parts_to_go
from services.retention.tables import (
    OPEN_HOLD,
    ActiveCase,
    Carrier,
    Declaration,
    DestructionList,
    DestructionPart,
    FindableRow,
    Hold,
    Holder,
    Letterbox,
    Procedure,
    SealedSignal,
    SignalKey,
    ToDeclare,
)
from shared.contracts.common import KeyRef
from shared.database.tables import Tombstone, table_of
from shared.engine.head import vouch_for, vouched_for
from shared.engine.store import delete_decisions
from shared.keys.mac import Mac
from shared.pages import Keyset, Page, Window
from shared.protocol.terms import last_due

SCHEMA = "retention_0001"
Counts = dict[str, int]
Due = tuple[date, str]
"""Where a sealed signal stands among those that are due: its end date and its number."""
HOLDS = Keyset("holds", col(Hold.asked_at), col(Hold.id))
PROCEDURES = Keyset("procedures", col(Procedure.since), col(Procedure.number), col(Procedure.request))
DECLARATIONS = Keyset("declarations", col(Declaration.declared_on), col(Declaration.id), newest_first=True)
OPEN_DESTRUCTIONS = Keyset("open-destructions", col(SealedSignal.number))


@dataclass
class Left:
    """Of a signal that is being destroyed: who has finished, and which keys and letterbox keys still exist."""

    parts_done: set[str] = field(default_factory=set)
    key_mounts: list[str] = field(default_factory=list)
    boxes: set[str] = field(default_factory=set)


async def active_cases(session: AsyncSession, after: str, most: int = 500) -> list[ActiveCase]:
    """Closed cases beyond `after`, locked. All of them are looked at: a day that somebody changed hides none."""
    query = select(ActiveCase).where(col(ActiveCase.number) > after).order_by(col(ActiveCase.number)).limit(most)
    return list((await session.scalars(query.with_for_update())).all())


async def open_holds(session: AsyncSession, window: Window) -> Page[Hold]:
    """Holds that are asked or in force, the oldest first."""
    return await HOLDS.page(session, select(Hold).where(text(OPEN_HOLD)), window)


async def holds_of(session: AsyncSession, number: str) -> list[Hold]:
    return list(
        (await session.scalars(select(Hold).where(col(Hold.number) == number).order_by(col(Hold.asked_at)))).all()
    )


async def procedures_of(session: AsyncSession, numbers: Collection[str]) -> list[Procedure]:
    return list((await session.scalars(select(Procedure).where(col(Procedure.number).in_(numbers)))).all())


async def running_procedures(session: AsyncSession, window: Window) -> Page[Procedure]:
    """Requests that run, the oldest first."""
    return await PROCEDURES.page(session, select(Procedure).where(col(Procedure.runs).is_(True)), window)


async def due(session: AsyncSession, before: date, after: Due | None, most: int) -> list[SealedSignal]:
    """The next `most` that have reached their end, after `after`, locked; who lists judges each of them."""
    query = (
        select(SealedSignal)
        .where(col(SealedSignal.state) == "sealed", col(SealedSignal.ends_on) <= last_due(before))
        .order_by(col(SealedSignal.ends_on), col(SealedSignal.number))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    if after is not None:
        here = tuple_(col(SealedSignal.ends_on), col(SealedSignal.number))
        query = query.where(here > tuple_(*map(literal, after)))
    return list((await session.scalars(query)).all())


async def sealed_ones(session: AsyncSession, numbers: Collection[str]) -> list[SealedSignal]:
    return list((await session.scalars(select(SealedSignal).where(col(SealedSignal.number).in_(numbers)))).all())


async def late_lists(session: AsyncSession, today: date, *, for_change: bool = False) -> list[DestructionList]:
    """Lists past their approval date with signals still waiting. `for_change`: locked, as they are once that is so."""
    waiting = exists().where(col(SealedSignal.list_id) == col(DestructionList.id), col(SealedSignal.state) == "listed")
    query = select(DestructionList).where(col(DestructionList.approve_before) < today, waiting)
    if for_change:
        query = query.order_by(col(DestructionList.id)).with_for_update()
    return list((await session.scalars(query)).all())


async def not_gone(session: AsyncSession, before: datetime) -> int:
    """How many signals were approved for destruction `before`, and are not destroyed."""
    mine = col(SealedSignal.state) == "approved", col(SealedSignal.approved_at) < before
    return (await session.execute(select(func.count()).select_from(SealedSignal).where(*mine))).scalar_one()


async def left_of(session: AsyncSession, mac: Mac, numbers: Collection[str]) -> dict[str, Left]:
    """What still exists of each of these signals."""
    done = await parts_done(session, mac, numbers)
    found = {number: Left(parts_done=done.get(number, set())) for number in numbers}
    keys = select(col(SignalKey.number), col(SignalKey.mount))
    for number, mount in await session.execute(
        keys.where(col(SignalKey.number).in_(numbers), col(SignalKey.destroyed_at).is_(None))
    ):
        found[number].key_mounts.append(mount)
    boxes = select(col(Carrier.number), col(Carrier.kid)).join(Letterbox, col(Letterbox.kid) == col(Carrier.kid))
    for number, kid in await session.execute(
        boxes.where(col(Carrier.number).in_(numbers), col(Letterbox.destroyed_at).is_(None))
    ):
        found[number].boxes.add(kid)
    return found


async def on_list(
    session: AsyncSession, list_id: UUID, numbers: Collection[str], *, for_change: bool = False
) -> list[SealedSignal]:
    query = select(SealedSignal).where(col(SealedSignal.list_id) == list_id, col(SealedSignal.number).in_(numbers))
    return list((await session.scalars(query.with_for_update() if for_change else query)).all())


async def note_keys(session: AsyncSession, number: str, keys: Iterable[KeyRef], kids: Iterable[str]) -> None:
    """These keys exist for a signal, and these letterbox keys carried letters about it."""
    rows: tuple[tuple[type[SQLModel], list[dict[str, Any]]], ...] = (
        (SignalKey, [{"mount": ref.mount, "key": ref.key, "number": number} for ref in keys]),
        (Carrier, [{"number": number, "kid": kid} for kid in kids]),
        (Letterbox, [{"kid": kid, "finished_by": []} for kid in kids]),
    )
    for model, some in rows:
        if some:
            await session.execute(upsert(table_of(model)).on_conflict_do_nothing(), some)


async def is_going(session: AsyncSession, number: str, part: str) -> bool:
    """Whether what `part` has of the signal was destroyed, or is being destroyed."""
    if await session.get(Tombstone, number):
        return True
    row = await session.get(SealedSignal, number)
    if row is None or not (row.state == "approved" or row.reduced):
        return False
    return part in parts_to_go(for_a_hold=bool(row.staying))


async def note_destroyed(session: AsyncSession, refs: Iterable[KeyRef], now: datetime) -> None:
    keys = [(ref.mount, ref.key) for ref in refs]
    if keys:
        statement = update(SignalKey).where(tuple_(col(SignalKey.mount), col(SignalKey.key)).in_(keys))
        await session.execute(statement.values(destroyed_at=now))


async def note_boxes_destroyed(session: AsyncSession, kids: Collection[str], now: datetime) -> None:
    if kids:
        await session.execute(update(Letterbox).where(col(Letterbox.kid).in_(kids)).values(destroyed_at=now))


async def note_parts(session: AsyncSession, mac: Mac, numbers: Collection[str], part: str, now: datetime) -> None:
    """`part` has deleted its rows; what somebody else wrote there does not stand in the way."""
    query = select(DestructionPart).where(col(DestructionPart.number).in_(numbers), col(DestructionPart.part) == part)
    there = {one.number: one for one in await session.scalars(query.with_for_update())} if numbers else {}
    for number in numbers:
        before = there.get(number)
        if before is None or not await vouched_for(mac, before):
            row = DestructionPart(number=number, part=part, done_at=now)
            await session.merge(await vouch_for(mac, row))


async def parts_done(session: AsyncSession, mac: Mac, numbers: Collection[str]) -> dict[str, set[str]]:
    """Which parts said that they deleted their rows of each of these."""
    query = select(DestructionPart).where(col(DestructionPart.number).in_(numbers))
    found: dict[str, set[str]] = {}
    for one in await session.scalars(query):
        if await vouched_for(mac, one):
            found.setdefault(one.number, set()).add(one.part)
    return found


async def counts(session: AsyncSession, model: type[SignalKey] | type[Carrier], numbers: Collection[str]) -> Counts:
    """How many rows of `model` each signal has, of keys that were destroyed."""
    query = select(col(model.number), func.count()).where(col(model.number).in_(numbers)).group_by(col(model.number))
    if model is SignalKey:
        query = query.where(col(SignalKey.destroyed_at).is_not(None))
    return {number: count for number, count in await session.execute(query)}


async def being_destroyed(session: AsyncSession, window: Window) -> Page[SealedSignal]:
    """Approved signals of which something is left."""
    query = select(SealedSignal).where(col(SealedSignal.state) == "approved")
    return await OPEN_DESTRUCTIONS.page(session, query, window)


async def ask_again(session: AsyncSession, numbers: Collection[str]) -> None:
    """What a part answered when a hold kept something does not count when the rest goes."""
    await session.execute(delete(DestructionPart).where(col(DestructionPart.number).in_(numbers)))


async def forget_hashes(session: AsyncSession, numbers: Collection[str]) -> None:
    """These are found no more. What a hold keeps a part of stays findable, for the procedure that asked the hold."""
    await session.execute(delete(FindableRow).where(col(FindableRow.number).in_(numbers)))


async def delete_rows(session: AsyncSession, numbers: Collection[str]) -> None:
    for table in (
        SealedSignal,
        SignalKey,
        Carrier,
        DestructionPart,
        Hold,
        Holder,
        ActiveCase,
        ToDeclare,
        FindableRow,
        Procedure,
    ):
        await session.execute(delete(table).where(col(table.number).in_(numbers)))
    await delete_decisions(session, numbers)


async def declarations(session: AsyncSession, number: str | None, window: Window) -> Page[Declaration]:
    """Declarations, the newest first; of one signal when `number` says so."""
    query = select(Declaration)
    if number:
        query = query.where(col(Declaration.number) == number)
    return await DECLARATIONS.page(session, query, window)
