"""A text without what some persons are known by: names are codes in it, and what else is left out says that it was; and
without its reporter."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from shared.words.folding import plain_text
from shared.words.names import words_of_name

REPORTER_LEFT_OUT = "[weggelaten: verwijst naar de melder]"
Stretch = tuple[int, int]
_WORD = r"[^\W_]"
_PIECE = re.compile(r"\S+")
_MOST_PIECES = 7
"""Over so many a name or a telephone number is spread: `Jan van den Berg`, `+31 6 12 34 56 78`."""


def masked(text: str, names: Mapping[str, str], others: Collection[str] = ()) -> str:
    """`text` with S1, S2 … for these names; `names`: the code of each. `others`: the names that stay.

    In one pass, whole names first: of two of one family the whole name is one of them, and the part that both bear is nobody's
    and stays. What stays, or is written otherwise, may still name them: that is for the caller to read (names.py).
    """
    borne = Counter(one for name in {*names, *others} for one in {each.casefold() for each in words_of_name(name)})
    codes: dict[str, str | None] = {}
    for name in sorted({*names, *others}, key=len, reverse=True):
        whole = r"[\s-]+".join(map(re.escape, re.findall(rf"{_WORD}+", name)))
        if whole:
            codes[f"(?i:{whole})"] = None if name in others else names[name]
    for name, code in names.items():
        for part in sorted(words_of_name(name), key=len, reverse=True):
            # A part that is an ordinary word too is one only with its capital.
            if borne[part.casefold()] == 1:
                codes.setdefault(re.escape(part), code)
    if not codes:
        return text
    each = "|".join(f"(?P<n{place}>{one})" for place, one in enumerate(codes))
    said = list(codes.values())

    def instead(found: re.Match[str]) -> str:
        return said[int(str(found.lastgroup)[1:])] or found[0]

    text = re.sub(rf"(?<!{_WORD})(?:{each})(?:['’]?s)?(?!{_WORD})", instead, text)
    # Two parts beside each other are one name.
    return re.sub(rf"\b({'|'.join({*names.values()})})(?:[\s-]+\1)+\b", r"\1", text) if names else text


def without(text: str, said: Mapping[str, str]) -> str:
    """`text` with, for each of `said` that stands in it in the same words, what is said instead; the longest first."""
    words = {one: re.findall(rf"{_WORD}+", one) for one in sorted(said, key=len, reverse=True)}
    for one, parts in words.items():
        if parts:
            found = r"\W+".join(map(re.escape, parts))
            text = re.sub(rf"(?<!{_WORD})(?i:{found})(?!{_WORD})", lambda _, put=said[one]: put, text)  # type: ignore[misc]
    return text


# --- the reporter -------------------------------------------------------------------------------------


def without_reporter(text: str, pointing: Collection[str], names_in: Callable[[str], Collection[str]]) -> str:
    """`text` with REPORTER_LEFT_OUT for every stretch of `pointing`, and wherever `names_in` finds him.

    `names_in`: the marks (names.py) by which a text shows the reporter. What is spelt otherwise than these look for may
    still show him: that is for the caller to read.
    """
    gone = [(one.start(), one.end()) for one in re.finditer(re.escape(REPORTER_LEFT_OUT), text)]
    found = sorted({*gone, *_stretches(text, pointing), *_places(text, list(_pieces(text)), names_in)})
    for start, end in reversed(_joined(text, found)):
        text = text[:start] + REPORTER_LEFT_OUT + text[end:]
    return text


def stands_in(stretch: str, text: str) -> bool:
    """Whether `text` has these words after each other, as `without_reporter` finds them."""
    return any(True for _ in _stretches(text, (stretch,)))


def looks_like_it(stretch: str, text: str) -> bool:
    """Whether a reader finds these words in `text`, in whatever spelling and with whatever signs between them."""
    return f" {plain_text(stretch)} " in f" {plain_text(text.replace(REPORTER_LEFT_OUT, ' | '))} "


def _stretches(text: str, pointing: Collection[str]) -> Iterator[Stretch]:
    for one in map(str.strip, pointing):
        # A sign alone is no words: it would empty every text.
        if plain_text(one):
            before, after = (rf"(?<!{_WORD})" if one[0].isalnum() else "", rf"(?!{_WORD})" if one[-1].isalnum() else "")
            stretch = r"\s+".join(map(re.escape, one.split()))
            yield from ((found.start(), found.end()) for found in re.finditer(f"(?i:{before}{stretch}{after})", text))


def _places(text: str, pieces: Sequence[Stretch], names_in: Callable[[str], Collection[str]]) -> Iterator[Stretch]:
    """Where the reporter is named: halved until what is left is short enough to look at every stretch of it."""
    if not pieces or not names_in(text[pieces[0][0] : pieces[-1][1]]):
        return
    if len(pieces) > 2 * _MOST_PIECES:
        half = len(pieces) // 2
        yield from _places(text, pieces[: half + _MOST_PIECES // 2], names_in)
        yield from _places(text, pieces[half - _MOST_PIECES // 2 :], names_in)
        return
    named: dict[tuple[int, int], Collection[str]] = {}
    for length in range(1, _MOST_PIECES + 1):
        for first in range(len(pieces) - length + 1):
            last = first + length
            start, end = pieces[first][0], pieces[last - 1][1]
            found = named[first, last] = names_in(text[start:end])
            # A mark that no shorter stretch has is here, from its first word to its last.
            if set(found).difference(named.get((first + 1, last), ()), named.get((first, last - 1), ())):
                yield start, end


def _pieces(text: str) -> Iterator[Stretch]:
    """What stands between spaces, without the signs around it."""
    for one in _PIECE.finditer(text):
        inside = one[0].strip(".,;:!?()[]<>\"'‘’“”")
        if inside:
            start = one.start() + one[0].index(inside)
            yield start, start + len(inside)


def _joined(text: str, places: Sequence[Stretch]) -> list[Stretch]:
    """Places that lie over or right beside each other, as one."""
    found: list[Stretch] = []
    for start, end in places:
        if found and not text[found[-1][1] : start].strip():
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found
