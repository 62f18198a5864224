"""Somebody tries to work a small count out of everything that is told: of one line, of several, and over time.

The first attacker knows the rules and the true total: he makes every line that could have been, and keeps those of which the same
is told. The second writes down every sum that is told, of several lines and quarters, and solves them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.protocol.protecting import ToldLine, protected

SMALLEST = 5


def lines_of(total: int, places: int) -> Iterator[tuple[int, ...]]:
    """Every way in which `total` signals fall apart over so many places."""
    if places == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in lines_of(total - first, places - 1):
            yield (first, *rest)


def told_of(counts: tuple[int, ...], smallest: int) -> ToldLine:
    return protected({str(place): one for place, one in enumerate(counts)}, smallest)


@pytest.mark.allowed("R-9.18")
def test_what_is_counted_often_enough_is_told() -> None:
    assert told_of((5, 7, 6), SMALLEST) == ToldLine({"0": 5, "1": 7, "2": 6}, 18)
    assert told_of((8, 9, 2, 12), SMALLEST) == ToldLine({"0": 8, "1": 9, "2": None, "3": None}, 31)
    # Two pairs go: the first by itself would be two together.
    assert told_of((1, 1, 12, 30, 5, 6), SMALLEST).cells == {"0": None, "1": None, "2": None, "3": None, "4": 5, "5": 6}


@pytest.mark.refused("R-9.18")
@pytest.mark.parametrize(
    ("smallest", "places", "most"), [(2, 4, 12), (3, 2, 20), (3, 4, 18), (3, 5, 15), (4, 6, 13), (5, 3, 25)]
)
def test_who_knows_the_rules_and_the_total_finds_no_count(smallest: int, places: int, most: int) -> None:
    """Whatever is left out still has as many possible values as the smallest count that is told."""
    tried = 0
    for total in range(smallest, most):
        same: dict[tuple[int | None, ...], list[tuple[int, ...]]] = defaultdict(list)
        for counts in lines_of(total, places):
            same[tuple(told_of(counts, smallest).cells.values())].append(counts)
        for told, could_be in same.items():
            for place, one in enumerate(told):
                if one is None:
                    tried += 1
                    assert len({counts[place] for counts in could_be}) >= smallest, (told, could_be)
                else:
                    assert one >= smallest
    assert tried > 10


def test_fewer_than_the_smallest_count_together_have_no_total() -> None:
    assert told_of((4, 0), SMALLEST) == ToldLine({"0": None, "1": None}, None)
    assert told_of((0,), SMALLEST) == ToldLine({"0": None}, None)
    assert told_of((9,), SMALLEST) == ToldLine({"0": 9}, 9)


# --- several lines about the same signals, quarter after quarter --------------------------------------------

QUARTERS = 3
Quarter = list[tuple[int, int]]
"""Each signal: where it is counted in the one line, and where in the other."""
QUARTER = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=40)


@given(st.lists(QUARTER, min_size=QUARTERS, max_size=QUARTERS))
@settings(max_examples=150, deadline=None)
def test_no_sums_over_lines_and_quarters_give_a_count_away(quarters: list[Quarter]) -> None:
    true: dict[tuple[int, int, int], int] = {}
    sums: list[tuple[set[tuple[int, int, int]], int]] = []
    unknown: set[tuple[int, int, int]] = set()
    for when, signals in enumerate(quarters):
        for which, places in enumerate((4, 5)):
            counts = tuple(sum(one[which] == place for one in signals) for place in range(places))
            told = told_of(counts, SMALLEST)
            cells = {(when, which, place) for place in range(places)}
            true |= {(when, which, place): counts[place] for place in range(places)}
            unknown |= {(when, which, place) for place in range(places) if told.cells[str(place)] is None}
            sums += [({(when, which, int(place))}, one) for place, one in told.cells.items() if one is not None]
            if told.total is not None:
                sums.append((cells, told.total))
    # The sums that a reader makes himself: of a place over the quarters where it is told, and of all totals.
    for which, places in enumerate((4, 5)):
        for place in range(places):
            row = {(when, which, place) for when in range(QUARTERS)}
            if not row & unknown:
                sums.append((row, sum(true[one] for one in row)))
    lowest, highest = bounds(sums, unknown)
    for one in unknown:
        assert lowest[one] <= true[one] <= highest[one]
        assert highest[one] - lowest[one] + 1 >= SMALLEST, (one, sums)
        assert not determined(sums, one), (one, sums)


def bounds(
    sums: list[tuple[set[tuple[int, int, int]], int]], unknown: set[tuple[int, int, int]]
) -> tuple[dict[tuple[int, int, int], int], dict[tuple[int, int, int], int]]:
    """Between what each count must lie: no count is less than none, and every sum is as it is told; until nothing narrows."""
    every = set().union(*(cells for cells, _ in sums)) | unknown if sums else set(unknown)
    lowest, highest = dict.fromkeys(every, 0), dict.fromkeys(every, 10_000)
    narrowed = True
    while narrowed:
        narrowed = False
        for cells, total in sums:
            for one in cells:
                most = total - sum(lowest[other] for other in cells if other != one)
                least = total - sum(highest[other] for other in cells if other != one)
                if most < highest[one] or least > lowest[one]:
                    highest[one], lowest[one] = min(most, highest[one]), max(least, lowest[one])
                    narrowed = True
    return lowest, highest


def determined(sums: list[tuple[set[tuple[int, int, int]], int]], wanted: tuple[int, int, int]) -> bool:
    """Whether adding and subtracting sums leaves this count alone: by elimination, exactly."""
    order = sorted({one for cells, _ in sums for one in cells} | {wanted})
    rows = [[Fraction(one in cells) for one in order] for cells, _ in sums]
    goal = [Fraction(one == wanted) for one in order]
    for place in range(len(order)):
        pivot = next((row for row in rows if row[place]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows = [_without(row, pivot, place) for row in rows]
        goal = _without(goal, pivot, place)
    return not any(goal)


def _without(row: list[Fraction], pivot: list[Fraction], place: int) -> list[Fraction]:
    by = row[place] / pivot[place]
    return [one - by * other for one, other in zip(row, pivot, strict=True)] if by else row
