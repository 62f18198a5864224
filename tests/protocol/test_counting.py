"""Figures name nobody: a small count is told nowhere, and no total gives it away (art. 9 lid 3)."""

from __future__ import annotations

from itertools import product

import pytest

from shared.protocol.counting import told

ROWS, COLUMNS = ("1", "2", "3"), ("a", "b")


def counted(*counts: tuple[int, int]) -> list[tuple[str, str]]:
    return [
        (row, column)
        for row, of in zip(ROWS, counts, strict=False)
        for column, n in zip(COLUMNS, of, strict=True)
        for _ in range(n)
    ]


def test_what_is_counted_often_enough_is_told_with_its_totals() -> None:
    found = told(counted((5, 7), (0, 12), (6, 0)), ROWS, COLUMNS, 5)
    assert found.cells == ((5, 7), (0, 12), (6, 0))
    assert (found.row_totals, found.column_totals, found.total) == ((12, 12, 6), (11, 19), 30)


def test_a_small_count_is_in_no_cell_and_in_no_total() -> None:
    found = told(counted((4, 7), (9, 12), (0, 0)), ROWS, COLUMNS, 5)
    assert found.cells == ((None, 7), (9, 12), (0, 0))
    assert (found.row_totals, found.column_totals, found.total) == ((None, 21, 0), (None, 19), None)


@pytest.mark.parametrize("counts", list(product((0, 1, 4, 5), repeat=4)))
def test_nothing_that_is_told_gives_a_small_count_away(counts: tuple[int, int, int, int]) -> None:
    """Whatever the small counts are, the same is told: nobody can work out which it was."""
    first, second = counts[:2], counts[2:]
    seen = told(counted(first, second), ROWS[:2], COLUMNS, 5)
    swapped = [3 if 0 < one < 5 else one for one in counts]
    other = told(counted((swapped[0], swapped[1]), (swapped[2], swapped[3])), ROWS[:2], COLUMNS, 5)
    assert seen == other
