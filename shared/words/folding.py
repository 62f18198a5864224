"""Text as it looks: without accents and hidden characters, look-alikes as the Latin letter that they look like.

Two spellings that a reader takes for the same name are the same here. Case is kept: whether a word begins with a
capital says whether `roos` is a flower.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice, product

from confusable_homoglyphs.confusables import confusables_data

_NOT_TAKEN_APART = str.maketrans(
    {"ı": "i", "ð": "d", "Ð": "D", "ß": "ss", "ẞ": "SS", "þ": "th", "Þ": "TH", "ÿ": "ij", "Ÿ": "IJ"}
)
"""Letters that Unicode does not take apart; and `ÿ`, which in Dutch is a way to write `ij`."""
_LATIN = re.compile(r"LATIN (?:(SMALL) |CAPITAL )?LETTER (?:SMALL CAPITAL )?([A-Z])(?: WITH .*)?$")
"""The name of a Latin letter in another shape: with a stroke, as a small capital, in a box."""
_HIDDEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""What nobody sees and Unicode calls a letter or a sign."""
PUT_FOR = {
    **{"0": "o", "1": "il", "|": "il", "!": "i", "3": "e", "€": "e", "4": "a", "@": "a", "5": "s", "$": "s"},
    **{"6": "g", "7": "t", "8": "b", "9": "g", "£": "l", "¡": "i", "®": "r", "©": "c"},
}
"""Digits and signs that are put for a letter, and the letters that each can be."""
_MARKS = "".join(one for one in PUT_FOR if not one.isdigit())
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_CHUNK = re.compile(r"\S+")
_PART = re.compile(r"[^\W_]+")
_SPELT_OUT = re.compile(r"(?<![^\W_])(?:[^\W_][\W_]+){3,}[^\W_](?![^\W_])")
"""`W i l g e n r o o s`, letter by letter."""
_NO_SIGN = re.compile(rf"[^\w{re.escape(''.join(PUT_FOR))}]|_")
BREAK = r"[-‐][^\S\n]*+\n\s*+(?=[^\W\d_])"
"""Behind a letter: where a word is broken off at the end of a line."""
_BROKEN_OFF = re.compile(rf"(?<=[^\W\d_]){BREAK}")
_UNSURE = re.compile(rf"[I{re.escape(''.join(PUT_FOR))}]|^l|[A-Z]l|l[A-Z]")
"""What can be another letter than it is."""
_MOST_READINGS = 16
_BESIDE_DIGITS = 4
"""Letters from which a word counts without the digits before or behind it: `wilgenroos85`, but not `O1`."""


@dataclass(frozen=True)
class Word:
    """How a word can be read, in small letters without accents; and whether it begins with a capital."""

    readings: frozenset[str]
    text: str

    @property
    def capital(self) -> bool:
        """A sign in the place of the first letter may be one."""
        return not self.text[0].islower()


@dataclass(frozen=True)
class Chunk:
    """What stands between two spaces: its `parts` between signs, and how it reads as one word (`W.i.l`, `W!l`)."""

    parts: tuple[Word, ...]
    as_one: tuple[Word, ...]


@cache
def _look_alike(char: str) -> str:
    """The Latin letters that `char` looks like (by its name, or Unicode's confusables, UTS 39); else itself."""
    if shape := _LATIN.search(unicodedata.name(char, "")):
        return shape[2].lower() if shape[1] else shape[2]
    for one in confusables_data.get(char, ()):
        latin: str = one["c"]
        if latin.isascii() and latin.isalnum():
            # A stroke can be an i, an l or a capital I: which, the name decides.
            return "1" if latin in ("l", "I") else latin.upper() if char.isupper() else latin
    return char


def fold(text: str) -> str:
    """`text` without accents and hidden characters; letters that look like Latin ones are those."""
    if text.isascii() and not _CONTROL.search(text):
        return text
    # An accent that stands by itself would become a space and an accent.
    kept = "".join(one for one in text if unicodedata.category(one) != "Sk" or one.isascii())
    shown = unicodedata.normalize("NFKC", kept).translate(_NOT_TAKEN_APART)
    return "".join(_plain(one) for one in unicodedata.normalize("NFKD", shown))


@cache
def _plain(char: str) -> str:
    kind = unicodedata.category(char)
    if char in _HIDDEN or kind in ("Cf", "Mn", "Me", "Lm", "Cn", "Co") or (kind == "Cc" and not char.isspace()):
        return ""
    if char.isascii():
        return char
    if kind == "Nd":
        return str(unicodedata.digit(char))
    # What it looks like can have an accent of its own.
    like = unicodedata.normalize("NFKD", _look_alike(char).translate(_NOT_TAKEN_APART))
    return "".join(one for one in like if not unicodedata.combining(one))


def key(text: str) -> str:
    """Folded `text` in small letters, with `ij` and `y` as one letter: Dykstra is Dijkstra."""
    return text.casefold().replace("ij", "y")


def unbroken(text: str) -> str:
    """Folded `text` with each word that was broken off as one."""
    return _BROKEN_OFF.sub("", fold(text))


def plain_words(text: str) -> frozenset[str]:
    """The words of `text` in small letters without accents, for who looks for words and not for names."""
    return frozenset(one.casefold() for one in _PART.findall(unbroken(text)))


def plain_text(text: str) -> str:
    """The words of `text` as `key` has them, with a space between them; empty when there is none."""
    return " ".join(map(key, _PART.findall(unbroken(text))))


def chunks(text: str) -> list[Chunk]:
    """The words of `text`, in their order; last what is spelt out in it, as the words that it gives."""
    whole = unbroken(text)
    spelt_out = (Chunk((), (_word("".join(_PART.findall(one))),)) for one in _SPELT_OUT.findall(whole))
    return [*filter(None, map(_chunk, _CHUNK.findall(whole))), *spelt_out]


def _chunk(text: str) -> Chunk | None:
    parts = _PART.findall(text)
    with_signs = _NO_SIGN.sub("", text)
    ones = ("".join(parts), with_signs, with_signs.strip(_MARKS))
    as_one = [one for one in dict.fromkeys(ones) if one and one not in parts]
    return Chunk(tuple(map(_word, parts)), tuple(map(_word, as_one))) if parts or as_one else None


def _word(text: str) -> Word:
    return Word(frozenset(_readings(text)), text)


def _readings(text: str) -> Iterator[str]:
    """How `text` can be read: as it stands, and with what looks like another letter as that letter."""
    found = [key(text)]
    if not text.isdigit() and _UNSURE.search(text):
        possible = (_letters(text, place) for place in range(len(text)))
        found += (key("".join(one)) for one in islice(product(*possible), _MOST_READINGS))
    without = text.strip("0123456789")
    if len(without) >= _BESIDE_DIGITS and without != text:
        found.append(key(without))
    for read in found:
        yield read
        if "rn" in read or "vv" in read:
            yield read.replace("rn", "m").replace("vv", "w")


def _letters(text: str, place: int) -> str:
    """The letters that the one at `place` can be; a capital I among small letters is an l too, a first l an i."""
    one = text[place]
    beside = text[max(place - 1, 0) : place] + text[place + 1 : place + 2]
    if one == "I" and not beside.isupper():
        return "il"
    if one == "l" and (place == 0 or any(letter.isupper() for letter in beside)):
        return "li"
    return PUT_FOR.get(one, one)
