"""Charts have what the table has: no count that is too small, each bar with its number, a picture that says what it shows."""

from __future__ import annotations

from services.portal.charts import HIGHEST, chart
from services.portal.use_cases.figures import TABLES, called, in_words

TABLE = {
    "rows": ["1", "2"],
    "columns": ["2026-K1", "2026-K2"],
    "cells": [[12, None], [0, 6]],
    "rowTotals": [None, 6],
    "columnTotals": [12, None],
    "total": None,
}


def test_a_count_that_is_too_small_is_neither_drawn_nor_said() -> None:
    found = chart("phases", TABLES["phases"], TABLE, in_words(5))
    first, second = found.strips
    assert [(bar.count, bar.height > 0) for bar in (*first.bars, *second.bars)] == [
        (12, True),
        (None, True),
        (0, False),
        (6, True),
    ]
    assert first.bars[0].height == HIGHEST
    # Its place has one height, whatever the count was.
    other = chart("phases", TABLES["phases"], TABLE | {"cells": [[100, None], [0, 6]]}, in_words(5))
    assert other.strips[0].bars[1].height == first.bars[1].height
    assert (
        found.says
        == "Het hoogste aantal is 12: fase 1, 1e kwartaal 2026. Aantallen van 1 tot en met 4 staan er niet in."
    )


def test_nothing_to_show_is_said() -> None:
    none = {
        "rows": ["destroyed"],
        "columns": ["2026-K1"],
        "cells": [[0]],
        "rowTotals": [0],
        "columnTotals": [0],
        "total": 0,
    }
    assert chart("destructions", TABLES["destructions"], none, in_words(5)).says == "Er is geen aantal om te tonen."


def test_every_row_and_column_has_words() -> None:
    assert [called(one) for one in ("4", "2026-K3", "up-to-30", "defer", "destroyed")] == [
        "fase 4",
        "3e kwartaal 2026",
        "8 tot en met 30 dagen",
        "uitgesteld",
        "vernietigd",
    ]
    assert list(TABLES) == ["phases", "endings", "waiting", "deferrals", "destructions"]
