"""Where duties stand: dossiers, with the moments that bring each nearer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from services.rights.store import DutyMoment
from shared.engine.shelf import Shelf


@dataclass(frozen=True)
class Moments:
    """By when the person has to know, and why, in the order in which it became known."""

    known: tuple[DutyMoment, ...]


class DutyShelf(Shelf):
    own_rows: ClassVar = {"moments": (DutyMoment, "x.number = {number} ORDER BY x.noted_at")}

    def own(self, rows: Mapping[str, tuple[Any, ...]]) -> object:
        return Moments(rows["moments"])
