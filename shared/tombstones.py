"""Destructions written outside everything that is restored, and re-applied before a service serves.

A file of lines, appended and synced by retention; a line holds a signal's number and the moment, nothing
else. A database restored from a backup is older than the file, so what it brings back is deleted again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.database.engine import Database
from shared.database.tables import Tombstone

FILE = "destroyed.jsonl"


def append(folder: Path, number: str, destroyed_at: datetime) -> None:
    """Write one destruction; on disk when this returns."""
    line = json.dumps({"number": number, "destroyedAt": destroyed_at.isoformat()}) + "\n"
    descriptor = os.open(folder / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode())
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


async def reapply(database: Database, folder: Path, delete_rows: Callable[[AsyncSession, str], Awaitable[None]]) -> int:
    """Delete what a restored database brought back; returns how many signals that were."""
    stones = read(folder)
    async with database.transaction() as session:
        known = set((await session.scalars(select(col(Tombstone.number)))).all())
    again = 0
    for number, moment in stones.items():
        if number in known:
            continue
        async with database.transaction() as session:
            await delete_rows(session, number)
            await session.execute(upsert(Tombstone).values(number=number, destroyed_at=moment).on_conflict_do_nothing())
        again += 1
    return again
