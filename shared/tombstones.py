"""Destructions written outside everything that is restored, and re-applied before a service serves.

A file of lines, appended and synced by retention; a line holds a signal's number and the moment, nothing
else. A database restored from a backup is older than the file, so what it brings back is deleted again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.database.engine import Database
from shared.database.tables import Tombstone, table_of

FILE = "destroyed.jsonl"
BATCH_SIZE = 100
Stones = Mapping[str, datetime]
"""Number of a signal to the moment of its destruction."""


def append(folder: Path, stones: Stones) -> None:
    """Write destructions; on disk when this returns."""
    lines = "".join(
        json.dumps({"number": number, "destroyedAt": moment.isoformat()}) + "\n" for number, moment in stones.items()
    )
    descriptor = os.open(folder / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, lines.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(folder: Path) -> dict[str, datetime]:
    """Every destruction: number to moment. A half-written last line is no destruction."""
    found: dict[str, datetime] = {}
    file = folder / FILE
    if file.exists():
        for line in file.read_text().splitlines():
            try:
                stone = json.loads(line)
                found[stone["number"]] = datetime.fromisoformat(stone["destroyedAt"])
            except (ValueError, KeyError):
                continue
    return found


async def put_up(session: AsyncSession, numbers: Iterable[str], moment: datetime) -> None:
    """Remember in the database that these signals were destroyed."""
    stones = [{"number": number, "destroyed_at": moment} for number in numbers]
    await session.execute(upsert(table_of(Tombstone)).on_conflict_do_nothing(), stones)


async def reapply(
    database: Database, folder: Path, delete_rows: Callable[[AsyncSession, Collection[str]], Awaitable[None]]
) -> int:
    """Delete what a restored database brought back; returns how many signals that were."""
    stones = read(folder)
    async with database.reading() as session:
        known = set((await session.scalars(select(col(Tombstone.number)))).all())
    again = [number for number in stones if number not in known]
    for start in range(0, len(again), BATCH_SIZE):
        numbers = again[start : start + BATCH_SIZE]
        async with database.transaction() as session:
            await delete_rows(session, numbers)
            for number in numbers:
                await put_up(session, [number], stones[number])
    return len(again)


class Unwritten:
    """Destructions that are in the database and perhaps not in the file yet."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._stones: dict[str, datetime] = {}
        self._looked = False

    def add(self, stones: Stones) -> None:
        """These were committed just now."""
        self._stones.update(stones)

    async def write(self) -> None:
        """Write them, the first time also what a crash left behind. Raises PartDown or OSError, and keeps them then."""
        if not self._looked:
            written = read(self._folder)
            async with self._database.reading() as session:
                stones = (await session.scalars(select(Tombstone))).all()
            self.add({one.number: one.destroyed_at for one in stones if one.number not in written})
            self._looked = True
        if self._stones:
            append(self._folder, self._stones)
            self._stones.clear()
