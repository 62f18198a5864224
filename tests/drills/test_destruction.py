"""What the drill of a destruction calls wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from deploy.cluster.home import ClusterHome
from deploy.drills.destruction import Watch, wrong
from deploy.drills.probes import Probe

ONE, OTHER = "S-11111-11111", "S-22222-22222"


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({ONE: 1}, f"{OTHER} has no declaration"),
        ({ONE: 2, OTHER: 1}, f"{ONE} was declared 2 times"),
        ({ONE: 1, OTHER: 1, "S-33333-33333": 1}, "S-33333-33333 was declared, and was not to be destroyed"),
    ],
)
def test_each_has_exactly_one_declaration(declared: dict[str, int], said: str) -> None:
    assert wrong(declared, [ONE, OTHER]) == [said]
    assert wrong({ONE: 1, OTHER: 1}, [ONE, OTHER]) == []


class Some:
    """Keys of which some still open what they encrypted."""

    def __init__(self, *opening: Probe) -> None:
        self._opening = opening

    def open(self, probes: Any) -> list[Probe]:
        return [one for one in probes if one in self._opening]


def test_a_declaration_while_a_key_opens_is_seen(tmp_path: Path) -> None:
    gone, there = Probe("room-signal", "a", "x"), Probe("archive-signal", "b", "x")
    watch = Watch(ClusterHome(tmp_path), Some(there), {ONE: [gone], OTHER: [gone, there]})  # type: ignore[arg-type]
    watch.looked({ONE: 1})
    assert watch.faults == []
    watch.looked({ONE: 1, OTHER: 1})
    assert watch.faults == [f"{OTHER} was declared while archive-signal/b opens what it encrypted"]
