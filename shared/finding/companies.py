"""A KvK number: eight digits, however they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.words.folding import fold

COMPANY_RULE = (
    "Een KvK-nummer is hetzelfde als de acht cijfers gelijk zijn; punten en spaties tellen niet, en een nul vooraan mag ontbreken. "
    "In wat is opgeschreven telt een nummer mee als er KvK voor staat."
)
DIGITS = 8
_IN_WORDS = re.compile(
    r"(?<![a-z])k\.?v\.?k\.?[^0-9a-z]{0,5}(?:nr|nummer|no)?[^0-9a-z]{0,5}([0-9][0-9 .]{5,10}[0-9])(?![0-9])",
    re.IGNORECASE,
)
"""In a text a number is one when it says so."""
_LEAST = 7
"""The first numbers begin with a zero, which a table that takes them for numbers leaves out."""
_NUMBER = re.compile(r"^(?:kvk|k\.v\.k\.)?[\s:.nr-]*([0-9][0-9 .]*[0-9])$", re.IGNORECASE)


def numbers_in(text: str) -> Iterator[str]:
    """The KvK numbers that a text calls so: `KvK 12345678`."""
    yield from filter(None, map(company_number, _IN_WORDS.findall(fold(text))))


def company_number(text: str) -> str | None:
    """The eight digits of a KvK number; None for what is none."""
    found = _NUMBER.match(fold(text).strip())
    digits = re.sub(r"\D", "", found[1]) if found else ""
    return digits.zfill(DIGITS) if _LEAST <= len(digits) <= DIGITS and digits.strip("0") else None
