"""Two services taken over together: what the pair can do is worked out anew from what their credentials were seen to permit.

`privileges.golden` holds what succeeded on real parts (`test_privileges.py`); the page in docs/ is made from the table.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest

from deploy.collusion import together
from shared.privileges import ARCHIVES, SERVICES

Mounts = dict[str, set[str]]
KEEPS_WHAT_HAS_ENDED = "SELECT retention.sealed_signal"


@pytest.fixture(scope="module")
def seen() -> dict[str, Mounts]:
    """By operation and service the mounts on which OpenBao let it; `keeps`: who reads the table of what has ended."""
    found: dict[str, Mounts] = defaultdict(lambda: defaultdict(set))
    for line in Path(__file__).with_name("privileges.golden").read_text().splitlines():
        part, service, rest = [*line.split(" ", 2), "", ""][:3]
        mount, _, operation = rest.partition(" ")
        if part == "openbao":
            found[operation][service].add(mount)
        elif part == "sql" and rest == KEEPS_WHAT_HAS_ENDED:
            found["keeps"][service].update(ARCHIVES)
    return found


def can(seen: dict[str, Mounts], *services: str) -> tuple[set[str], set[str]]:
    """The archives that these read together, and the mounts in which they destroy keys."""

    def any_of(operation: str) -> set[str]:
        return set().union(*(seen[operation][one] for one in services))

    return any_of("keeps") & any_of("decrypt"), any_of("lock") & any_of("allow deletion") & any_of("delete")


def test_every_pair_can_do_what_the_page_says_and_nothing_else(seen: dict[str, Mounts]) -> None:
    said = {one.services: one for one in together()}
    assert len(said) == len(SERVICES) * (len(SERVICES) - 1) // 2
    for pair in combinations([one.name for one in SERVICES], 2):
        reads, destroys = can(seen, *pair)
        one = said[pair]
        assert (reads, destroys) == (set(one.reads), set(one.destroys)), pair


def test_no_service_reads_an_archive_or_destroys_a_key_alone(seen: dict[str, Mounts]) -> None:
    for service in SERVICES:
        assert can(seen, service.name) == (set(), set()), service.name


def test_what_one_reads_in_its_room_and_its_letters_no_other_reads(seen: dict[str, Mounts]) -> None:
    """So a pair reads there what each of the two reads anyway."""
    readers: Mounts = defaultdict(set)
    for service, mounts in seen["decrypt"].items():
        for mount in mounts:
            readers[mount].add(service)
    assert {mount: sorted(who) for mount, who in readers.items() if len(who) > 1} == {}


def test_who_makes_hashes_keeps_none_and_who_keeps_them_makes_none() -> None:
    """Only both together find the signals of whoever they name, and the page says which pairs these are."""
    lines = Path(__file__).with_name("privileges.golden").read_text().splitlines()
    makes = {line.split()[1] for line in lines if line.endswith(" make the hash of a thing")}
    keeps = {line.split()[1] for line in lines if line.endswith(" SELECT retention.findable")}
    assert (len(makes), keeps) == (4, {"retention"})
    assert makes.isdisjoint(keeps)
    found = {frozenset(one.services) for one in together() if one.finds}
    assert found == {frozenset((one, "retention")) for one in makes}
