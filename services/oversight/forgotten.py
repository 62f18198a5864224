"""Queries of what has had its term in oversight's registers, and goes (use_cases/forget.py). What may be deleted the database says."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ARRAY, Text, cast, delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.oversight.store import KeptStatement, Whereabout


async def newest_kept(session: AsyncSession) -> KeptStatement | None:
    query = select(KeptStatement).order_by(col(KeptStatement.seq).desc()).limit(1)
    return (await session.scalars(query)).first()


async def statements_up_to(session: AsyncSession, seq: int) -> list[KeptStatement]:
    """The copies up to `seq`, the oldest first."""
    query = select(KeptStatement).where(col(KeptStatement.seq) <= seq).order_by(col(KeptStatement.seq))
    return list((await session.scalars(query)).all())


async def forget_statements(session: AsyncSession, up_to: int) -> int:
    return int(await session.scalar(select(func.forget_statements(up_to))) or 0)


STILL_KNOWN = text(
    "SELECT gone FROM unnest(CAST(:gone AS text[])) gone WHERE EXISTS (SELECT FROM whereabout w WHERE w.number = gone)"
    " OR EXISTS (SELECT FROM disclosure d WHERE d.number = gone) ORDER BY gone"
)


async def still_known(session: AsyncSession, numbers: Collection[str]) -> list[str]:
    """Which of these the registers still know; the database compares, for there are very many."""
    return list((await session.scalars(STILL_KNOWN, {"gone": list(numbers)})).all())


async def forget_destroyed(session: AsyncSession, numbers: Collection[str]) -> int:
    """Delete what the registers know of these signals; returns how many rows."""
    rows = int(await session.scalar(select(func.forget_disclosures(cast(list(numbers), ARRAY(Text))))) or 0)
    gone = delete(Whereabout).where(col(Whereabout.number).in_(numbers)).returning(col(Whereabout.number))
    return rows + len((await session.scalars(gone)).all())
