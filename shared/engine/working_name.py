"""What people call a signal among themselves: a name of nobody, for a list and in a meeting."""

from __future__ import annotations

import hashlib

_COLOURS = (
    *("blauwe", "bruine", "gele", "grijze", "groene", "okergele"),
    *("oranje", "paarse", "rode", "roze", "witte", "zwarte"),
)
"""As they stand before a bird: all of those are de-words."""
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
