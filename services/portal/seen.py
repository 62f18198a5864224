"""What a page shows, as values: the work list, a dossier, and what was wrong with what somebody sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from services.portal.forms import InSignal
from services.portal.words import WORDS
from shared.errors import Conflict
from shared.protocol.model import State


@dataclass
class Mine:
    """The work list of somebody. `silent`: services that did not answer, so that something may be missing."""

    signals: list[dict[str, Any]] = field(default_factory=list)
    duties: list[dict[str, Any]] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)


@dataclass
class Opened:
    """What somebody sees of a signal or a duty. `open`: what open-decisions answers; `decisions`: what was decided."""

    holder: str
    number: str
    view: dict[str, Any]
    open: dict[str, Any]
    decisions: list[dict[str, Any]]

    @property
    def known(self) -> InSignal:
        """What of it can be named in a form; a person goes by the name that stands in the file."""
        return InSignal(
            {code: _called(code, one, "name") for code, one in self.view.get("subjects", {}).items()},
            {code: _called(code, one, "address", "description") for code, one in self.view.get("objects", {}).items()},
            {one: self._item(one) for one in self.open["shareable"]},
            self.along(self.open["shareable"]),
        )

    def along(self, items: Iterable[str]) -> dict[str, dict[str, str]]:
        """What of whom and what these items concern can go along without the rest, as it stands in the file."""
        concerned = dict.fromkeys(code for item in items for code in self.open["concerns"].get(item, ()))
        return {code: self._parts_of(code) for code in concerned}

    def _parts_of(self, code: str) -> dict[str, str]:
        one = self.view.get("subjects", {}).get(code)
        if one is None:
            thing = self.view.get("objects", {}).get(code) or {}
            return {code: next((thing[name] for name in ("address", "description") if thing.get(name)), code)}
        known = {name: one[name] for name in self.open["personFields"] if one.get(name)}
        return {f"{code}.{name}": f"{WORDS.get(name, name)}: {value}" for name, value in known.items()} or {code: code}

    @property
    def names(self) -> dict[str, str]:
        """What everything in the file is called, by its code."""
        return {one: self._item(one) for one in ("report", *self.view.get("items", {}))}

    def _item(self, name: str) -> str:
        if name == "report":
            return "de melding"
        finding = str((self.view.get("items", {}).get(name) or {}).get("finding") or "")
        return f"{name} – {shortened(finding)}" if finding else name

    def decision(self, key: str) -> dict[str, Any]:
        return _one(self.open["decisions"], "key", key)

    def record(self, category: str) -> dict[str, Any]:
        return _one(self.open["records"], "category", category)

    @property
    def next(self) -> dict[str, Any] | None:
        """The next question that the protocol asks: the first that can be answered and that leads on; else the first."""
        able = [one for one in self.open["decisions"] if one["canBeTaken"]]
        leading = [one for one in able if any(self._leads_on(outcome) for outcome in one["outcomes"])]
        return next(iter((*leading, *able)), None)

    def _leads_on(self, outcome: dict[str, Any]) -> bool:
        return outcome["leadsTo"] not in (self.open["state"], State.ENDED)

    @property
    def withdrawable(self) -> list[dict[str, Any]]:
        return [one for one in self.open["actions"] if one["name"] == "withdraw"]


@dataclass(frozen=True)
class Trouble:
    """Why nothing was done: words for the top, and per field what is wrong with it."""

    words: str
    faults: tuple[tuple[str, str], ...] = ()
    special: bool = False
    """The words seem to hold special data: on which ground has to be said."""

    def in_order(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """The faults as the page has the fields, what is about none of them first."""
        places = {name: place for place, name in enumerate(names)}
        return sorted(self.faults, key=lambda one: places.get(one[0], -1))

    def of(self, name: str) -> list[str]:
        return [reason for field_name, reason in self.faults if field_name == name]


def shortened(text: str, most: int = 80) -> str:
    """Its beginning, to whole words."""
    return text if len(text) <= most else text[:most].rpartition(" ")[0] + " …"


def _called(code: str, one: dict[str, Any], *names: str) -> str:
    return f"{code} – {next((one[name] for name in names if one.get(name)), 'onbekend')}"


def _one(rows: Iterable[dict[str, Any]], name: str, value: str) -> dict[str, Any]:
    """Raises Conflict: it can no longer, or not yet, be decided or recorded."""
    for one in rows:
        if one[name] == value:
            return one
    raise Conflict(
        "Dit wordt bij dit dossier nu niet gevraagd: er is intussen iets anders besloten, of het is al gebeurd."
    )


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
