"""What a runbook has one do, as it stands in its markdown: commands that a drill runs, and steps that are marked for people.

Under *See more* and under each step of *What to do* fenced code says what is run: `sh` (a shell, with the house in `MELDPUNT_HOME`), `sql`
(by who administers PostgreSQL; its first line says in which database) and `promql` (asked of Prometheus). Words in capitals that
stand in PLACEHOLDERS are what the reader fills in. A step that no machine takes begins with one of MARKS.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PEOPLE: Final = "For people."
CLUSTER: Final = "On a cluster."
MARKS = (PEOPLE, CLUSTER)
LANGUAGES = ("sh", "sql", "promql")
PLACEHOLDERS = ("SERVICE", "ADDRESSEE", "PART", "PROCESS", "ROW", "KID", "FOLDER", "ADDRESS", "LIST", "BACKUPS", "KEYS")
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_PLACE = re.compile(rf"\b({'|'.join(PLACEHOLDERS)})\b")
_DATABASE = re.compile(r"-- in (\w+)\n")


@dataclass(frozen=True)
class Command:
    """`language`: one of LANGUAGES; `text`: as it stands there."""

    language: str
    text: str

    @property
    def names(self) -> frozenset[str]:
        """What has to be filled in."""
        return frozenset(_PLACE.findall(self.text))

    def filled(self, names: Mapping[str, str]) -> Command:
        """Raises KeyError for what nobody gives."""
        return Command(self.language, _PLACE.sub(lambda found: names[found[1]], self.text))

    @property
    def database(self) -> str:
        """Of SQL: where it is run. Raises ValueError where it does not say."""
        if not (found := _DATABASE.match(self.text)):
            raise ValueError("the first line of SQL says in which database it is run: `-- in NAME`")
        return found[1]


@dataclass(frozen=True)
class Step:
    """`number`: under *What to do*; 0 for *See more*. `mark`: one of MARKS, or nothing."""

    number: int
    text: str
    mark: str
    commands: tuple[Command, ...]


def steps_of(file: Path) -> list[Step]:
    """In their order. Raises ValueError for code in another language, which nobody would run."""
    text = file.read_text(encoding="utf-8")
    more, do = (_chapter(text, one) for one in ("See more", "What to do"))
    items = re.split(r"^(?=\d+\. )", do, flags=re.MULTILINE)
    return [_step(0, more), *(_step(number, one) for number, one in enumerate(items[1:], 1))]


def _chapter(text: str, title: str) -> str:
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def _step(number: int, text: str) -> Step:
    said = re.sub(r"^\d+\. ", "", _FENCE.sub("", text)).strip()
    mark = next((one for one in MARKS if said.startswith(f"*{one}*")), "")
    return Step(number, said, mark, tuple(_commands(text)))


def _commands(text: str) -> Iterator[Command]:
    for indent, language, code in _FENCE.findall(text):
        if language not in LANGUAGES:
            raise ValueError(f"nobody runs {language or 'code without a language'}: there are {', '.join(LANGUAGES)}")
        lines = (one.removeprefix(indent) for one in code.splitlines())
        yield Command(language, "\n".join(lines).strip())
