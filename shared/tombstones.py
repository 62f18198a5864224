"""Destructions written outside everything that is restored, and re-applied before a service serves and while it does.

In two places. In OpenBao, where retention can add a note and nobody change or take one away: every process of every service reads
them, on whatever machine. A database restored from a backup is older, so what it brings back is deleted again. Each process
looks every minute at which note is the newest, and at the names of all of them when that is another: OpenBao writes each name in its
audit log for who lists them. And in files of lines, appended and synced by retention, for when OpenBao is restored too: they
lie in one folder, a file for each process of retention (on a network disk two that append to one would write over each
other), to be copied elsewhere; what they know and OpenBao does not is noted there again. Either holds a signal's number and
the moment, nothing else.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.engine import Database
from shared.database.tables import Tombstone, table_of
from shared.openbao import LAST_TOMBSTONE, TOMBSTONE_NAMES, TOMBSTONES, BaoError, OpenBao

FILE = "destroyed-{}.jsonl"
"""By the process that writes it."""
BATCH_SIZE = 100
NOTED_ANEW_SECONDS = 3600.0
LISTED_ANEW_SECONDS = 3600.0
"""Then a process looks at the names of all notes whatever is said to be the newest: who noted may have ended before he said so."""
NOT_KNOWN = text(
    "SELECT stone FROM unnest(CAST(:stones AS text[])) stone"
    " WHERE NOT EXISTS (SELECT FROM tombstone WHERE tombstone.number = stone)"
)
"""The database compares: a service that fetched all that it knows, each minute, would stand still for it."""
Stones = Mapping[str, datetime]
"""Number of a signal to the moment of its destruction."""


def append(folder: Path, instance: str, stones: Stones) -> None:
    """Write destructions to the file of this process; on disk when this returns."""
    lines = "".join(
        json.dumps({"number": number, "destroyedAt": moment.isoformat()}) + "\n" for number, moment in stones.items()
    )
    append_lines(folder / FILE.format(instance), lines)


def append_lines(file: Path, lines: str) -> None:
    """Whole lines; on disk when this returns. What was cut off while it was written stays a line of its own, and spoils none."""
    descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        cut_off = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, (b"\n" if cut_off else b"") + lines.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class WrittenStones:
    """What any process wrote, in the files of `folder`. After six years of a city that is a hundred thousand lines, looked at every
    minute by everybody: a line is read once by a process, and a file that is not the same any more from its beginning."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[Path, _ReadSoFar] = {}

    def all(self) -> dict[str, datetime]:
        """Every destruction: number to moment. A half-written last line is no destruction."""
        files = sorted(self._folder.glob(FILE.format("*")))
        self._files = {file: self._files.get(file) or _ReadSoFar() for file in files}
        found: dict[str, datetime] = {}
        for file, so_far in self._files.items():
            found |= so_far.read_on(file)
        return found

    @property
    def unreadable(self) -> set[str]:
        """Which whole lines, by file and number, say nothing that can be read, as of the last look."""
        return {f"{file.name}:{line}" for file, so_far in self._files.items() for line in so_far.unreadable}


@dataclass
class _ReadSoFar:
    """Of one file: what its whole lines say, up to which byte, and what the last of them was."""

    stones: dict[str, datetime] = field(default_factory=dict)
    until: int = 0
    last: bytes = b""
    lines: int = 0
    unreadable: set[int] = field(default_factory=set)

    def read_on(self, file: Path) -> dict[str, datetime]:
        with file.open("rb") as stream:
            stream.seek(max(0, self.until - len(self.last)))
            if stream.read(len(self.last)) != self.last:
                self.stones, self.until, self.last, self.lines, self.unreadable = {}, 0, b"", 0, set()
                stream.seek(0)
            *whole, rest = stream.read().split(b"\n")
        for line in whole:
            self.lines += 1
            stone = _stone_in(line)
            if not stone:
                self.unreadable.add(self.lines)
            self.stones |= stone
            self.until, self.last = self.until + len(line) + 1, line + b"\n"
        return self.stones | _stone_in(rest) if rest else self.stones


