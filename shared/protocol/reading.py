"""Reading a municipality's file value by value: what does not fit is noted in Dutch, and reading goes on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

CODE = re.compile(r"(?=.{1,40}$)[a-z0-9]+(-[a-z0-9]+)*")
"""What a code may look like: it stands in messages, in tasks and in the register."""
KIND_OF_MEETING = re.compile(r"(?=.{1,40}$)[A-Za-z0-9]+([+-][A-Za-z0-9]+)*[+]?")
"""What a meeting is called, by people and machines alike."""
BARE = re.compile(r"[A-Za-z0-9_-]+")
"""A key that stands in the file without quotes."""
MOST_TEXT = 2000
MOST_NAME = 200
MARKUP = frozenset("#|;`*_~<>[]{}\\")
"""What a name cannot have in it: it would cut a table, a list or a heading of the printed protocol in two."""


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
        where = self._place(key)
        self._problems.append(f"{where}: {what}" if where else what)

    def at(self, key: str) -> Table:
        """The place of the table `key`, to say what is wrong in it."""
        return Table({}, self._problems, self._place(key))

    def _place(self, key: str) -> str:
        """Where `key` stands, written as in the file."""
        written = key if not key or BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)
        return ".".join(one for one in (self._where, written) if one)

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

    def name(self, key: str, *, empty: bool = False) -> str:
        """What people call something: one line that the printed protocol can show wherever it stands."""
        value = self.text(key, empty=empty)
        marks = " ".join(sorted(MARKUP & set(value)))
        if len(value.splitlines()) > 1:
            self.wrong(key, "moet op één regel staan")
        elif not value.isprintable():
            self.wrong(key, "bevat een teken dat niet kan worden afgedrukt")
        if marks:
            self.wrong(key, f"kan zo niet worden afgedrukt: zonder {marks}")
        if len(value) > MOST_NAME:
            self.wrong(key, f"is langer dan {MOST_NAME} tekens")
        return value

    def code(self, key: str) -> str:
        value = self.text(key)
        if value:
            self.is_code(key, value)
        return value

    def is_code(self, key: str, value: str) -> None:
        """Note it when `value` cannot be a code."""
        if not CODE.fullmatch(value):
            self.wrong(key, "moet uit ten hoogste 40 kleine letters, cijfers en streepjes bestaan")

    def number(self, key: str, least: int, most: int) -> int:
        value = self._take(key)
        if value is None:
            return least
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.wrong(key, f"moet een geheel getal zijn van {least} tot en met {most}")
            return least
        return value

    def numbers(self, key: str, least: int, most: int) -> tuple[int, ...]:
        """A list of whole numbers."""
        value = self._take(key)
        fits = isinstance(value, list) and all(
            isinstance(one, int) and not isinstance(one, bool) and least <= one <= most for one in value
        )
        if value is not None and not fits:
            self.wrong(key, f"moet een lijst van gehele getallen zijn van {least} tot en met {most}")
        return tuple(value) if fits and value else ()

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
        for code in table.keys:
            table.is_code(code, code)
        return {code: table.name(code) for code in table.keys}

    def table(self, key: str) -> Table:
        value = self._take(key)
        return Table({} if value is None else value, self._problems, self._place(key))

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
