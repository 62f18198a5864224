"""Reading a municipality's file value by value: what does not fit is noted in Dutch, and reading goes on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""What a code may look like: it stands in messages, in tasks and in the register."""
MOST_TEXT = 2000


class Table:
    """One table of the file. Every value that is asked for is taken; what is left is not known (`finish`)."""

    def __init__(self, values: Any, problems: list[str], where: str = "") -> None:
        self._problems = problems
        self._where = where
        self._asked: set[str] = set()
        self._values: Mapping[str, Any] = values if isinstance(values, Mapping) else {}
        if values is not self._values:
            self.wrong("", "moet een tabel zijn")

    def wrong(self, key: str, what: str) -> None:
        where = ".".join(one for one in (self._where, key) if one)
        self._problems.append(f"{where}: {what}" if where else what)

    def _take(self, key: str) -> Any:
        self._asked.add(key)
        if key not in self._values:
            self.wrong(key, "ontbreekt")
        return self._values.get(key)

    def text(self, key: str, *, empty: bool = False) -> str:
        """A text of one line or more; `empty`: it may still have to be filled in."""
        value = self._take(key)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > MOST_TEXT:
            self.wrong(key, f"moet een tekst zijn van ten hoogste {MOST_TEXT} tekens")
            return ""
        if not empty and not value.strip():
            self.wrong(key, "mag niet leeg zijn")
        return value.strip()

    def code(self, key: str) -> str:
        value = self.text(key)
        if value and not CODE.fullmatch(value):
            self.wrong(key, f"{value!r} moet uit kleine letters, cijfers en streepjes bestaan")
        return value

    def number(self, key: str, least: int, most: int) -> int:
        value = self._take(key)
        if value is None:
            return least
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.wrong(key, f"moet een geheel getal zijn van {least} tot en met {most}")
            return least
        return value

    def day(self, key: str) -> date:
        value = self._take(key)
        if value is None:
            return date.min
        if not isinstance(value, date) or isinstance(value, datetime):
            self.wrong(key, "moet een datum zijn, zoals 2025-02-28")
            return date.min
        return value

    def flag(self, key: str) -> bool:
        """True or false; false when it is not there."""
        self._asked.add(key)
        value = self._values.get(key, False)
        if not isinstance(value, bool):
            self.wrong(key, "moet true of false zijn")
            return False
        return value

    def one_of(self, key: str, choices: Mapping[str, str]) -> str:
        """What one of the Dutch words in `choices` stands for."""
        value = self._take(key)
        if isinstance(value, str) and value in choices:
            return choices[value]
        if value is not None:
            self.wrong(key, f"moet {' of '.join(choices)} zijn")
        return next(iter(choices.values()))

    def texts(self, key: str, *, required: bool = True) -> tuple[str, ...]:
        """A list of texts; empty when it is not there and not required."""
        if not required and key not in self._values:
            return ()
        value = self._take(key)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value) or not value:
            if value is not None:
                self.wrong(key, "moet een lijst van teksten zijn")
            return ()
        return tuple(value)

    def named(self, key: str) -> dict[str, str]:
        """A table of names by their codes."""
        table = self.table(key)
        found = {code: table.text(code) for code in table.keys}
        for code in found:
            if not CODE.fullmatch(code):
                table.wrong(code, "moet uit kleine letters, cijfers en streepjes bestaan")
        return found

    def table(self, key: str) -> Table:
        value = self._take(key)
        return Table({} if value is None else value, self._problems, f"{self._where}.{key}".strip("."))

    def tables(self, key: str) -> list[Table]:
        """The tables of `[[key]]`."""
        value = self._take(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(key, f"moet uit tabellen [[{key}]] bestaan")
            return []
        return [Table(one, self._problems, f"{key}[{place}]") for place, one in enumerate(value, 1)]

    @property
    def keys(self) -> Sequence[str]:
        return list(self._values)

    def finish(self) -> None:
        """Note what nobody asked for."""
        for key in self._values:
            if key not in self._asked:
                self.wrong(key, "is onbekend")