def _stone_in(line: bytes) -> dict[str, datetime]:
    try:
        stone = json.loads(line)
        return {stone["number"]: datetime.fromisoformat(stone["destroyedAt"])}
    except (ValueError, KeyError, TypeError):
        return {}


def read(folder: Path) -> dict[str, datetime]:
    """As `WrittenStones.all`, for who looks once."""
    return WrittenStones(folder).all()


async def put_up(session: AsyncSession, numbers: Iterable[str], moment: datetime) -> None:
    """Remember in the database that these signals were destroyed."""
    stones = [{"number": number, "destroyed_at": moment} for number in numbers]
    await session.execute(upsert(table_of(Tombstone)).on_conflict_do_nothing(), stones)


class NotedDestructions:
    """Every destruction, as OpenBao and the file have it."""

    def __init__(self, bao: OpenBao, folder: Path) -> None:
        self._bao = bao
        self._written = WrittenStones(folder)
        self._notes: dict[str, dict[str, datetime] | None] = {}
        self._seen: dict[str, Any] | None = None
        self._listed_at = -math.inf
        self.unsaid: str | None = None
        """What this process noted last, until it has said so."""

    @property
    def unreadable(self) -> set[str]:
        """Which notes, in OpenBao or in a file, cannot be read, as of the last look: of what they say nothing is destroyed again."""
        return self._written.unreadable | {f"{TOMBSTONES}/{name}" for name in self._unreadable}

    @property
    def _unreadable(self) -> set[str]:
        return {name for name, found in self._notes.items() if found is None}

    async def all(self) -> dict[str, datetime]:
        """Number to moment. Raises PartDown."""
        return self._written.all() | await self.in_openbao()

    async def in_openbao(self) -> dict[str, datetime]:
        """As OpenBao has it now; a note is read once by a process. Raises PartDown."""
        # Read before the names, so that what is noted in between is seen at the next look. Whole: each time it is written it has
        # another version, also when the same words are put back.
        newest = await self._found("GET", LAST_TOMBSTONE)
        listed_lately = time.monotonic() - self._listed_at <= LISTED_ANEW_SECONDS
        if newest and newest == self._seen and listed_lately and not self.unsaid:
            await self._read(self._unreadable)
        else:
            names = await self._look_through()
            # A node that had not heard of it yet is asked again.
            self._seen = newest if newest and str((newest["data"] or {}).get("name")) in names else None
            self._listed_at = time.monotonic()
        return {number: moment for stones in self._notes.values() for number, moment in (stones or {}).items()}

    async def _look_through(self) -> set[str]:
        """All names, thousands after some years, and what is new."""
        names = set((await self._found("LIST", TOMBSTONE_NAMES) or {"keys": ()})["keys"])
        # A storage that was restored has fewer.
        self._notes = {name: stones for name, stones in self._notes.items() if name in names}
        await self._read(names - self._notes.keys() | self._unreadable)
        return names

    async def _read(self, names: Iterable[str]) -> None:
        for name in sorted(names):
            note = await self._found("GET", f"{TOMBSTONES}/{name}")
            if note is None:
                # Who administers OpenBao took it away; its name may still be there.
                self._notes.pop(name, None)
            else:
                self._notes[name] = stones_of(note)

    async def _found(self, method: str, path: str) -> dict[str, Any] | None:
        """None where there is nothing."""
        try:
            return dict((await self._bao.call(method, path))["data"])
        except BaoError as problem:
            if problem.status != 404:
                raise
            return None

    async def note(self, stones: Stones) -> None:
        """Have OpenBao keep these, and say so; retention may, and nobody else. Raises PartDown, BaoRefused."""
        numbers = sorted(stones)
        for start in range(0, len(numbers), BATCH_SIZE):
            some = {number: stones[number].isoformat() for number in numbers[start : start + BATCH_SIZE]}
            name = str(uuid4())
            await self._bao.call("POST", f"{TOMBSTONES}/{name}", {"data": {"stones": some}})
            self.unsaid = name
        await self.say()

    async def say(self) -> None:
        """That there is something new, of what this process knows: who noted last may have ended before he said so. Raises as `note`."""
        if name_of_one := self.unsaid or next(iter(self._notes), None):
            await self._bao.call("POST", LAST_TOMBSTONE, {"data": {"name": name_of_one}})
        self.unsaid = None


