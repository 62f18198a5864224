"""Which counts are told, so that no small one can be worked out of the rest (art. 9 lid 3, R-9.18). Pure.

A **line** says how one group of signals falls apart: each signal of it is counted in one place. Who reads it is supposed to know
how many there are together, from another line about the same group, and to know these rules. So places are told or left out in
**fixed pairs**, in the order in which the line has them, whatever the counts are:

1. a pair in which a count is smaller than `smallest` (none at all, too) is left out whole;
2. while everything that is left out is together fewer than `smallest`, the next pair goes besides.

What is left out cannot be told apart into what was small and what went along with it, and each of it can still have `smallest`
different values: that is the guarantee. It holds over time because a line of a quarter is made once, and no period is told that
overlaps another; and over tables because no place of one line says the same as places of another (services/oversight/statistics.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ToldLine:
    """What is told of one group. `cells`: by its code, in their order; None: left out. `total`: None where it is too small."""

    cells: Mapping[str, int | None]
    total: int | None


def protected(counts: Mapping[str, int], smallest: int) -> ToldLine:
    """What is told of these counts, which are of all places of the line, those of nobody too."""
    codes, numbers = tuple(counts), tuple(counts.values())
    gone = _left_out(numbers, smallest)
    total = sum(numbers)
    told = {code: None if place in gone else numbers[place] for place, code in enumerate(codes)}
    return ToldLine(told, total if total >= smallest else None)


def _left_out(numbers: Sequence[int], smallest: int) -> set[int]:
    pairs = _pairs(len(numbers))
    small = [place for place, pair in enumerate(pairs) if any(numbers[one] < smallest for one in pair)]
    if not small:
        return set()
    gone = set(small)
    # Beginning behind the first of them and going round: it does not hang on how large the others are.
    for step in range(1, len(pairs)):
        if sum(numbers[one] for place in gone for one in pairs[place]) >= smallest:
            break
        gone.add((small[0] + step) % len(pairs))
    return {one for place in gone for one in pairs[place]}


def _pairs(places: int) -> list[tuple[int, ...]]:
    """Two and two in their order; where one would be alone, the last are three."""
    pairs = [tuple(range(first, min(first + 2, places))) for first in range(0, places, 2)]
    if len(pairs) > 1 and len(pairs[-1]) == 1:
        pairs[-2:] = [pairs[-2] + pairs[-1]]
    return pairs
