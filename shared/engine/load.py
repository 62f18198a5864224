"""One read: a dossier with everything that belongs to it in one statement, its room opened in one call."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, NoReturn, TypeVar
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from shared.clock import calendar_date
from shared.database.tables import table_of
from shared.engine.documents import Content
from shared.engine.freeze import NOT_OURS, OLD, freeze
from shared.engine.head import Head, stands_by_itself, vouched_for
from shared.engine.loaded import Loaded
from shared.engine.shelf import Shelf
from shared.engine.tables import (
    AskedLookRow,
    DecisionRow,
    FrozenRow,
    GrantRow,
    ItemRow,
    MeetingRow,
    NoticeRow,
    TaskRow,
)
from shared.errors import Conflict, Elsewhere, NotBelieved, NotFound
from shared.identity import Person
from shared.keys.transit import Place
from shared.laws import known_law
from shared.service.platform import Platform

_ById = TypeVar("_ById", GrantRow, AskedLookRow)
_ROWS: dict[str, tuple[type[SQLModel], str]] = {
    "items": (ItemRow, "x.number = {number} ORDER BY x.item"),
    "decisions": (DecisionRow, "x.number = {number} ORDER BY x.version, x.taken_at"),
    "tasks": (TaskRow, "x.number = {number} ORDER BY x.opened_at, x.id"),
    "notices": (NoticeRow, "x.number = {signal}"),
    "meetings": (MeetingRow, "x.id = :meeting"),
    "frozen": (FrozenRow, "x.number = {number}"),
}


def _rows_of(shelf: Shelf) -> dict[str, tuple[type[SQLModel], str]]:
    return {name: _ROWS[name] for name in shelf.beside_it} | dict(shelf.own_rows)


def _statement(shelf: Shelf) -> Any:
    """Names of our own tables only; every value is bound."""
    rows = _rows_of(shelf)
    parts = ["to_jsonb(head) AS head"]
    for name, (kind, which) in rows.items():
        where = which.format(number=shelf.number, signal=shelf.signal)
        parts.append(f"ARRAY(SELECT to_jsonb(x) FROM {table_of(kind).name} x WHERE {where}) AS {name}")  # noqa: S608
    found = text(f"SELECT {', '.join(parts)} FROM {shelf.head} head WHERE {shelf.is_asked}")  # noqa: S608
    return found.columns(head=JSONB, **dict.fromkeys(rows, ARRAY(JSONB)))


class Loader:
    """Loads what stands on `shelf`."""

    def __init__(self, platform: Platform, shelf: Shelf) -> None:
        self.platform = platform
        self.shelf = shelf
        self._rows = _rows_of(shelf)
        self._all = _statement(shelf)
        self.least: dict[str, int] = {}
        """From which turn on a dossier is believed, as oversight said: in memory, where no row reaches."""

    async def load(
        self, number: str, *, by: Person | None = None, meeting: str | None = None, opened: bool = True
    ) -> Loaded:
        """The dossier as it stands, with `meeting` when it is named; `opened`: with its content; `by`: for whom, to whom
        it does not exist when he stands back.

        Raises NotFound, Elsewhere with the holder, NotBelieved for rows that are not what this service wrote, and
        CannotSucceed for a version of the protocol that is not known here. The caller has checked that the person is
        designated: nobody else gets this far. While a dossier is handed over its room is locked, and it is loaded
        without.
        """
        async with self.platform.database.reading() as session:
            loaded = await self.within(session, number, by=by, meeting=meeting)
        return await self.opened(loaded) if opened else loaded

    async def opened(self, loaded: Loaded) -> Loaded:
        """With its content, where there is a room and it is not locked. Raises NotBelieved."""
        dossier = loaded.dossier
        if loaded.content is None and dossier.room_key is not None and not dossier.handing_over_since:
            return replace(loaded, content=await self._open(loaded))
        return loaded

    async def within(
        self, session: AsyncSession, number: str, *, by: Person | None = None, meeting: str | None = None
    ) -> Loaded:
        """As `load`, without content, as `session` sees it."""
        found = (await session.execute(self._all, self._asked(number, meeting))).mappings().first()
        if found is None:
            raise NotFound
        own, others = await self.shelf.beside(session, found["head"])
        try:
            dossier = self.shelf.dossier(found["head"])
            rows: dict[str, Any] = {
                name: tuple(kind.model_validate(one) for one in found[name]) for name, (kind, _) in self._rows.items()
            }
        except ValidationError as problem:
            await self._freeze(number, problem)
        mine = {name: rows.pop(name) for name in self.shelf.own_rows}
        own_rows = tuple(one for of_one_table in mine.values() for one in of_one_table if not stands_by_itself(one))
        meetings, frozen = rows.pop("meetings", ()), rows.pop("frozen", ())
        if dossier.left:
            # What is still told of it concerns its next holder.
            rows["notices"] = ()
        if not await self.shelf.is_right(self.platform.mac, Head(dossier, **rows, own=own_rows)):
            await self._freeze(number)
        if not dossier.left and dossier.turn < max([self.least.get(number, 0), *(one.least for one in frozen)]):
            await self._freeze(number, why=OLD)
        for one in meetings:
            await self.believe(one, one.id)
        for one in (one for of_one_table in mine.values() for one in of_one_table if stands_by_itself(one)):
            await self.believe(one, number)
        if by and by.user_id in dossier.closed_to:
            raise NotFound
        if dossier.left:
            raise Elsewhere("Dit signaal is elders.", holder=dossier.handed_to)
        now = self.platform.clock.now()
        return Loaded(
            dossier=dossier,
            law=known_law(self.platform.settings.laws, dossier.protocol),
            today=calendar_date(now),
            now=now,
            meetings=meetings,
            others=others,
            own=own or self.shelf.own(mine),
            own_rows=own_rows,
            **rows,
        )

    async def _freeze(self, number: str, problem: Exception | None = None, *, why: str = NOT_OURS) -> NoReturn:
        await freeze(self.platform, number, why)
        raise NotBelieved from problem

    async def check(self, number: str) -> None:
        """Whether a dossier, a meeting or a grant is what this service wrote. Raises NotBelieved, NotFound, Elsewhere."""
        async with self.platform.database.reading() as session:
            row: MeetingRow | GrantRow | AskedLookRow | None = await session.get(MeetingRow, number)
            if row is None and len(number) == len(str(UUID(int=0))):
                row = await session.get(GrantRow, UUID(number)) or await session.get(AskedLookRow, UUID(number))
            if row is None:
                await self.within(session, number)
            else:
                await self.believe(row, number)

    async def believe(self, row: SQLModel, number: str) -> None:
        """Raises NotBelieved when a row that stands by itself is not what this service wrote."""
        if not await vouched_for(self.platform.mac, row):
            await self._freeze(number)

    async def believed(self, rows: Sequence[_ById]) -> list[_ById]:
        """Of rows that stand by themselves those that this service wrote; one that somebody put there shuts out no other,
        and says so itself."""
        found = []
        for one in rows:
            with suppress(NotBelieved):
                await self.believe(one, str(one.id))
                found.append(one)
        return found

    def _asked(self, number: str, meeting: str | None) -> dict[str, str | None]:
        return {"number": number} | ({"meeting": meeting} if "meetings" in self.shelf.beside_it else {})

    async def for_change(self, number: str, expected: int, *, by: Person, meeting: str | None = None) -> Loaded:
        """As `load`; raises Conflict when it is on its way, or no longer what the caller saw."""
        loaded = await self.load(number, by=by, meeting=meeting)
        dossier = loaded.dossier
        if dossier.handing_over_since:
            since = dossier.handing_over_since.isoformat()
            raise Conflict("Dit signaal wordt overgedragen.", destination=dossier.handed_to, since=since)
        if dossier.version != expected:
            raise Conflict("Dit is intussen gewijzigd: kijk opnieuw.", version=dossier.version)
        return loaded

    async def _open(self, loaded: Loaded) -> Content:
        """The documents of the items, in one call to OpenBao. Raises NotBelieved when one is not what lay there."""
        room, items = self.platform.room(), loaded.items
        pairs = [(Place(room.mount, one.number, one.item, one.version, one.category), one.ciphertext) for one in items]
        return Content.of(items, await room.decrypt(loaded.dossier.room_key or "", pairs) if pairs else [])