def stones_of(note: dict[str, Any]) -> dict[str, datetime] | None:
    """What a note says; None for one that cannot be read: it must keep nobody from serving, and shows (`unreadable`)."""
    try:
        stones = note["data"]["stones"]
        return {str(number): datetime.fromisoformat(moment) for number, moment in stones.items()}
    except (KeyError, AttributeError, TypeError, ValueError):
        return None


async def reapply(
    database: Database,
    stones: Stones,
    delete_rows: Callable[[AsyncSession, Collection[str]], Awaitable[None]],
    declared: Callable[[AsyncSession, Collection[str], datetime], Awaitable[None]],
) -> int:
    """Delete what a restored database brought back, and change what else changes when a destruction is declared; returns how
    many signals that were. Raises PartDown."""
    async with database.reading() as session:
        again = list((await session.scalars(NOT_KNOWN, {"stones": list(stones)})).all())
    for start in range(0, len(again), BATCH_SIZE):
        numbers = again[start : start + BATCH_SIZE]
        async with database.transaction() as session:
            await delete_rows(session, numbers)
            for number in numbers:
                await put_up(session, [number], stones[number])
                await declared(session, [number], stones[number])
    return len(again)


class Unwritten:
    """Destructions that are in the database and perhaps not in a file or in OpenBao yet. `instance`: this process.

    `together`: for so many seconds they wait to be noted in OpenBao, with others that come: each note is read by every process
    that starts, and all their names by each of them when there is another. In the file they are at once.
    """

    def __init__(self, database: Database, bao: OpenBao, folder: Path, instance: str, *, together: float = 0.0) -> None:
        self._database = database
        self._folder = folder
        self._instance = instance
        self._written = WrittenStones(folder)
        self._noted = NotedDestructions(bao, folder)
        self._stones: dict[str, datetime] = {}
        self._looked = False
        self._said = False
        self._together = together
        self._waits_since: float | None = None
        self.next_in = NOTED_ANEW_SECONDS
        """In so many seconds there is something to write, also when nothing is added."""

    def add(self, stones: Stones) -> None:
        """These were committed just now."""
        self._stones.update(stones)

    async def write(self) -> None:
        """Write them, the first time also what a crash left behind, and have OpenBao keep what it does not have: these, and
        what was lost there when it was restored. Raises PartDown or OSError, and keeps them then."""
        first = not self._looked
        if first:
            written = self._written.all()
            async with self._database.reading() as session:
                stones = (await session.scalars(select(Tombstone))).all()
            self.add({one.number: one.destroyed_at for one in stones if one.number not in written})
            self._looked = True
        if self._stones:
            append(self._folder, self._instance, self._stones)
            self._stones.clear()
            # What a crash left behind has waited long enough.
            self._waits_since = self._waits_since or time.monotonic()
        if self._waits_since and not first and (left := self._waits_since + self._together - time.monotonic()) > 0:
            self.next_in = left
            return
        there, written = await self._noted.in_openbao(), self._written.all()
        missing = {number: moment for number, moment in written.items() if number not in there}
        if missing:
            await self._noted.note(missing)
        elif self._noted.unsaid or not self._said:
            await self._noted.say()
        self._said = True
        self._waits_since, self.next_in = None, NOTED_ANEW_SECONDS
