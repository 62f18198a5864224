"""A text without its reporter: without the words that point at him, and without the marks (names.py) by which it shows him."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from shared.words.folding import BREAK, PUT_FOR, plain_text, unbroken
from shared.words.names import PARTICLES, marks_at

REPORTER_LEFT_OUT = "[weggelaten: verwijst naar de melder]"
Stretch = tuple[int, int]
_WORD = r"[^\W_]"
_PIECE = re.compile(rf"(?:[^\W\d_]{BREAK}|\S)+")
"""What stands between spaces; a word that is broken off at the end of a line is one."""
_SIGNS_AROUND = ".,;:!?()[]<>\"'‘’“”"
_LETTER = {"m": "|rn", "w": "|vv", "y": "|[i1]j"}
"""What is read as one letter."""
_MOST_BESIDE = 6
"""So many pieces of a name are looked at beside another one of it."""
_NO_SIGNS = {one: letters for one, letters in PUT_FOR.items() if one.isdigit()}
_NO_LETTER = rf"(?:[^\w{re.escape(''.join(one for one in PUT_FOR if not one.isdigit()))}]|_)*"
"""What stands between letters when a sign can be one."""


# --- without him --------------------------------------------------------------------------------------


def without_reporter(text: str, pointing: Collection[str], his: Callable[[Collection[str]], Mapping[str, bool]]) -> str:
    """`text` with REPORTER_LEFT_OUT for every stretch of `pointing`, and wherever a mark shows him.

    `his`: of marks those of the reporter, and of each whether it is that of a person of the signal too: that one shows
    him only behind or before another name of his (`Greet Anna Wilgenburg`). What is spelt otherwise than these look for
    may still show him: that is for the caller to read.
    """
    gone = [(one.start(), one.end()) for one in re.finditer(re.escape(REPORTER_LEFT_OUT), text)]
    # Of the same length, so that every place stays where it is.
    bare = text.replace(REPORTER_LEFT_OUT, " " * len(REPORTER_LEFT_OUT))
    found = sorted({*gone, *_stretches(bare, pointing), *_places(bare, his)})
    for start, end in reversed(_joined(text, found)):
        text = text[:start] + REPORTER_LEFT_OUT + text[end:]
    return text


def stands_in(stretch: str, text: str) -> bool:
    """Whether `text` has these words after each other, as `without_reporter` finds them."""
    return any(True for _ in _stretches(text, (stretch,)))


def _stretches(text: str, pointing: Collection[str]) -> Iterator[Stretch]:
    for one in map(str.strip, pointing):
        # A sign alone is no words: it would empty every text.
        if plain_text(one):
            before, after = (rf"(?<!{_WORD})" if one[0].isalnum() else "", rf"(?!{_WORD})" if one[-1].isalnum() else "")
            stretch = r"\s+".join(map(re.escape, one.split()))
            yield from ((found.start(), found.end()) for found in re.finditer(f"(?i:{before}{stretch}{after})", text))


def _places(text: str, his: Callable[[Collection[str]], Mapping[str, bool]]) -> Iterator[Stretch]:
    """Where the reporter is named. The marks of a text are made once, and looked up together."""
    pieces = [(one.start(), one[0]) for one in _PIECE.finditer(text)]
    words = [piece for _, piece in pieces]
    marks = list(marks_at(words))
    known = his({mark for mark, _, _ in marks})
    shared = {place for mark, first, last in marks if known.get(mark) for place in (first, last)}
    for first, last in {(first, last) for mark, first, last in marks if known.get(mark) is False}:
        begin, end = _name_around(words, first, last, shared)
        (start, piece), (from_, behind) = pieces[begin], pieces[end]
        yield start + _sign_before(piece), from_ + len(behind.rstrip(_SIGNS_AROUND) or behind)


def _name_around(words: Sequence[str], first: int, last: int, shared: Collection[int]) -> Stretch:
    """The names directly beside a stretch that is his, up to one that he shares with somebody."""
    begin, end = first, last
    for place in range(last + 1, min(last + 1 + _MOST_BESIDE, len(words))):
        if not _goes_on(words[place - 1], words[place]):
            break
        end = place if place in shared else end
    for place in range(first - 1, max(first - 1 - _MOST_BESIDE, -1), -1):
        if not _goes_on(words[place], words[place + 1]) or not _is_name(words[place]):
            break
        begin = place if place in shared else begin
    return begin, end


def _goes_on(one: str, following: str) -> bool:
    """Whether two pieces can be of one name: no sign between them, and the second a name or what stands in one."""
    return one[-1] not in ",;:!?)" and not (one.endswith(".") and len(one) > len("A.")) and _is_name(following)


def _is_name(piece: str) -> bool:
    bare = piece.strip(_SIGNS_AROUND)
    return bool(bare) and (bare[0].isupper() or bare.casefold() in PARTICLES)


def _sign_before(piece: str) -> int:
    inside = piece.lstrip(_SIGNS_AROUND)
    return len(piece) - len(inside) if inside else 0


def _joined(text: str, places: Sequence[Stretch]) -> list[Stretch]:
    """Places that lie over or right beside each other, as one."""
    found: list[Stretch] = []
    for start, end in places:
        if found and not text[found[-1][1] : start].strip():
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


# --- words that point at him, as a reader sees them ---------------------------------------------------


def looks_like_it(stretch: str) -> Callable[[str], bool]:
    """Whether a reader finds these words in a text: in letters that look like these, with other signs or spaces
    between them, or with a letter behind a number or a number behind a word (`12a`). Other words for the same are not
    seen."""
    letters = plain_text(stretch).replace(" ", "")
    if not letters:
        return lambda _: False
    before, after = (r"\d" if one.isdigit() else r"[^\W\d_]" for one in (letters[0], letters[-1]))
    # Once with signs as what stands between letters, and once as letters: each is only one of both.
    patterns = [
        re.compile(
            rf"(?<!{before}){between.join(_read_as(one, as_letter) for one in letters)}(?!{after})", re.IGNORECASE
        )
        for as_letter, between in ((_NO_SIGNS, r"[\W_]*"), (PUT_FOR, _NO_LETTER))
    ]

    def found(text: str) -> bool:
        read = [unbroken(part) for part in text.split(REPORTER_LEFT_OUT)]
        return any(one.search(part) for one in patterns for part in read)

    return found


def _read_as(letter: str, signs: Mapping[str, str]) -> str:
    """What stands there when a reader reads `letter`."""
    alike = {one for one, letters in PUT_FOR.items() if one in signs and letter in letters}
    alike |= {one for one in PUT_FOR.get(letter, "") if letter.isdigit()} | (set("il") if letter in "il" else set())
    letters = _LETTER.get(letter, "").replace("1", "".join(one for one in signs if "i" in signs[one]))
    return f"(?:[{re.escape(''.join(sorted({letter, *alike})))}]{letters})"
