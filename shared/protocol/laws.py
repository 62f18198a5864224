"""Which laws there are: every dated file of a municipality, by its version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from shared.protocol.law import law_of
from shared.protocol.loading import Unacceptable, read
from shared.protocol.model import Law

BUILT_IN = Path(__file__).parent / "municipalities"


class UnknownVersion(LookupError):
    """There is no file of this version of the protocol here."""


class NotInForce(LookupError):
    """No version of this municipality's protocol is in force on that day."""


class Laws:
    """The laws that are known here. `configured` is the version that this installation began with."""

    def __init__(self, laws: Iterable[Law], configured: str) -> None:
        self._laws: Mapping[str, Law] = {one.version: one for one in laws}
        self.configured = self.of(configured)

    @classmethod
    def read(cls, configured: str, folder: Path | None = None) -> Laws:
        """The files that come with the code and those in `folder`.

        Raises Unacceptable with everything that is wrong in them, UnknownVersion when `configured` is not there.
        """
        return cls(laws_in(BUILT_IN, *([folder] if folder else [])), configured)

    def of(self, version: str) -> Law:
        """The law of `version`, never another; raises UnknownVersion."""
        try:
            return self._laws[version]
        except KeyError:
            raise UnknownVersion(version) from None

    def in_force(self, today: date) -> Law:
        """The newest version of this municipality that is in force on `today`; raises NotInForce (art. 27)."""
        begun = [one for one in self.own if one.in_force_from <= today]
        if not begun:
            raise NotInForce(self.configured.municipality)
        return max(begun, key=lambda one: one.in_force_from)

    @property
    def own(self) -> tuple[Law, ...]:
        """Every version of this municipality's protocol that is known here."""
        return tuple(one for one in self._laws.values() if one.municipality == self.configured.municipality)

    @property
    def versions(self) -> tuple[str, ...]:
        return tuple(sorted(self._laws))


def laws_in(*folders: Path) -> list[Law]:
    """The laws of every file in `folders`; raises Unacceptable naming all that is wrong in all of them."""
    found: dict[str, Law] = {}
    problems: list[str] = []
    for file in (file for folder in folders for file in sorted(folder.glob("*.toml"))):
        try:
            law = law_of(read(file))
        except Unacceptable as problem:
            problems += problem.problems
            continue
        same_day = [
            one
            for one in found.values()
            if (one.municipality, one.in_force_from) == (law.municipality, law.in_force_from)
        ]
        if law.version in found:
            problems.append(f"{file}: versie {law.version} bestaat al")
        elif same_day:
            problems.append(f"{file}: treedt in werking op dezelfde dag als versie {same_day[0].version}")
        found[law.version] = law
    if problems:
        raise Unacceptable(problems)
    return list(found.values())
