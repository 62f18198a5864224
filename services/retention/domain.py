"""Rules that are retention's alone: what a hold keeps, what goes in spite of it (R-9.15), and from when it is gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from shared.privileges import ARCHIVES, BY_NAME, SERVICES

PARTS = tuple(service.name for service in SERVICES if service.room)
"""Who has rows about a signal besides retention: whoever has a room."""
KEEPS_FOR_A_HOLD = ("oversight",)
"""Whose rows stay while a hold keeps a part of the signal: the words of its decisions, also of the hold."""
MOUNTS_OF_A_HOLD = (*ARCHIVES, *(str(BY_NAME[one].room) for one in KEEPS_FOR_A_HOLD))
"""Where keys stay meanwhile."""


class SealedItems(Protocol):
    """Of a sealed signal what these rules look at: its archived items, which of them a hold keeps, and whether the rest is gone."""

    dossier: list[dict[str, Any]] | None
    staying: list[str]
    reduced: bool


def parts_to_go(*, for_a_hold: bool) -> tuple[str, ...]:
    return tuple(one for one in PARTS if not for_a_hold or one not in KEEPS_FOR_A_HOLD)


def items_of(row: SealedItems) -> set[str]:
    return {str(one["item"]) for one in row.dossier or []}


def is_left_for_holds(row: SealedItems, held: set[str]) -> bool:
    """Whether nothing is left of it but what holds keep: there is nothing to list until one of them ends."""
    return row.reduced and bool(held) and items_of(row) <= held


def staying_mounts(row: SealedItems) -> set[str]:
    """Where keys stay after what goes has gone: the archives of held items, and the room of the words."""
    archives = {str(one["archive"]) for one in row.dossier or [] if one["item"] in row.staying}
    return archives | {str(BY_NAME[one].room) for one in KEEPS_FOR_A_HOLD} if row.staying else set()


def going(row: SealedItems) -> set[tuple[str, str]]:
    """The archive keys (mount, name) that go: all but those of items that a hold keeps, and of what shares one."""
    keys = {str(one["item"]): (str(one["archive"]), str(one["key"])) for one in row.dossier or []}
    return set(keys.values()) - {key for item, key in keys.items() if item in row.staying}


@dataclass(frozen=True)
class LastCopies:
    """From when what was destroyed on a day can be recovered by nobody, and what that is counted from."""

    compacted_by: date
    """On this day at the latest OpenBao's files hold the keys no more. Until then a copy of them could be made."""
    kept_days: int
    """For so many days such a copy is kept at most."""

    @property
    def unrecoverable_from(self) -> date:
        """The first day on which no copy is left: one that was made in the last hour of a day ends in that hour, and whoever
        destroys its key is late only a day after that."""
        return self.compacted_by + timedelta(days=self.kept_days + 2)


def last_copies(destroyed_on: date, *, compaction_days: int, kept_days: int) -> LastCopies:
    """Counted from the next compaction, not the last: until it comes the keys are in freed pages of the files."""
    return LastCopies(destroyed_on + timedelta(days=compaction_days), kept_days)


def is_late(compacted_on: date, today: date, compaction_days: int) -> bool:
    """Whether the last compaction is longer ago than is promised. One that is still to come is none."""
    return not compacted_on <= today <= compacted_on + timedelta(days=compaction_days)
