"""The head of a dossier: everything that its rows are believed by, and the MAC of the service over it.

What is judged, shown or handed over stands in it: the dossier itself, every item with its category, version and the
hash of its ciphertext, every decision, every task, what rights told about informing, and what only one service has (the
moments of a duty). Whoever can write rows can change, add, delete and put back any of them, and cannot make a MAC
(`shared/keys/mac.py`). Left out is only how far a decision was carried (`Waits`, `settled_at`).

A MAC is always made of what was checked or was made here, in memory, and never of what is read back: a row that
somebody inserts while a decision is written is not covered by what the decision writes. Each has the next `turn`, which
oversight is told: so it knows when all rows of yesterday are put back together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlmodel import SQLModel

from shared.database.tables import Waits, table_of
from shared.engine.tables import DecisionRow, Dossier, ItemRow, NoticeRow, TaskRow
from shared.keys.mac import Mac

HEAD = "head"
_CARRIED = {*Waits.model_fields} - {"id"} | {"settled_at"}
"""How far a decision was carried: changes without a decision, and decides nothing."""
_Row = TypeVar("_Row", bound=SQLModel)


def changed(row: _Row, **values: Any) -> _Row:
    """A copy of `row` with other values; the row itself stays as it is, in its session or outside."""
    return type(row)(**row.model_dump() | values)


@dataclass(frozen=True)
class Head:
    """A dossier with everything that its MAC covers. `own`: what only this service has of it."""

    dossier: Dossier
    items: tuple[ItemRow, ...] = ()
    decisions: tuple[DecisionRow, ...] = ()
    tasks: tuple[TaskRow, ...] = ()
    notices: tuple[NoticeRow, ...] = ()
    own: tuple[SQLModel, ...] = ()

    def facts(self) -> dict[str, Any]:
        """As it is written under the MAC, in an order that does not depend on that of the rows."""
        items = [
            [one.number, one.item, one.category, one.version, hashlib.sha256(one.ciphertext.encode()).hexdigest()]
            for one in self.items
        ]
        return {
            "dossier": self.dossier.model_dump(exclude={"mac"}),
            "items": sorted(items),
            "decisions": _in_order(self.decisions, _CARRIED),
            "tasks": _in_order(self.tasks),
            "notices": _in_order(self.notices),
            "own": _in_order(self.own),
        }


def _in_order(rows: Iterable[SQLModel], without: set[str] | None = None) -> list[dict[str, Any]]:
    def key(row: SQLModel) -> list[str]:
        return [str(getattr(row, column.name)) for column in table_of(type(row)).primary_key]

    return [row.model_dump(exclude=without) for row in sorted(rows, key=key)]


async def vouched(mac: Mac, head: Head) -> Dossier:
    """The dossier of `head` in its next turn, with the MAC over all of it. Raises PartDown."""
    dossier = changed(head.dossier, turn=head.dossier.turn + 1)
    facts = Head(dossier, head.items, head.decisions, head.tasks, head.notices, head.own).facts()
    dossier.mac = await mac.of(HEAD, facts)
    return dossier


async def is_right(mac: Mac, head: Head) -> bool:
    """Whether all of `head` is as this service wrote it. Raises PartDown."""
    return await mac.agrees(HEAD, head.facts(), head.dossier.mac)


# --- a row by itself ------------------------------------------------------------------------------------


def stands_by_itself(row: SQLModel) -> bool:
    """Whether a row has a MAC of its own: it belongs to several dossiers, or is told before its dossier is here."""
    return "mac" in type(row).model_fields and not isinstance(row, Dossier)


def _by_itself(row: SQLModel) -> dict[str, Any]:
    """What the MAC of such a row covers: all but what its class says (`moves`) that others move."""
    return row.model_dump(exclude={"mac", *getattr(type(row), "moves", ())})


async def vouch_for(mac: Mac, row: _Row) -> _Row:
    """Put the MAC on a row that stands by itself and return it. Raises PartDown."""
    row.mac = await mac.of(table_of(type(row)).name, _by_itself(row))
    return row


async def vouched_for(mac: Mac, row: SQLModel) -> bool:
    """Whether a row that stands by itself is as this service wrote it. Raises PartDown."""
    written: str = row.mac  # type: ignore[attr-defined]
    return await mac.agrees(table_of(type(row)).name, _by_itself(row), written)
