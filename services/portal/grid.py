"""A matrix as one form: what is decided of each item for each receiver or intervention, and back, as parts of one decision.

Pure. Rows are items; columns what the rule is about besides. A row, a column or the whole can answer for its cells, and has
one reason for them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.datastructures import FormData

from services.portal.forms import Control, Filled, InSignal, controls, read
from services.portal.trouble import Trouble

OF_ITEM = "item"
OWN_REASONS = 3
"""Lines for a reason of one cell."""
Cell = tuple[str, str]
"""Row and column, by code."""


def is_grid(decision: Mapping[str, Any]) -> bool:
    """Whether it is decided of each item with each of something else, many at once."""
    return bool(decision["together"]) and len(decision["about"]) == 2 and OF_ITEM in decision["about"]


@dataclass(frozen=True)
class GridPart:
    """Some cells of one column with one answer and one reason. `why`: where in the form that reason stands."""

    cells: tuple[Cell, ...]
    outcome: str
    why: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Grid:
    """`answers`: by key as people say them; `asks`: by column what is asked of it; `decided`: what was answered before;
    `of_answer`: which fields each answer has; `concerns`: of each row whom and what."""

    rows: Mapping[str, str]
    columns: Mapping[str, str]
    answers: Mapping[str, str]
    asks: Mapping[str, tuple[Control, ...]]
    of_answer: Mapping[str, Collection[str]]
    decided: Mapping[Cell, str]
    concerns: Mapping[str, Sequence[str]]
    items_first: bool

    @staticmethod
    def cell(row: str, column: str) -> str:
        return f"vak.{row}.{column}"

    def filled_in(self, filled: FormData) -> FormData:
        """With the answer of a row or column in each of its cells that is open; those answers have been given then."""
        given = {name: value for name, value in filled.multi_items() if name.startswith("vak.")}
        for row in self.rows:
            for column in self.shown(filled):
                whole = filled.get(f"rij.{row}") or filled.get(f"kolom.{column}")
                name = self.cell(row, column)
                if whole and not filled.get(name) and (row, column) not in self.decided:
                    given[name] = whole
        spent = {*(f"rij.{row}" for row in self.rows), *(f"kolom.{column}" for column in self.columns)}
        kept = [one for one in filled.multi_items() if one[0] not in spent and one[0] not in given]
        return FormData([*kept, *given.items()])

    def shown(self, filled: Filled) -> tuple[str, ...]:
        """The columns on the page: those that were chosen, and those in which something was filled in; else all."""
        chosen = set(filled.getlist("toon"))
        return tuple(one for one in self.columns if not chosen or one in chosen or self.is_used(one, filled))

    def every(self, filled: Filled) -> tuple[Control, ...]:
        """Each control of the page that a fault can be about, with what it is called there."""
        return (
            *(
                Control("list", self.cell(row, column), f"{called} – {self.columns[column]}:")
                for row, called in self.rows.items()
                for column in self.shown(filled)
            ),
            *(Control("text", f"rij.{row}.reden", f"Reden voor {called}:") for row, called in self.rows.items()),
            *(
                replace(one, label=f"{self.columns[column]}:")
                for column in self.shown(filled)
                for one in self.of_column(column)
            ),
            *(Control("text", f"uit.{one}.reden", "Reden voor één vakje:") for one in range(OWN_REASONS)),
            Control("area", "reason", "Reden voor de rest:"),
        )

    def of_column(self, column: str) -> tuple[Control, ...]:
        """What is asked of a whole column, its reason last."""
        return (*self.asks[column], Control("area", f"kolom.{column}.reden", "Reden voor deze kolom"))

    def is_used(self, column: str, filled: Filled) -> bool:
        """Whether something of it was filled in."""
        asked = self.of_column(column)
        names = (*(self.cell(row, column) for row in self.rows), *(one.name for one in asked))
        everybody = any(filled.get(f"{one.name}.who", "") == "all" for one in asked if one.kind == "along")
        return everybody or any(filled.get(one, "") for one in (f"kolom.{column}", *names))

    def parts(self, filled: Filled) -> list[GridPart]:
        """What is decided: cells with the same answer, reason and column are one part."""
        own = self._own(filled)
        found: dict[tuple[str, str, str], list[Cell]] = {}
        for column in self.shown(filled):
            for row in self.rows:
                outcome = str(filled.get(self.cell(row, column), ""))
                if outcome in self.answers:
                    why = self._why(filled, own, row, column)
                    found.setdefault((column, outcome, why), []).append((row, column))
        return [
            GridPart(tuple(cells), outcome, why, self._body(filled, column, outcome, why, cells))
            for (column, outcome, why), cells in found.items()
        ]

    @staticmethod
    def _own(filled: Filled) -> dict[Cell, str]:
        """The cells that have a reason of their own, and where it stands."""
        return {
            (str(filled.get(f"uit.{one}.rij", "")), str(filled.get(f"uit.{one}.kolom", ""))): f"uit.{one}.reden"
            for one in range(OWN_REASONS)
        }

    def _why(self, filled: Filled, own: Mapping[Cell, str], row: str, column: str) -> str:
        """Where the reason of a cell stands: the nearest to it that was written."""
        places = [own.get((row, column), ""), f"rij.{row}.reden", f"kolom.{column}.reden", "reason"]
        return next((one for one in places if one and str(filled.get(one, "")).strip()), "")

    def _body(self, filled: Filled, column: str, outcome: str, why: str, cells: Sequence[Cell]) -> dict[str, Any]:
        rows = [row for row, _ in cells]
        asked = [one for one in self.asks[column] if one.name.rpartition(".")[2] in self.of_answer[outcome]]
        fields = read(asked, filled, f"kolom.{column}")
        about = {code for row in rows for code in self.concerns.get(row, ())}
        for one in asked:
            name = one.name.rpartition(".")[2]
            if one.kind == "along" and fields.get(name):
                # What was chosen for the column goes along with the items that it is of.
                fields[name] = [code for code in fields[name] if code.partition(".")[0] in about]
        reason = str(filled.get(why, "")).replace("\r\n", "\n").strip() if why else ""
        about_each = [rows, [column]] if self.items_first else [[column], rows]
        return {"about": about_each, "outcome": outcome, "reason": reason, "fields": fields}

    def placed(self, trouble: Trouble, parts: Sequence[GridPart]) -> Trouble:
        """The same faults, at the cell, row or column that they are about."""
        return replace(trouble, faults=tuple(self._places(trouble.faults, parts)))

    def _places(self, faults: Iterable[tuple[str, str]], parts: Sequence[GridPart]) -> Iterator[tuple[str, str]]:
        seen = set()
        for name, reason in faults:
            found = (self._place(name, parts), reason)
            if found not in seen:
                seen.add(found)
                yield found

    def _place(self, name: str, parts: Sequence[GridPart]) -> str:
        whole, _, rest = name.partition(".")
        place, _, inner = rest.partition(".")
        if whole != "parts" or not place.isdigit() or int(place) >= len(parts):
            return name
        part = parts[int(place)]
        row, column = part.cells[0]
        if inner.startswith("fields."):
            return f"kolom.{column}.{inner.removeprefix('fields.')}"
        return part.why if inner == "reason" and part.why else self.cell(row, column)


def grid_of(
    decision: Mapping[str, Any],
    known: InSignal,
    names: Mapping[str, str],
    entitled: Mapping[str, Any],
    concerns: Mapping[str, Sequence[str]],
    taken: Iterable[Mapping[str, Any]],
) -> Grid:
    """The matrix of what `decision` asks; `names`: of what stands in the file; `taken`: what was decided before, the oldest first."""
    items_first = decision["about"][0] == OF_ITEM
    of_items, others = decision["choices"] if items_first else reversed(decision["choices"])
    rows = {code: _capital(names.get(code, called)) for code, called in of_items.items()}
    columns = {code: _capital(names.get(code, called)) for code, called in others.items()}
    schemas = {one["key"]: one["fields"] for one in decision["outcomes"]}
    asks: dict[str, Any] = {}
    for schema in schemas.values():
        asks |= schema["properties"]
    required = {name for schema in schemas.values() for name in schema.get("required", ())}
    whole = {"properties": asks, "required": list(required)}
    return Grid(
        rows,
        columns,
        {one["key"]: one["answer"] for one in decision["outcomes"]},
        {column: _theirs(controls(whole, known, f"kolom.{column}"), column, entitled) for column in columns},
        {key: frozenset(schema["properties"]) for key, schema in schemas.items()},
        _decided(decision["key"], taken, items_first=items_first),
        concerns,
        items_first,
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _theirs(asked: Sequence[Control], column: str, entitled: Mapping[str, Any]) -> tuple[Control, ...]:
    """Of tasks and bases only those that can be of this receiver, and what is of nobody in particular."""
    everybodys = {code for one in entitled.values() for kind in ("tasks", "bases") for code in one[kind]}
    mine = {code for kind in ("tasks", "bases") for code in entitled.get(column, {}).get(kind, ())}
    return tuple(
        replace(
            one, options=tuple((code, name) for code, name in one.options if code in mine or code not in everybodys)
        )
        if column in entitled
        else one
        for one in asked
    )


def _decided(key: str, taken: Iterable[Mapping[str, Any]], *, items_first: bool) -> dict[Cell, str]:
    """The newest answer about each cell."""
    found: dict[Cell, str] = {}
    for one in taken:
        if one["key"] != key or one["status"] != "taken":
            continue
        for part in one.get("parts") or ({"about": [[code] for code in one["about"]], "outcome": one["outcome"]},):
            if len(part["about"]) == 2:
                first, second = part["about"]
                cells = ((a, b) if items_first else (b, a) for a in first for b in second)
                found |= dict.fromkeys(cells, str(part["outcome"]))
    return found
