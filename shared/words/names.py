"""The marks of a name, and the marks that a text has. A text names somebody when it has one of the marks of his name.

wilgenroos    this word, however it is written
^roos         this word with a capital: the name is an ordinary word too, or hardly a word
jan bos       these words after each other, however they are written; `j bos` with an initial
@… and #…     an address for e-mail, the last digits of a telephone number
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise, permutations
from pathlib import Path

from shared.words.folding import Chunk, Word, chunks, fold, key

PARTICLES = frozenset(
    [
        "van",
        "de",
        "der",
        "den",
        "het",
        "ten",
        "ter",
        "te",
        "tot",
        "thoe",
        "op",
        "in",
        "aan",
        "bij",
        "onder",
        "over",
        "uit",
        "voor",
        "vd",
        "vdr",
        "la",
        "le",
        "les",
        "du",
        "des",
        "di",
        "da",
        "do",
        "dos",
        "del",
        "della",
        "el",
        "al",
        "bin",
        "ben",
        "ibn",
        "ould",
        "von",
        "zu",
        "zum",
        "zur",
        "und",
    ]
)
"""What stands between the parts of a name (tussenvoegsels): it names nobody, and is read over."""
SAID_BESIDE = frozenset(
    map(
        key,
        [
            "dhr",
            "heer",
            "meneer",
            "mijnheer",
            "mevr",
            "mevrouw",
            "mw",
            "juffrouw",
            "fam",
            "familie",
            "dr",
            "drs",
            "ir",
            "ing",
            "mr",
            "prof",
            "ds",
            "jr",
            "sr",
            "junior",
            "senior",
            "alias",
            "genaamd",
            "bijnaam",
            "man",
            "vrouw",
            "jongen",
            "meisje",
            "eigenaar",
            "eigenares",
            "bewoner",
            "bewoonster",
            "huurder",
            "verhuurder",
            "buurvrouw",
            "zoon",
            "dochter",
            "vader",
            "moeder",
            "broer",
            "zus",
            "echtgenoot",
            "echtgenote",
            "onbekende",
            "naam",
            "nn",
        ],
    )
)
"""What a report can call somebody besides his name."""
_OURS = frozenset({"LOT", "BAG"})
"""Abbreviations of the protocol that are, in small letters, a name too."""
_LONG = 4
"""Letters from which a word is a name also without the `s` behind it, and joined ones are looked for."""
_TWO_AS_ONE = 8
"""Letters from which two words beside each other are a name that was broken: `Wilgen roos`."""
_ADDRESS = re.compile(r"(?<![^\s@<>(),;:])[^\s@<>(),;:]++@[^\s@<>(),;:]+[^\s@<>(),;:.]")
_DIGITS = re.compile(r"\d(?:[ ./()-]{0,2}\d)+")
_PHONE = 9
"""Digits of a number within the Netherlands, without the first zero."""
_MOST_PIECES = 7
"""Over so many a telephone number is spread: `+31 6 12 34 56 78`."""
Mark = tuple[str, int, int]
"""A mark, with the first and the last place that has it."""


@cache
def _ordinary() -> frozenset[str]:
    lines = (Path(__file__).parent / "ordinary.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(key(one) for line in lines if not line.startswith("#") for one in line.split())


# --- of a name ----------------------------------------------------------------------------------------


def marks_of(name: str) -> frozenset[str]:
    """The marks of a person: first names, last name, both in either order, and initials with the last name."""
    return frozenset(mark for spelling in _spellings(name) for mark in _of_person(spelling))


def words_of_name(name: str) -> list[str]:
    """The words of a name as it is written, that are more than one letter and not read over."""
    found = (one for one in re.findall(r"[^\W_]+", name) if len(one) > 1)
    return [one for one in dict.fromkeys(found) if key(one) not in PARTICLES and key(one) not in SAID_BESIDE]


def marks_of_organisation(name: str) -> frozenset[str]:
    """The marks of an organisation: its words after each other; one by one they are too ordinary."""
    parts, _ = _parts(name)
    if len(parts) < 2:
        return frozenset(map(_alone, parts))
    return frozenset({" ".join(parts[:3]), " ".join(parts[-3:]), "".join(parts)})


def marks_of_contact(email: str | None, phone: str | None) -> frozenset[str]:
    """The marks of an address for e-mail and of a telephone number."""
    return frozenset((*_addresses(email or ""), *_numbers(phone or "")))


def _spellings(name: str) -> Iterable[str]:
    """The name, and with `ue` for `ü`, as who has no such key writes it."""
    return {name, re.sub("[äöüÄÖÜ]", lambda found: found[0] + "e", name), name.replace("å", "aa")}


def _of_person(name: str) -> Iterator[str]:
    parts, initials = _parts(name)
    yield from map(_alone, parts)
    yield from map(" ".join, permutations(parts, 2))
    yield from (one for one in map("".join, permutations(parts, 2)) if len(one) > _LONG)
    # Which is the last name, `P. Jansen` and `Jansen, P.` say differently: every part may be.
    for last in parts:
        letters = [one[0] for one in parts if one != last]
        firsts = {*initials, *letters, "".join(initials), "".join(letters)} - {""}
        for first in firsts:
            yield from (f"{first} {last}", f"{last} {first}")
            if len(last) >= _LONG:
                yield first + last
    between = [one for one in _words(name) if one in PARTICLES]
    if between and parts:
        # Van den Berg as Vandenberg, vdBerg and JanvandenBerg.
        whole = "".join(between) + parts[-1]
        yield from map(_alone, (whole, parts[0] + whole, "".join(one[0] for one in between) + parts[-1]))


def _alone(part: str) -> str:
    return f"^{part}" if len(part) < 3 or part in _ordinary() else part


def _parts(name: str) -> tuple[list[str], list[str]]:
    """The words of a name that are more than one letter, and its initials."""
    found = [one for one in dict.fromkeys(_words(name)) if one not in PARTICLES and one not in SAID_BESIDE]
    return [one for one in found if len(one) > 1], [one for one in found if len(one) == 1]


def _words(name: str) -> list[str]:
    # `'t` is no initial.
    return [key(one) for one in re.findall(r"[^\W_]+", re.sub(r"['’‘`]t\b", " ", fold(name)))]


# --- in a text ----------------------------------------------------------------------------------------


def marks_in(text: str) -> frozenset[str]:
    """Every mark that `text` has, whoever it may belong to."""
    words = (mark for mark, _, _ in _in_words(list(enumerate(chunks(text)))))
    return frozenset((*words, *_addresses(text), *_numbers(text)))


def marks_at(pieces: Sequence[str]) -> Iterator[Mark]:
    """The marks of what stands between the spaces of a text, each with the first and the last piece that has it; what is
    spelt out over more than one is not among them. Every piece is read once."""
    read = {piece: chunks(piece) for piece in dict.fromkeys(pieces)}
    yield from _in_words([(place, one) for place, piece in enumerate(pieces) for one in read[piece]])
    for place, piece in enumerate(pieces):
        yield from ((mark, place, place) for mark in _addresses(piece))
    yield from _numbers_at(pieces)


def _in_words(found: Sequence[tuple[int, Chunk]]) -> Iterator[Mark]:
    for place, chunk in found:
        for word in (*chunk.parts, *chunk.as_one):
            yield from ((mark, place, place) for mark in _of_word(word))
    # A first word and what comes after it; tussenvoegsels are read over.
    named = [one for one in found if not all(_is_particle(word) for word in one[1].parts)]
    rows = [[(place, word) for place, chunk in named for word in chunk.parts if not _is_particle(word)]]
    rows += [[first, second] for first, second in _across(named)]
    for row in rows:
        for (start, first), (end, second) in pairwise(row):
            yield from ((f"{one} {other}", start, end) for one in first.readings for other in second.readings)
            whole = key(first.text + second.text)
            if len(whole) >= _TWO_AS_ONE:
                yield whole, start, end
        for three in zip(row, row[1:], row[2:]):  # noqa: B905 - until the shortest
            yield " ".join(key(one.text) for _, one in three), three[0][0], three[-1][0]


def _across(found: Sequence[tuple[int, Chunk]]) -> Iterator[tuple[tuple[int, Word], tuple[int, Word]]]:
    """Words of two chunks beside each other, where one of them reads as one word: `J@n B0s`."""
    for (start, before), (end, after) in pairwise(found):
        for first in (*before.parts[-1:], *before.as_one):
            for second in (*after.parts[:1], *after.as_one):
                yield (start, first), (end, second)


def _numbers_at(pieces: Sequence[str]) -> Iterator[Mark]:
    """Of pieces beside each other that have digits, every stretch that is short enough for one number."""
    for first, piece in enumerate(pieces):
        if any(one.isdigit() for one in piece):
            for last in range(first, min(first + _MOST_PIECES, len(pieces))):
                if not any(one.isdigit() for one in pieces[last]):
                    break
                yield from ((mark, first, last) for mark in _numbers(" ".join(pieces[first : last + 1])))


def _is_particle(word: Word) -> bool:
    return len(word.text) > 1 and not word.readings.isdisjoint(PARTICLES)


def _of_word(word: Word) -> Iterator[str]:
    capital = word.capital and word.text not in _OURS
    for one in word.readings:
        yield one
        if capital:
            yield f"^{one}"
        # `Wilgenroos’ auto`, `Peters fiets`
        if one.endswith("s") and len(one) > _LONG:
            yield one[:-1]
        if capital and one.endswith("s"):
            yield f"^{one[:-1]}"


def _addresses(text: str) -> Iterator[str]:
    yield from (f"@{one.casefold()}" for one in _ADDRESS.findall(fold(text)))


def _numbers(text: str) -> Iterator[str]:
    for one in _DIGITS.findall(fold(text)):
        digits = re.sub(r"\D", "", one)
        if len(digits) >= _PHONE:
            yield f"#{digits[-_PHONE:]}"
