"""Figures about signals that name nobody: what is counted seldom is not told, nor what would give it away (art. 9 lid 3).

Pure. A table has rows and columns; a total stands beside it only when every count in it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Tabulated:
    """A table as it is told. `cells`: a row for each of `rows`; None: too few to tell. `row_totals`, `column_totals`,
    `total`: None where it holds a count that is not told."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[int | None, ...], ...]
    row_totals: tuple[int | None, ...]
    column_totals: tuple[int | None, ...]
    total: int | None


def told(counted: Iterable[tuple[str, str]], rows: Sequence[str], columns: Sequence[str], smallest: int) -> Tabulated:
    """What was counted by row and column, without every count from 1 up to `smallest` (which is told itself)."""
    found: dict[tuple[str, str], int] = {}
    for one in counted:
        found[one] = found.get(one, 0) + 1
    cells = tuple(tuple(_told(found, (row, column), smallest) for column in columns) for row in rows)
    return Tabulated(
        tuple(rows),
        tuple(columns),
        cells,
        tuple(_sum(row) for row in cells),
        tuple(_sum(row[place] for row in cells) for place in range(len(columns))),
        _sum(cell for row in cells for cell in row),
    )


def _told(found: Mapping[tuple[str, str], int], where: tuple[str, str], smallest: int) -> int | None:
    count = found.get(where, 0)
    return count if count == 0 or count >= smallest else None


def _sum(cells: Iterable[int | None]) -> int | None:
    """Not told where one of them is not: what was left out would be what is missing."""
    known = list(cells)
    return None if None in known else sum(one for one in known if one is not None)
