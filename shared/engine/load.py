"""One read: a dossier with everything that belongs to it in one statement, its room opened in one call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import SQLModel

from shared.clock import calendar_date
from shared.database.tables import table_of
from shared.engine.documents import Content
from shared.engine.loaded import Loaded
from shared.engine.shelf import Shelf
from shared.engine.tables import DecisionRow, Dossier, ItemRow, MeetingRow, NoticeRow, TaskRow
from shared.errors import Conflict, Elsewhere, NotFound
from shared.keys.transit import Place
from shared.laws import known_law
from shared.service.platform import Platform

_ROWS: dict[str, tuple[type[SQLModel], str]] = {
    "items": (ItemRow, "x.number = {number} ORDER BY x.item"),
    "decisions": (DecisionRow, "x.number = {number} ORDER BY x.version, x.taken_at"),
    "tasks": (TaskRow, "x.number = {number} AND x.closed_at IS NULL"),
    "notices": (NoticeRow, "x.number = {signal}"),
    "meetings": (MeetingRow, "x.id = :meeting"),
}


def _statement(shelf: Shelf) -> Any:
    """Names of our own tables only; every value is bound."""
    parts = ["to_jsonb(head) AS head"]
    for name in shelf.beside_it:
        kind, which = _ROWS[name]
        where = which.format(number=shelf.number, signal=shelf.signal)
        parts.append(f"ARRAY(SELECT to_jsonb(x) FROM {table_of(kind).name} x WHERE {where}) AS {name}")  # noqa: S608
    found = text(f"SELECT {', '.join(parts)} FROM {shelf.head} head WHERE {shelf.is_asked}")  # noqa: S608
    return found.columns(head=JSONB, **dict.fromkeys(shelf.beside_it, ARRAY(JSONB)))


class Loader:
    """Loads what stands on `shelf`."""

    def __init__(self, platform: Platform, shelf: Shelf) -> None:
        self.platform = platform
        self.shelf = shelf
        self._all = _statement(shelf)

    async def load(self, number: str, *, meeting: str | None = None, opened: bool = True) -> Loaded:
        """The dossier as it stands, with `meeting` when it is named; `opened`: with its content.

        Raises NotFound, Elsewhere with the holder, and CannotSucceed for a version of the protocol that is not known
        here. The caller has checked that the person is designated: nobody else gets this far. While a dossier is
        handed over its room is locked, and it is loaded without.
        """
        async with self.platform.database.reading() as session:
            found = (await session.execute(self._all, self._asked(number, meeting))).mappings().first()
            if found is None:
                raise NotFound
            own, others = await self.shelf.beside(session, found["head"])
        dossier = self.shelf.dossier(found["head"])
        if dossier.left:
            raise Elsewhere("Dit signaal is elders.", holder=dossier.handed_to)
        rows: dict[str, Any] = {
            name: tuple(_ROWS[name][0].model_validate(one) for one in found[name]) for name in self.shelf.beside_it
        }
        opens = opened and dossier.room_key is not None and not dossier.handing_over_since
        return Loaded(
            dossier=dossier,
            law=known_law(self.platform.settings.laws, dossier.protocol),
            today=calendar_date(self.platform.clock.now()),
            content=await self.open(dossier, rows.get("items", ())) if opens else None,
            others=others,
            own=own,
            **rows,
        )

    def _asked(self, number: str, meeting: str | None) -> dict[str, str | None]:
        return {"number": number} | ({"meeting": meeting} if "meetings" in self.shelf.beside_it else {})

    async def for_change(self, number: str, expected: int, *, meeting: str | None = None) -> Loaded:
        """As `load`; raises Conflict when it is on its way, or no longer what the caller saw."""
        loaded = await self.load(number, meeting=meeting)
        dossier = loaded.dossier
        if dossier.handing_over_since:
            since = dossier.handing_over_since.isoformat()
            raise Conflict("Dit signaal wordt overgedragen.", destination=dossier.handed_to, since=since)
        if dossier.version != expected:
            raise Conflict("Dit is intussen gewijzigd: kijk opnieuw.", version=dossier.version)
        return loaded

    async def open(self, dossier: Dossier, items: Sequence[ItemRow]) -> Content:
        """The documents of `items`, in one call to OpenBao."""
        if dossier.room_key is None:
            raise NotFound
        room = self.platform.room()
        pairs = [(Place(room.mount, one.number, one.item, one.version), one.ciphertext) for one in items]
        return Content.of(items, await room.decrypt(dossier.room_key, pairs) if pairs else [])
