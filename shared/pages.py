"""Lists in pages: a stable order, a limit, and an opaque cursor that says where to go on.

Every list in the system answers `{"<plural noun>": [...], "next": "<cursor>" | null}` and takes `?limit=` (100 unless
told, at most 500) and `?cursor=`, with the filters of the first request repeated. A page begins *after* the last row
that was seen, by the key of that row and never by a count: what is added or taken away meanwhile moves nothing, and the
last page costs what the first does. No total is given, since counting reads everything.

    BY_DATE = Keyset("disclosures", col(Disclosure.decided_at), col(Disclosure.id), newest_first=True)

    async def disclosures(session: AsyncSession, window: Window) -> Page[Disclosure]:
        return await BY_DATE.page(session, select(Disclosure), window)
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from sqlalchemy import BigInteger, Date, DateTime, Integer, Select, String, Uuid, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, Mapped
from sqlalchemy.types import TypeEngine
from sqlmodel.sql.sqltypes import AutoString

from shared.errors import Invalid
from shared.protocol.faults import Fault

USUAL = 100
MOST = 500
LONGEST_CURSOR = 400
LONGEST_TEXT = 120

_Row = TypeVar("_Row")
_Shown = TypeVar("_Shown")


@dataclass(frozen=True)
class Window:
    """Which part of a list is asked: what follows `cursor` (None: the beginning), at most `limit` rows."""

    cursor: str | None = None
    limit: int = USUAL


@dataclass(frozen=True)
class Page(Generic[_Row]):
    """Some rows of a list in their order. `next`: the cursor of what follows; None at the end."""

    rows: Sequence[_Row]
    next: str | None

    def of(self, noun: str, show: Callable[[_Row], Any]) -> dict[str, Any]:
        """The answer: what is shown of each row under `noun`, and `next`."""
        return {noun: [show(row) for row in self.rows], "next": self.next}


class Keyset:
    """The order of one list: by columns that are never NULL, do not change, and together are unique.

    They need an index in this order for a page to cost the same wherever it lies. `name` ties a cursor to its list.
    """

    def __init__(self, name: str, *columns: Mapped[Any], newest_first: bool = False) -> None:
        self._name = name
        self._columns: list[InstrumentedAttribute[Any]] = [cast(InstrumentedAttribute[Any], one) for one in columns]
        self._newest_first = newest_first
        self._kinds = [_kind_of(one.type) for one in self._columns]

    async def page(self, session: AsyncSession, query: Select[_Row], window: Window) -> Page[_Row]:
        """The rows of `query` (which has filters, and no order or limit of its own) in `window`.

        Raises Invalid for a cursor that is not one of this list.
        """
        order = [one.desc() if self._newest_first else one.asc() for one in self._columns]
        query = query.order_by(*order).limit(window.limit + 1)
        if window.cursor is not None:
            key = tuple_(*map(literal, self._read(window.cursor), [one.type for one in self._columns]))
            here = tuple_(*self._columns)
            query = query.where(here < key if self._newest_first else here > key)
        rows = list((await session.scalars(query)).all())
        more = len(rows) > window.limit
        rows = rows[: window.limit]
        return Page(rows, self.after(rows[-1]) if more else None)

    def after(self, row: object) -> str:
        """The cursor of what follows `row`."""
        values = [kind.write(getattr(row, one.key)) for kind, one in zip(self._kinds, self._columns, strict=True)]
        text = json.dumps([self._name, *values], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _read(self, cursor: str) -> list[Any]:
        """The key in a cursor, each part of its column's kind and within its bounds: whatever PostgreSQL may be asked."""
        try:
            if len(cursor) > LONGEST_CURSOR:
                raise ValueError
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            name, *values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            if name != self._name:
                raise ValueError
            return [kind.read(value) for kind, value in zip(self._kinds, values, strict=True)]
        except (ValueError, TypeError, OverflowError, RecursionError) as problem:
            raise Invalid([Fault("cursor", WRONG)]) from problem


WRONG = "is geen vervolg van deze lijst: neem `next` uit het vorige antwoord, of vraag de lijst zonder cursor op"


@dataclass(frozen=True)
class _Kind:
    """How a value of one kind is written in a cursor, and read back with its bounds; `read` raises ValueError."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def _kind_of(kind: TypeEngine[Any]) -> _Kind:
    if isinstance(kind, DateTime):
        return _Kind(lambda value: value.astimezone(UTC).isoformat(), _moment)
    if isinstance(kind, Date):
        return _Kind(lambda value: value.isoformat(), date.fromisoformat)
    if isinstance(kind, Uuid):
        return _Kind(str, _uuid)
    if isinstance(kind, Integer):
        bits = 63 if isinstance(kind, BigInteger) else 31
        return _Kind(int, lambda value: _number(value, 2**bits))
    if isinstance(kind, (String, AutoString)):
        return _Kind(str, _text)
    raise TypeError(f"a list is not ordered by {kind!r}")


def _moment(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    if found.tzinfo is None:
        raise ValueError
    return found.astimezone(UTC)


def _uuid(value: Any) -> UUID:
    if not isinstance(value, str):
        raise ValueError
    return UUID(value)


def _number(value: Any, bound: int) -> int:
    if type(value) is not int or not -bound <= value < bound:
        raise ValueError
    return value


def _text(value: Any) -> str:
    # PostgreSQL takes no NUL, and nothing that is not Unicode.
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or "\0" in value:
        raise ValueError
    value.encode()
    return value
