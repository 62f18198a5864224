"""Rules of assessment's own: working names, and reasons that name nobody."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

_COLOURS = ("amber", "blauw", "bruin", "geel", "grijs", "groen", "indigo", "oker", "paars", "rood", "wit", "zwart")
_BIRDS = (
    "buizerd",
    "ekster",
    "fuut",
    "gans",
    "ijsvogel",
    "kievit",
    "lepelaar",
    "merel",
    "reiger",
    "sperwer",
    "uil",
    "wulp",
)


def working_name(number: str) -> str:
    """A neutral name to talk about a signal, made from its number and so from nothing."""
    value = int(hashlib.sha256(number.encode()).hexdigest(), 16)
    return f"{_COLOURS[value % 12]} {_BIRDS[value // 12 % 12]}"


def names_somebody(words: str, names: Iterable[str]) -> bool:
    """Whether `words` contain the name of a person in the signal: he should be called S1, S2 … there.

    A whole name counts, and so does its last word when it is at least four letters long.
    """
    text = words.casefold()
    for name in names:
        whole = name.casefold().strip()
        parts = [whole, whole.split()[-1] if whole.split() else ""]
        for part in parts:
            if len(part) >= 4 and re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text):
                return True
    return False
