"""A KvK number: eight digits, however they are written."""

from __future__ import annotations

import re

from shared.words.folding import fold

RULE = "Een KvK-nummer is hetzelfde als de acht cijfers gelijk zijn; punten en spaties tellen niet, en een nul vooraan mag ontbreken."
DIGITS = 8
_LEAST = 7
"""The first numbers begin with a zero, which a table that takes them for numbers leaves out."""
_NUMBER = re.compile(r"^(?:kvk|k\.v\.k\.)?[\s:.nr-]*([0-9][0-9 .]*[0-9])$", re.IGNORECASE)


def company_number(text: str) -> str | None:
    """The eight digits of a KvK number; None for what is none."""
    found = _NUMBER.match(fold(text).strip())
    digits = re.sub(r"\D", "", found[1]) if found else ""
    return digits.zfill(DIGITS) if _LEAST <= len(digits) <= DIGITS and digits.strip("0") else None
