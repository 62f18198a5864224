"""The head of a dossier: what of its rows is believed. Pure facts, and the MAC of the service over them.

Everything that is judged, shown or handed over stands in it: the dossier itself, every item with its category, version
and the hash of its ciphertext, every decision, every task. Whoever can write rows can change, add, delete and put back
any of them, and cannot make a MAC (`shared/keys/mac.py`). Left out is only how far a row was carried (`Waits`,
`settled_at`) and when a duty is due, which has a MAC of its own.

A MAC is always made of what was checked or was made here, in memory, and never of what is read back: a row that
somebody inserts while a decision is written is not covered by what the decision writes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlmodel import SQLModel

from shared.database.tables import Waits, table_of
from shared.engine.tables import DecisionRow, Dossier, GrantRow, ItemRow, MeetingRow, NoticeRow, TaskRow
from shared.keys.mac import Mac

HEAD = "dossier"
_CARRIED = {*Waits.model_fields} - {"id"} | {"settled_at"}
"""How far a decision was carried: changes without a decision, and decides nothing."""
_BESIDE = {"mac", "due_mac", "due_on"}
VOUCHED = (MeetingRow, NoticeRow, GrantRow)
"""What is told by others or belongs to several dossiers: each row has a MAC of its own."""

_Row = TypeVar("_Row", bound=SQLModel)


def changed(row: _Row, **values: Any) -> _Row:
    """A copy of `row` with other values; the row itself stays as it is, in its session or outside."""
    return type(row)(**row.model_dump() | values)


def head_of(
    dossier: Dossier,
    items: Iterable[ItemRow] = (),
    decisions: Iterable[DecisionRow] = (),
    tasks: Iterable[TaskRow] = (),
) -> dict[str, Any]:
    """What the MAC of a dossier covers, in an order that does not depend on that of the rows."""
    return {
        "dossier": dossier.model_dump(exclude=_BESIDE),
        "items": sorted(
            [one.number, one.item, one.category, one.version, hashlib.sha256(one.ciphertext.encode()).hexdigest()]
            for one in items
        ),
        "decisions": [one.model_dump(exclude=_CARRIED) for one in _by_id(decisions)],
        "tasks": [one.model_dump() for one in _by_id(tasks)],
    }


def _by_id(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda one: str(one.id))


async def vouch(
    mac: Mac,
    dossier: Dossier,
    items: Sequence[ItemRow] = (),
    decisions: Sequence[DecisionRow] = (),
    tasks: Sequence[TaskRow] = (),
) -> Dossier:
    """Put the MAC on `dossier` and return it: what is written with it is all that there is. Raises PartDown."""
    dossier.mac = await mac.of(HEAD, head_of(dossier, items, decisions, tasks))
    return dossier


async def vouch_for(mac: Mac, row: _Row) -> _Row:
    """Put the MAC on a row that stands by itself (`VOUCHED`) and return it. Raises PartDown."""
    row.mac = await mac.of(table_of(type(row)).name, row.model_dump(exclude={"mac"}))
    return row


async def vouched_for(mac: Mac, row: SQLModel) -> bool:
    """Whether a row that stands by itself is as this service wrote it. Raises PartDown."""
    written: str = row.mac  # type: ignore[attr-defined]
    return await mac.agrees(table_of(type(row)).name, row.model_dump(exclude={"mac"}), written)
