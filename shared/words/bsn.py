"""Citizen service numbers (burgerservicenummers) in a text: nine digits that pass the elfproef, however written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from stdnum.nl import bsn

LEFT_OUT = "[mogelijk burgerservicenummer weggelaten]"
_RUN = re.compile(r"\d+(?:(?:[\s./_':()*+-]{1,3}|,)\d+)*")
"""Digits that are read on. Not over a comma and a space: `kamers 101, 102, 103` is three numbers."""
_GROUP = re.compile(r"\d+")
_DATE = re.compile(
    r"(?<!\d)(?:(?:0?[1-9]|[12]\d|3[01])(?P<sign>[-./ ])(?:0?[1-9]|1[0-2])(?P=sign)(?:19|20)\d\d"
    r"|(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?!\d)"
)
_ABROAD = re.compile(r"(?:\+|(?<!\d)00)31(?:[ ./()-]{0,3}\d){9}(?!\d)")
"""A telephone number as it is dialled from abroad: what follows 31 has nine digits too."""
_AMOUNT = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{3})+,\d\d(?!\d)")
_MADE = re.compile(r"(?<![0-9A-Za-z])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})(?![0-9A-Za-z])")
"""A number that a program made: of a list, of a letter. One in some hundreds has nine digits that pass."""
_FOR_DIGITS = re.compile(r"(?<![^\W\d_])[oOlI]+(?=\d)|(?<=\d)[oOlI]+(?![^\W\d_])")
_DIGITS = str.maketrans("oOlI", "0011")
"""Letters that stand for a digit, beside one and beside no other letter."""
_LENGTH = 9


def has_bsn(text: str) -> bool:
    """Whether a number in `text` can be one. So can one in eleven of all numbers of nine digits, and every number of a
    legal person (RSIN): which it is, only who writes knows.
    """
    return next(_places(text), None) is not None


def without_bsn(text: str) -> str:
    """`text` with LEFT_OUT in the place of every number that can be one; everything else as it was."""
    for start, end in reversed(list(_places(text))):
        text = text[:start] + LEFT_OUT + text[end:]
    return text


def _places(text: str) -> Iterator[tuple[int, int]]:
    """Where each begins, and where what follows it begins."""
    seen = [(place, sign) for place, one in enumerate(text) for sign in _plain(one)]
    plain = "".join(sign for _, sign in seen)
    plain = _FOR_DIGITS.sub(lambda found: found[0].translate(_DIGITS), plain)
    # Set apart, so that a number beside it does not belong to it.
    for other in (_DATE, _ABROAD, _AMOUNT, _MADE):
        plain = other.sub(lambda found: "|" * len(found[0]), plain)
    for run in _RUN.finditer(plain):
        groups = [(run.start() + one.start(), one[0]) for one in _GROUP.finditer(run[0])]
        after = 0
        for number, (start, _) in enumerate(groups):
            end = _end(groups[number : number + _LENGTH]) if start >= after else None
            if end is not None:
                after = end
                yield seen[start][0], seen[end - 1][0] + 1


def _end(groups: list[tuple[int, str]]) -> int | None:
    """Where the number that begins with the first of `groups` ends; None when it is none."""
    number = ""
    for start, digits in groups:
        number += digits
        if len(number) >= _LENGTH:
            return start + len(digits) if len(number) == _LENGTH and bsn.is_valid(number) else None
    return None


def _plain(char: str) -> str:
    """One digit, sign or space as everybody writes it; nothing for what nobody sees."""
    if char.isascii():
        return char
    value = unicodedata.digit(char, None)
    if value is not None:
        return str(value)
    kind = unicodedata.category(char)
    if kind in ("Cf", "Mn", "Me"):
        return ""
    return " " if char.isspace() else "-" if kind[0] in "PS" else "x"
