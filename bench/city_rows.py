"""Rows of one signal that was played through the house, made into those of thousands: by other numbers, other ids, other days.

A template is what every service holds of a real signal at one moment. A copy of it has a number, ids and names of keys of its own
(derived as the services derive them), lies so many days earlier, and each row that is believed for a MAC has the MAC that its
service would have put on it. Items are encrypted under the copy's own keys; other ciphertext (of archives, of words at oversight, of
vaults) is that of the template, and nobody can open it.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import SQLModel

# Each makes its tables known.
import services.intake.store
import services.oversight.lists
import services.worklist.store  # noqa: F401
from services.casework.store import CaseShelf
from services.rights.shelf import DutyShelf
from shared.clock import AMSTERDAM
from shared.engine.head import HEAD, Head, stands_by_itself, vouch_for
from shared.engine.load import _rows_of
from shared.engine.shelf import Shelf
from shared.engine.tables import Dossier
from shared.keys.mac import Mac
from shared.keys.transit import key_name, moved_by
from shared.numbers import duty_number, meeting_number, random_seed, signal_number
from shared.protocol.terms import add_years

LEFT_OUT = {
    "audit": "each line is numbered and chained by its service; measured per real signal",
    "audit_batch": "oversight's copy of the chains; measured per real signal",
    "audit_line": "oversight's copy of the chains; measured per real signal",
    "processing_record": "made of the audit trail, under a pseudonym; measured per real signal",
    "inbox": "goes after 120 days; measured per real signal",
    "outgoing": "goes when its receipt has come",
    "unhandled": "nothing waits after six years that went well",
    "meeting": "belongs to many signals: one of a kind for each week",
    "offered_list": "belongs to many signals: one for each week",
}
"""Tables that no copy has rows in, and why."""
TOKEN = re.compile(
    r"\b([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|[0-9a-f]{40}|[SDM]-[0-9A-Z]{5}-[0-9A-Z]{5}"
    r"|[a-z]+\.\d{8}-[0-9a-f]{8}|\d{4}-\d\d-\d\d(?:[T ]\d\d(?=:))?(?=[T\" :]))"
)
"""What a copy has of its own: ids, names of keys, hashes, numbers, letterbox keys, days, hours of days (in UTC)."""
A_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d)?")
IN_WEEKS = (
    ("assessment", "meeting"),
    ("casework", "meeting"),
    ("retention", "destruction_list"),
    ("oversight", "offered_list"),
)
SHARES = "room-export"
SHARES_WAIT, WORK_REMEMBERED = 30, 40
"""Days after which what was shared and not fetched is gone with its key, and after which the work list forgets what left."""
AHEAD = 80
"""Days within which what lies ahead of a template lies ahead of its copy, whenever that came: what is put off is put off again."""
SHELVES: Mapping[str, type[Shelf]] = {"casework": CaseShelf, "rights": DutyShelf}
Row = dict[str, Any]
Rows = dict[tuple[str, str], list[Row]]


def kinds() -> dict[str, type[SQLModel]]:
    """Every table by its name."""

    def below(kind: type[SQLModel]) -> Iterator[type[SQLModel]]:
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    return {str(one.__tablename__): one for one in below(SQLModel) if hasattr(one, "__table__")}


@dataclass
class Template:
    """What all services hold of signal `number`, as JSON cut at what a copy has of its own; `since`: the day of it.

    `persons`: ids that stay. `mounts`: where keys are, by which names of keys are led back to the ids that they were made for.
    """

    number: str
    since: date
    persons: frozenset[str]
    mounts: frozenset[str]
    pieces: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    years: int = 0
    """How long it is kept, where it was sealed."""
    duties: frozenset[str] = frozenset()
    keys: dict[str, tuple[str, str, bool]] = field(default_factory=dict)
    """Names of keys: the id that each was made for, the mount, and whether it was for the clock's move of a case."""
    words: dict[tuple[str, str, str], bytes] = field(default_factory=dict)
    """What its items say, by service, number and item: a copy's are encrypted under its own key (city_fill.py)."""
    moves: dict[str, str] = field(default_factory=dict)
    """Ids of such moves, by which decision closed the case."""

    @classmethod
    def of(cls, number: str, found: Rows, since: date, persons: frozenset[str], mounts: frozenset[str]) -> Template:
        """Of all rows of a house those that are about `number` or a duty in it."""
        duties = {row["number"] for row in found["rights", "dossier"] if row["signal"] == number}
        ids = {number, *duties}
        made = cls(number, since, persons, mounts, duties=frozenset(duties))
        for table, rows in found.items():
            texts = [text for text in map(_json, rows) if any(one in text for one in ids)]
            if texts and table[1] not in LEFT_OUT:
                made.pieces[table] = TOKEN.split(f"[{','.join(texts)}]")
        for row in made._rows(("retention", "sealed_signal"), {}):
            made.years = int(row["ends_on"][:4]) - int(row["decided_on"][:4])
        tokens = {one for pieces in made.pieces.values() for one in pieces[1::2]}
        for one in filter(_is_id, tokens):
            for mount in mounts:
                made.keys[key_name(UUID(one), mount)] = (one, mount, False)
                made.keys[key_name(moved_by(UUID(one)), mount)] = (one, mount, True)
        made.keys = {name: one for name, one in made.keys.items() if name in tokens}
        made.moves = {str(moved_by(UUID(one))): one for one in filter(_is_id, tokens)}
        return made

    def _rows(self, table: tuple[str, str], names: Mapping[str, str]) -> list[Row]:
        pieces = self.pieces.get(table)
        found: list[Row] = json.loads("".join(names.get(one, one) for one in pieces)) if pieces else []
        return found

    def copy(self, earlier: int, today: date, shared: Shared) -> Rows:
        """Of a signal that came so many days earlier; its rows by service and table, without MACs."""
        names = self._names(earlier, today, shared)
        found = {table: self._rows(table, names) for table in self.pieces}
        for service in {service for service, table in found if table == "item"}:
            # In the order of the template's, which says whose words each has.
            for row, of in zip(found[service, "item"], self._rows((service, "item"), {}), strict=True):
                row["words"] = self.words.get((service, of["number"], of["item"]))
        for row in found.get(("retention", "sealed_signal"), ()):
            row["ends_on"] = add_years(date.fromisoformat(row["decided_on"]), self.years).isoformat()
        for row in found.get(("retention", "active_case"), ()):
            row["moves_on"] = add_years(date.fromisoformat(row["last_act_on"]), 5).isoformat()
        if earlier > WORK_REMEMBERED and ("worklist", "work") in found:
            found["worklist", "work"] = [row for row in found["worklist", "work"] if row["here"]]
        if earlier > SHARES_WAIT and found.pop(("export", "share"), []):
            for row in found["retention", "signal_key"]:
                if row["mount"] == SHARES and row["destroyed_at"] is None:
                    row["destroyed_at"] = f"{today - timedelta(earlier - SHARES_WAIT)}T12:00:00Z"
        return found

    def _names(self, earlier: int, today: date, shared: Shared) -> dict[str, str]:
        tokens = {one for pieces in self.pieces.values() for one in pieces[1::2]}
        ids = {
            one: shared.at(one, earlier) if one in shared.lists else str(uuid4())
            for one in tokens
            if _is_id(one) and one not in self.persons
        }
        ids |= {one: str(moved_by(UUID(ids[by]))) for one, by in self.moves.items() if one in ids and by in ids}
        names = dict(ids)
        for one in tokens - names.keys():
            if one in self.keys:
                made_for, mount, moved = self.keys[one]
                fresh = UUID(ids.get(made_for, made_for))
                names[one] = key_name(moved_by(fresh) if moved else fresh, mount)
            elif one == self.number:
                names[one] = signal_number(random_seed())
            elif one in self.duties:
                names[one] = duty_number()
            elif one.startswith("M-"):
                names[one] = shared.at(one, earlier)
            elif "." in one:
                names[one] = letterbox_of(one, earlier, self.since)
            elif A_DAY.fullmatch(one):
                names[one] = self._earlier(one, earlier, today)
            elif one[1] != "-" and not _is_id(one):
                names[one] = secrets.token_hex(len(one) // 2)
        return names

    def _earlier(self, text: str, earlier: int, today: date) -> str:
        """Of a day, or an hour of one: at the same hour by the clock on the wall, for by that one it is which day a moment is of."""
        day, between, hour = text[:10], text[10:11], text[11:]
        if not hour:
            return self._day(date.fromisoformat(day), earlier, today).isoformat()
        there = datetime.fromisoformat(f"{day}T{hour}:00+00:00").astimezone(AMSTERDAM)
        moved = datetime.combine(self._day(there.date(), earlier, today), there.time(), AMSTERDAM).astimezone(UTC)
        return f"{moved:%Y-%m-%d}{between}{moved:%H}"

    def _day(self, day: date, earlier: int, today: date) -> date:
        if day.year == date.max.year:
            return day
        return today + timedelta(1 + earlier % AHEAD) if day > self.since else day - timedelta(earlier)


def letterbox_of(kid: str, earlier: int, since: date) -> str:
    """The letterbox key of that day: destroyed when everybody had finished it."""
    service, day = kid.partition(".")[0], since - timedelta(earlier)
    return f"{service}.{day:%Y%m%d}-{hashlib.sha256(f'{service}{day}'.encode()).hexdigest()[:8]}" if earlier else kid


@dataclass
class Shared:
    """What belongs to many signals, meetings and destruction lists: one of each kind in a week, made of those of the templates."""

    rows: Rows
    made: dict[tuple[str, int], str] = field(default_factory=dict)

    @property
    def lists(self) -> set[str]:
        return {row["id"] for row in self.rows.get(("retention", "destruction_list"), ())}

    def at(self, one: str, earlier: int) -> str:
        fresh = meeting_number() if one.startswith("M-") else str(uuid4())
        return self.made.setdefault((one, earlier // 7), fresh) if earlier else one

    def copies(self) -> Rows:
        found: Rows = {}
        for table, rows in self.rows.items():
            known = {row["id"]: row for row in rows}
            found[table] = [
                {name: _weeks_before(value, week) for name, value in known[one].items()}
                | {"id": name}
                | ({"agenda": []} if "agenda" in known[one] else {})
                for (one, week), name in self.made.items()
                if one in known
            ]
        return found


def _weeks_before(value: object, weeks: int) -> object:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return (date.fromisoformat(value) - timedelta(7 * weeks)).isoformat()
    return value


def _json(row: Row) -> str:
    return json.dumps(row, ensure_ascii=False)


def _is_id(token: str) -> bool:
    return len(token) == len(str(UUID(int=0))) and token[8] == "-"


# --- what is believed for a MAC --------------------------------------------------------------------------


async def vouch(rows: Rows, macs: Mapping[str, Mac], tables: Mapping[str, type[SQLModel]]) -> None:
    """Put on each row the MAC that its service would have put on it."""
    for (service, table), some in rows.items():
        kind = tables.get(table)
        if kind and "mac" in kind.model_fields and kind is not Dossier:
            for row in some:
                row["mac"] = (await vouch_for(macs[service], kind.model_validate(row))).model_dump()["mac"]
    for (service, table), some in rows.items():
        for row in some if table == Dossier.__tablename__ else ():
            head = _head(service, row, rows)
            row["mac"] = await macs[service].of(HEAD, head.facts())


def _head(service: str, row: Row, rows: Rows) -> Head:
    """As `Loader` reads it: the dossier with what belongs to it."""
    shelf = SHELVES.get(service, Shelf)()
    found: dict[str, Sequence[SQLModel]] = {}
    for name, (kind, which) in _rows_of(shelf).items():
        if name not in ("meetings", "frozen"):
            column = "request" if "x.request" in which else "number"
            mine = row["signal"] if "{signal}" in which else row["number"]
            some = rows.get((service, str(kind.__tablename__)), ())
            found[name] = tuple(kind.model_validate(one) for one in some if one[column] == mine)
    own = [one for name in shelf.own_rows for one in found.pop(name) if not stands_by_itself(one)]
    dossier = Dossier.model_validate(row)
    if dossier.left:
        found["notices"] = ()
    beside: dict[str, Any] = dict(found)
    return Head(dossier, **beside, own=tuple(own))
