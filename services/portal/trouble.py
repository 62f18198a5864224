"""What was wrong with what somebody sent, as a page says it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Trouble:
    """Why nothing was done: words for the top, and per field what is wrong with it."""

    words: str
    faults: tuple[tuple[str, str], ...] = ()
    overtaken: bool = False
    """It is not as it was, perhaps since somebody decided or recorded something in between: look again."""
    special: bool = False
    """The words seem to hold special data: on which ground has to be said."""
    again: str | None = None
    """The moment from which it may be asked again, where it was asked too often."""

    def in_order(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """The faults as the page has the fields, what is about none of them first."""
        places = {name: place for place, name in enumerate(names)}
        return sorted(self.faults, key=lambda one: places.get(one[0], -1))

    def at_the_fields(self, names: Iterable[str]) -> Trouble:
        """What is about a whole, as `about`, at the first field of it, as `about.0`."""
        known = list(names)

        def place(name: str) -> str:
            first = next((one for one in known if one.startswith(f"{name}.")), name)
            return name if name in known else first

        return replace(self, faults=tuple((place(name), reason) for name, reason in self.faults))

    def of(self, name: str) -> list[str]:
        return [reason for field_name, reason in self.faults if field_name == name]
