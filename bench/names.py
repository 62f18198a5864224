"""Names of one person that are written in two ways: how many are taken as one, and how many of those rightly."""

from __future__ import annotations

from rapidfuzz import fuzz

from bench.figures import Figure, at_least
from shared.finding.names import SPELLINGS
from tests.finding.labelled import Compare, by_forms, pairs, score

PRECISION, RECALL = 0.98, 0.80
CUTS = (80, 85, 90, 95)


def run() -> list[Figure]:
    """The forms of which hashes are kept, beside plain equality and rapidfuzz, which no hash can do."""
    count = len(pairs())
    assert count >= 300
    ours = score(by_forms())
    found = [
        at_least(f"names, {count} labelled pairs: precision", round(ours.precision, 3), "", PRECISION),
        at_least(f"names, {count} labelled pairs: recall", round(ours.recall, 3), "", RECALL),
    ]
    others: dict[str, Compare] = {"equal as written": lambda one, other: one == other, "without spelling": by_forms(())}
    others |= {f"rapidfuzz token_sort_ratio >= {cut}": _ratio(cut) for cut in CUTS}
    for name, _ in SPELLINGS:
        others[f"without '{name}'"] = by_forms([one for one in SPELLINGS if one[0] != name])
    for name, compare in others.items():
        measured = score(compare)
        found.append(Figure(f"- names, {name}: precision", round(measured.precision, 3), ""))
        found.append(Figure(f"- names, {name}: recall", round(measured.recall, 3), ""))
    return found


def _ratio(cut: int) -> Compare:
    return lambda one, other: fuzz.token_sort_ratio(one.lower(), other.lower()) >= cut
