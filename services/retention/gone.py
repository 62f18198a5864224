"""Queries on what nothing is left of but what is held: it waits to be declared."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.retention.domain import MOUNTS_OF_A_HOLD, parts_to_go
from services.retention.tables import Carrier, DestructionPart, Letterbox, SealedSignal, SignalKey, ToDeclare


def _unfinished_box() -> Any:
    """A letterbox key that carried a letter of the signal and still exists."""
    return exists().where(
        col(Carrier.number) == col(SealedSignal.number),
        col(Carrier.kid) == col(Letterbox.kid),
        col(Letterbox.destroyed_at).is_(None),
    )


def _gone(*, wholly: bool) -> list[Any]:
    """Of an approved signal nothing is left, or (`wholly` False) nothing but what a hold keeps.

    Wholly: every part is done, every key and letterbox key destroyed. For a hold stay the keys of its items and
    the words that supervision has.
    """
    parts = parts_to_go(for_a_hold=not wholly)
    done = select(func.count()).where(
        col(DestructionPart.number) == col(SealedSignal.number), col(DestructionPart.part).in_(parts)
    )
    left = [col(SignalKey.number) == col(SealedSignal.number), col(SignalKey.destroyed_at).is_(None)]
    if not wholly:
        left.append(col(SignalKey.mount).not_in(MOUNTS_OF_A_HOLD))
    nothing_stays = func.jsonb_array_length(col(SealedSignal.staying)) == 0
    all_done = done.scalar_subquery() == len(parts)
    return [nothing_stays if wholly else ~nothing_stays, all_done, ~exists().where(*left), ~_unfinished_box()]


async def note(session: AsyncSession, now: datetime) -> None:
    """What nothing is left of but what is held waits to be declared from now on."""
    gone = or_(*(and_(*_gone(wholly=wholly)) for wholly in (True, False)))
    row = {
        "id": func.gen_random_uuid(),
        "number": col(SealedSignal.number),
        "gone_at": literal(now),
        "next_at": literal(now),
        "attempts": literal(0),
    }
    found = select(*row.values()).where(col(SealedSignal.state) == "approved", gone)
    found = found.where(~exists().where(col(ToDeclare.number) == col(SealedSignal.number)))
    await session.execute(upsert(ToDeclare).from_select([*row], found).on_conflict_do_nothing())


async def approved(session: AsyncSession, numbers: Collection[str]) -> list[SealedSignal]:
    """Those of these signals that are being destroyed, locked."""
    query = select(SealedSignal).where(col(SealedSignal.number).in_(numbers), col(SealedSignal.state) == "approved")
    return list((await session.scalars(query.with_for_update())).all())


async def declared(session: AsyncSession, numbers: Collection[str]) -> None:
    """These wait to be declared no longer."""
    await session.execute(delete(ToDeclare).where(col(ToDeclare.number).in_(numbers)))


async def boxes_in_the_way(session: AsyncSession, most: int = 50) -> list[str]:
    """Letterbox keys that only keep approved signals from being wholly gone, and were not asked about yet."""
    query = (
        select(col(Letterbox.kid))
        .join(Carrier, col(Carrier.kid) == col(Letterbox.kid))
        .join(SealedSignal, col(SealedSignal.number) == col(Carrier.number))
        .where(
            col(SealedSignal.state) == "approved",
            col(Letterbox.destroyed_at).is_(None),
            col(Letterbox.rotation_asked_at).is_(None),
        )
        .distinct()
        .limit(most)
    )
    return list((await session.scalars(query)).all())
