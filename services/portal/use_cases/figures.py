"""Charts over time as charts and tables. What is too small to tell comes without its number, so neither has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.portal.calls import Calls
from services.portal.sessions import Session
from services.portal.use_cases.answered import body_of

LEFT, STEP, BAR = 130, 104, 52
"""Where the first column begins, how far columns lie apart, how wide a bar is; in units of the picture."""
STRIP, HIGHEST, LOWEST = 80, 44, 4
"""How high the part of one row is, the highest bar in it, and one of the smallest count."""
HIDDEN = 14
"""How high a place is that says that a count is too small to tell."""
NAMES = {
    "defer": "uitgesteld",
    "continue": "uitstel verlengd",
    "destroyed": "vernietigd",
    "up-to-7": "tot en met 7 dagen",
    "up-to-30": "8 tot en met 30 dagen",
    "up-to-90": "31 tot en met 90 dagen",
    "longer": "langer dan 90 dagen",
}
TABLES = {
    "phases": (
        "Signalen die in een fase kwamen",
        "Per kwartaal, in elke fase hoeveel signalen daar voor het eerst kwamen.",
    ),
    "endings": (
        "Beëindigde signalen",
        "Per kwartaal, naar de fase waarin een signaal eindigde; fase 5 is een gesloten casus.",
    ),
    "waiting": ("Hoe lang signalen in een fase waren", "Van wie de fase verliet, in dagen sinds het daar kwam."),
    "deferrals": ("Uitgesteld informeren", "Per kwartaal, hoe vaak is uitgesteld en hoe vaak dat is verlengd."),
    "destructions": ("Vernietigde signalen", "Per kwartaal, hoeveel signalen zijn vernietigd."),
}


@dataclass(frozen=True)
class Bar:
    """`count` None: too small to tell."""

    x: int
    y: int
    height: int
    count: int | None


@dataclass(frozen=True)
class Strip:
    """One row of the table, as a row of bars on `base`."""

    name: str
    base: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Chart:
    """`says`: in words what the picture shows."""

    key: str
    title: str
    about: str
    says: str
    columns: tuple[str, ...]
    strips: tuple[Strip, ...]
    width: int
    height: int
    table: Mapping[str, Any]

    @property
    def places(self) -> list[tuple[int, str]]:
        """Under which place each column's name stands."""
        return [(LEFT + place * STEP + BAR // 2, name) for place, name in enumerate(self.columns)]


class Charts:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def charts(self, session: Session) -> tuple[int, int, list[Chart]]:
        """The smallest count that is told, how many decisions are in no figure as they are not believed, and the charts."""
        found = body_of(await self._calls.get(session, "oversight", "/v1/figures"))
        return found["smallest"], found["notBelieved"], [chart(key, found[key], found["smallest"]) for key in TABLES]


def called(code: str) -> str:
    """A row or a column in words: a phase, a quarter, or what has a name of its own."""
    if code.isdigit():
        return f"fase {code}"
    year, _, number = code.partition("-K")
    return f"{number}e kwartaal {year}" if number.isdigit() else NAMES.get(code, code)


def chart(key: str, table: Mapping[str, Any], smallest: int) -> Chart:
    """Pure. Its strips lie one under the other, each bar with its number, so that no colour has to be told apart."""
    title, about = TABLES[key]
    most = max((count for row in table["cells"] for count in row if count), default=1)
    strips = []
    for line, (name, row) in enumerate(zip(table["rows"], table["cells"], strict=True)):
        base = STRIP * line + HIGHEST + 24
        bars = []
        for place, count in enumerate(row):
            height = HIDDEN if count is None else max(LOWEST, round(HIGHEST * count / most)) if count else 0
            bars.append(Bar(LEFT + STEP * place, base - height, height, count))
        strips.append(Strip(called(name), base, tuple(bars)))
    columns = tuple(called(one) for one in table["columns"])
    width, height = LEFT + STEP * len(columns), STRIP * len(strips) + 24
    return Chart(key, title, about, _says(table, smallest), columns, tuple(strips), width, height, table)


def _says(table: Mapping[str, Any], smallest: int) -> str:
    known = [
        (count, name, column)
        for name, row in zip(table["rows"], table["cells"], strict=True)
        for column, count in zip(table["columns"], row, strict=True)
        if count
    ]
    left_out = any(count is None for row in table["cells"] for count in row)
    count, name, column = max(known, default=(0, "", ""), key=lambda one: one[0])
    high = (
        f"Het hoogste aantal is {count}: {called(name)}, {called(column)}."
        if known
        else "Er is geen aantal om te tonen."
    )
    return f"{high} Aantallen van 1 tot en met {smallest - 1} staan er niet in." if left_out else high
