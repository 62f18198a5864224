"""What two services can do together that neither can alone, worked out from the privilege table for every pair.

A room and a letterbox are read by one service, so that a pair reads in them what each reads anyway. An archive is read
by who may decrypt there together with retention, where the ciphertext lies. A key is destroyed by who locks it and
allows it together with retention, which deletes. Hashes of things are made by some and kept by retention: who has both
finds whoever he can name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from shared.privileges import LETTERBOXES, SERVICES, Privileges


@dataclass(frozen=True)
class Together:
    """Two services, the archives that they read, the mounts in which they destroy keys, and whether they find the signals of
    whoever they name; neither without the other."""

    services: tuple[str, str]
    reads: tuple[str, ...]
    destroys: tuple[str, ...]
    finds: bool = False


def together(services: Sequence[Privileges] = SERVICES) -> list[Together]:
    """Every pair, in the order of the table; most can do nothing that one of them cannot."""
    return [_pair(one, other) for one, other in combinations(services, 2)]


def _pair(one: Privileges, other: Privileges) -> Together:
    reads: list[str] = []
    destroys: list[str] = []
    for hand, keeper in ((one, other), (other, one)):
        # Who destroys is who keeps what has ended.
        if keeper.destroys:
            reads += hand.reads_archives
            destroys += hand.released_mounts
    finds = any(hand.computes_hashes and keeper.destroys for hand, keeper in ((one, other), (other, one)))
    return Together((one.name, other.name), tuple(reads), tuple(destroys), finds)


def table() -> str:
    """As it stands in docs/privileges.md."""
    pairs = together()
    adding = [one for one in pairs if one.reads or one.destroys or one.finds]
    lines = [
        f"Of the {len(pairs)} pairs of services {len(pairs) - len(adding)} read and destroy together what each of them does"
        " alone, and nothing more. These do more:\n",
        "| taken over together | read besides | destroy besides the keys in | find the signals of whoever they name |",
        "|---|---|---|---|",
    ]
    for one in adding:
        boxes = [mount for mount in one.destroys if mount in LETTERBOXES]
        others = [mount for mount in one.destroys if mount not in LETTERBOXES]
        cells = (", ".join(one.reads) or "–", ", ".join((*others, *boxes)) or "–")
        lines.append(f"| {' and '.join(one.services)} | {cells[0]} | {cells[1]} | {'yes' if one.finds else '–'} |")
    return "\n".join(lines)
