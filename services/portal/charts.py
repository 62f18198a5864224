"""A table of counts as a picture and as a table. What is not told comes without its number, so neither has it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

LEFT, STEP, BAR = 26, 104, 52
"""Where the first column begins, how far columns lie apart, how wide a bar is; in units of the picture."""
STRIP, HIGHEST, LOWEST = 96, 44, 4
"""How high the part of one row is, the highest bar in it, and one of the smallest count."""
NAME_DOWN, BASE_DOWN = 14, 84
"""How far in the part of a row its name stands, and its bars."""
HIDDEN = 14
"""How high a place is that says that a count is not told."""


@dataclass(frozen=True)
class Wording:
    """`called`: a row or column in words; `hidden_drawn`, `hidden`, `hidden_total`: what stands in a picture, a table and a total
    for what is not told; `note`: what is said of a picture in which something is not told."""

    called: Callable[[str], str]
    hidden_drawn: str
    hidden: str
    hidden_total: str
    note: str


@dataclass(frozen=True)
class Bar:
    """`count` None: not told."""

    x: int
    y: int
    height: int
    count: int | None


@dataclass(frozen=True)
class Strip:
    """One row of the table, as a row of bars on `base`."""

    name: str
    base: int
    bars: tuple[Bar, ...]

    @property
    def name_at(self) -> int:
        return self.base - BASE_DOWN + NAME_DOWN


@dataclass(frozen=True)
class Chart:
    """`says`: in words what the picture shows; `rows`: every row in words, those that are not drawn too."""

    key: str
    title: str
    about: str
    says: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    strips: tuple[Strip, ...]
    width: int
    height: int
    table: Mapping[str, Any]
    wording: Wording

    @property
    def places(self) -> list[tuple[int, str]]:
        """Under which place each column's name stands."""
        return [(LEFT + place * STEP + BAR // 2, name) for place, name in enumerate(self.columns)]


def chart(
    key: str, named: tuple[str, str], table: Mapping[str, Any], wording: Wording, *, all_rows: bool = True
) -> Chart:
    """Its strips lie one under the other, each bar with its number, so that no colour has to be told apart.

    `named`: title and what it is about; `table`: rows, columns, cells, rowTotals, columnTotals and total, as oversight tells them.
    Without `all_rows` a row of which nothing is told is not drawn.
    """
    most = max((count for row in table["cells"] for count in row if count), default=1)
    drawn = [
        (name, row)
        for name, row in zip(table["rows"], table["cells"], strict=True)
        if all_rows or any(count is not None for count in row)
    ]
    strips = []
    for line, (name, row) in enumerate(drawn):
        base = STRIP * line + BASE_DOWN
        bars = []
        for place, count in enumerate(row):
            height = HIDDEN if count is None else max(LOWEST, round(HIGHEST * count / most)) if count else 0
            bars.append(Bar(LEFT + STEP * place, base - height, height, count))
        strips.append(Strip(wording.called(name), base, tuple(bars)))
    return Chart(
        key,
        *named,
        _says(table, wording),
        tuple(wording.called(one) for one in table["columns"]),
        tuple(wording.called(one) for one in table["rows"]),
        tuple(strips),
        STEP * len(table["columns"]),
        STRIP * len(strips) + 24,
        table,
        wording,
    )


def _says(table: Mapping[str, Any], wording: Wording) -> str:
    known = [
        (count, name, column)
        for name, row in zip(table["rows"], table["cells"], strict=True)
        for column, count in zip(table["columns"], row, strict=True)
        if count
    ]
    left_out = any(count is None for row in table["cells"] for count in row)
    count, name, column = max(known, default=(0, "", ""), key=lambda one: one[0])
    high = (
        f"Het hoogste aantal is {count}: {wording.called(name)}, {wording.called(column)}."
        if known
        else "Er is geen aantal om te tonen."
    )
    return f"{high} {wording.note}" if left_out else high


def quarter_called(code: str) -> str | None:
    """2026-K4 in words; None for what is no quarter."""
    year, _, number = code.partition("-K")
    return f"{number}e kwartaal {year}" if number.isdigit() else None
