"""What a receiver reads of what is shared with him."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Read:
    """What one receiver reads of what is shared with him; nothing is left out or added here.

    `share`: as the service gives it. `note`: of who composed a paper. `in_part`: of how many persons he gets only some
    fields; `concerned`: how many persons and objects of his items he does not get; `items_left`: how many other items.
    """

    share: dict[str, Any]
    items: list[dict[str, Any]]
    subjects: dict[str, dict[str, Any]]
    objects: dict[str, dict[str, Any]]
    items_left: int = 0
    concerned: int = 0
    in_part: int = 0
    note: str = ""
    meeting: str = ""

    @classmethod
    def of_share(cls, share: dict[str, Any]) -> Read:
        return cls(
            share,
            share.get("items", []),
            share.get("subjects", {}),
            share.get("objects", {}),
            share.get("left_out", 0),
            share.get("left_out_concerned", 0),
            share.get("concerned_in_part", 0),
        )

    @classmethod
    def of_paper(cls, paper: dict[str, Any]) -> Read:
        return cls(
            {},
            paper["items"],
            paper["subjects"],
            paper["objects"],
            concerned=paper["leftOut"],
            in_part=paper["inPart"],
            note=paper["note"] or "",
            meeting=paper["meeting"],
        )

    @property
    def left_out(self) -> list[str]:
        """What he does not get, in words."""
        found = []
        if self.items_left:
            found.append(
                "één gegeven uit hetzelfde dossier"
                if self.items_left == 1
                else f"{self.items_left} gegevens uit hetzelfde dossier"
            )
        if self.concerned:
            who = "één persoon of object" if self.concerned == 1 else f"{self.concerned} personen of objecten"
            found.append(f"naam en adres van {who} in de gegevens hierboven")
        if self.in_part:
            who = "één persoon" if self.in_part == 1 else f"{self.in_part} personen"
            found.append(f"een deel van wat bekend is van {who} hierboven")
        return found
