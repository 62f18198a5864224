"""What is known of a signal when somebody decides: values, which conditions look at.

Nothing personal is in here: decisions by key and outcome, items by name and category, subjects as S1, S2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Taken:
    """A decision that counts. `on`: the day on which it was taken; `at`: when, where that is known; `by`: who recorded it."""

    key: str
    outcome: str
    about: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    on: date = date.min
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True)
class Item:
    """Something that was recorded, `on` that day. `about`: S1, O1 or `report`."""

    name: str
    category: str
    about: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    on: date = date.min
    corrects: str = ""
    """In whose place it stands."""


@dataclass(frozen=True)
class Meeting:
    """A meeting: `present` are the members who were there."""

    kind: str
    on: date
    present: tuple[str, ...]
    agenda: tuple[str, ...] = ()
    decided_before: bool = False
    """Whether it took an earlier decision on this signal: another one takes another meeting."""
    closed: bool = False
    """It is over."""


@dataclass(frozen=True)
class Notice:
    """What rights decided about informing one subject: `to-send`, `sent`, `deferred`, `not-due` or `open`.

    `weighed_at`: when a deferral was decided, or last looked at again.
    """

    state: str
    review_on: date | None = None
    weighed_at: datetime | None = None


@dataclass(frozen=True)
class Grant:
    """What was granted on `request`, of `kind`, about the person `subject`: `things`, items by their names, or he himself."""

    request: str
    kind: str
    subject: str
    things: tuple[str, ...]


def person_of(same: Mapping[str, str], code: str) -> str:
    """Who somebody is, by `same`: who was named twice, and who he is."""
    seen = {code}
    while (named := same.get(code)) and named not in seen:
        seen.add(code := named)
    return code


@dataclass(frozen=True)
class Facts:
    """`number`: of what is decided on, a signal or a list. `others`: what a decision can be about besides subjects,
    objects and items, e.g. the signals of a list.

    `superseded`: items that were corrected or withdrawn, or are about who was taken out: on the record, and neither
    shared nor weighed. `left_out`: who proved not to be concerned; his duty to inform stays."""

    today: date
    number: str = ""
    decisions: tuple[Taken, ...] = ()
    items: tuple[Item, ...] = ()
    subjects: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    meetings: Mapping[str, Meeting] = field(default_factory=dict)
    notices: Mapping[str, Notice] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    superseded: tuple[Item, ...] = ()
    left_out: tuple[str, ...] = ()
    quarantined: tuple[Item, ...] = ()
    """What departments found and nobody has judged: apart from `items`, so that nothing counts it."""
    closed_to: tuple[str, ...] = ()
    """Who stands back (standing_back.py), by user id."""
    heard: frozenset[str] = frozenset()
    """What the RIEC signed and nobody has taken over or answered yet: `answered`, `asked`."""
    before: frozenset[str] = frozenset()
    """The decisions that were taken on it before it came here, by their keys."""
    right_before: tuple[Taken, ...] = ()
    """What was put right by earlier holders, and whom they told of it, as it is known here: by codes."""
    same: Mapping[str, str] = field(default_factory=dict)
    """Who was named twice, and who he is."""
    restricted: Mapping[str, str] = field(default_factory=dict)
    """The persons and items that are only kept, each with the request for which it is so (restricting.py)."""
    granted: Mapping[str, Grant] = field(default_factory=dict)
    """By request what was granted and was not carried out yet (carrying_out.py)."""

    def person(self, code: str) -> str:
        """Who somebody is, when he was named twice; anything else is itself."""
        return person_of(self.same, code)

    def of(self, key: str) -> tuple[Taken, ...]:
        """The decisions `key`, the newest about each thing only: what is decided anew replaces what was."""
        return self._newest.get(key, ())

    @cached_property
    def _newest(self) -> Mapping[str, tuple[Taken, ...]]:
        """By key; a matrix asks for each of its cells."""
        newest: dict[str, dict[tuple[str, ...], Taken]] = {}
        for one in self.decisions:
            of = newest.setdefault(one.key, {})
            of.pop(one.about, None)
            of[one.about] = one
        return {key: tuple(of.values()) for key, of in newest.items()}

    def last(self, *keys: str) -> Taken | None:
        return next((one for one in reversed(self.decisions) if one.key in keys), None)

    def item(self, name: str) -> Item | None:
        return next((one for one in self.items if one.name == name), None)

    def of_category(self, category: str) -> tuple[Item, ...]:
        return tuple(one for one in self.items if one.category == category)

    @property
    def things(self) -> frozenset[str]:
        return frozenset((*(one.name for one in self.items), *self.subjects, *self.objects, *self.others))
