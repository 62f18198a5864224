"""A condition: what must be true before something can be decided or recorded, and what is missing while it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared.protocol.facts import Facts
from shared.protocol.faults import Fault


@dataclass(frozen=True)
class Case:
    """What a condition looks at: what is known, what the decision is about, what was filled in, and what things are
    called by people."""

    facts: Facts
    about: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def it(self) -> str:
        """The first thing that the decision is about."""
        return self.about[0] if self.about else ""

    def called(self, codes: Iterable[str]) -> str:
        """The names of `codes`, as they stand in a sentence."""
        return ", ".join(self.names.get(code, code) for code in codes)

    def day(self, name: str) -> date | None:
        """The date that was filled in as `name`."""
        try:
            return date.fromisoformat(str(self.fields.get(name)))
        except ValueError:
            return None


Missing = Callable[[Case], str | None]


@dataclass(frozen=True)
class Condition:
    """`says` in general, for the printed protocol; `missing` says what in this case is missing, or None: it holds."""

    key: str
    says: str
    article: str
    missing: Missing
    at: str | None = None
    """The field that it is about, where it is about one."""


def condition(article: str, says: str, at: str | None = None) -> Callable[[Missing], Condition]:
    """Makes a condition of the function below it, with its name as key."""

    def made(missing: Missing) -> Condition:
        return Condition(missing.__name__.replace("_", "-"), says, article, missing, at)

    return made


def unmet(needs: Iterable[Condition], case: Case, field: str) -> list[Fault]:
    """What is missing, for every condition of `needs` that does not hold in `case`."""
    found = ((one, one.missing(case)) for one in needs)
    return [Fault(one.at or field, words, one.article, one.key) for one, words in found if words is not None]
