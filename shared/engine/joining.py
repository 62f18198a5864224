"""Who joins a signal with others names those others; what is in a cluster already comes along whole."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from shared.engine.cluster import GivenMember
from shared.engine.show import Showing
from shared.errors import Elsewhere, NotBelieved, NotFound
from shared.identity import Person

_NOT_SEEN = 0
"""The version of what is not here, or not for him: no dossier has it."""


async def with_others(
    showing: Showing, person: Person, number: str, expected_version: int, others: Sequence[str]
) -> list[GivenMember]:
    """All that are to be named: the signal as he saw it, `others`, and those that bear the cluster of any of these, as far as
    they exist for him. What does not is named as he named it, so that joining says so."""
    named = {number: expected_version}
    clusters: set[str] = set()
    for one in (number, *others):
        version = _NOT_SEEN
        with suppress(NotFound, Elsewhere, NotBelieved):
            row = (await showing.parts.loader.load(one, by=person, opened=False)).dossier
            version = row.version
            clusters |= {row.cluster} if row.cluster else set()
        named.setdefault(one, version)
    for cluster in sorted(clusters):
        for row in await showing.members(cluster, person):
            named.setdefault(row.number, row.version)
    return [GivenMember(one, version) for one, version in named.items()]
