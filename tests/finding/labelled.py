"""The labelled list of names, and how well a way to compare them does on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.finding import names
from shared.finding.names import SPELLINGS, Spelling

Compare = Callable[[str, str], bool]


@dataclass(frozen=True)
class Pair:
    same: bool
    one: str
    other: str
    about: str


@dataclass(frozen=True)
class Score:
    """`precision`: of what is taken as the same, the part that is. `recall`: of what is the same, the part that is found."""

    precision: float
    recall: float


def pairs() -> list[Pair]:
    lines = (Path(__file__).with_name("names.tsv")).read_text(encoding="utf-8").splitlines()
    rows = (one.split("\t") for one in lines if one and not one.startswith("#"))
    return [Pair(label == "same", one, other, about) for label, one, other, about in rows]


def by_forms(spellings: Sequence[Spelling] = SPELLINGS) -> Compare:
    """As the look-up does it: a form of the one is among those that are kept of the other."""

    def compare(one: str, other: str) -> bool:
        full, initials = names.asked(one, spellings)
        return not names.kept(other, spellings).isdisjoint(full | initials)

    return compare


def score(compare: Compare) -> Score:
    found = [(one.same, compare(one.one, one.other)) for one in pairs()]
    right = sum(same and taken for same, taken in found)
    return Score(right / max(1, sum(taken for _, taken in found)), right / sum(same for same, _ in found))
