"""The articles of the protocol with their leden and onderdelen, by hand: against this the bijsluiter is held."""

from __future__ import annotations

from string import ascii_lowercase

ARTICLES: dict[str, tuple[str, ...]] = {
    "begrippen": tuple(ascii_lowercase[:17]),
    "1": ("aanhef", "a", "b", "c", "d"),
    "2": ("",),
    "3": ("",),
    "4": ("",),
    "5": ("1", "2", "3"),
    "6": ("1",),
    "7": ("1", "2"),
    "8": ("1",),
    "9": ("1", "2", "3"),
    "10": ("1", "2", "3", "4", "5", "6", "7"),
    "fase 1": ("",),
    "11": ("1", "2", "3"),
    "12": ("1", "2", "3", "4", "5", "6", "7"),
    "13": ("1",),
    "fase 2": ("",),
    "14": ("1", "2", "3"),
    "15": ("1", "2", "3"),
    "16": ("1", "2"),
    "fase 3": ("stap 1", "stap 2", "stap 3", "stap 4", "stap 5"),
    "17": ("",),
    "18": ("1", "2"),
    "fase 4": ("",),
    "19": ("1",),
    "20": ("",),
    "21": ("1", "2", "3"),
    "22": ("",),
    "23": ("",),
    "24": ("",),
    "fase 5": ("",),
    "25": ("",),
    "26": ("1", "2", "3", "4", "5"),
    "27": ("",),
    "28": ("",),
    "bijlage 1": (
        *(f"fase 1, {number}" for number in range(1, 10)),
        "fase 2, 1",
        *(f"fase 3, {number}" for number in range(1, 7)),
        "overige fasen",
    ),
    "bijlage 2": ("",),
}
"""Article, introduction of a phase or annex, to its parts; `""` is the whole of one that has none."""

READINGS = range(1, 42)
"""The places where the text allows several readings, numbered as A-1 to A-41 in comments and decisions."""
