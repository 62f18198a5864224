"""What a page shows, as values: the work list, a dossier, and what was wrong with what somebody sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.portal.forms import InSignal
from shared.errors import Conflict
from shared.protocol.model import State
from shared.protocol.show import MONTHS


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
            {one["id"]: _meeting(one) for one in self.meetings if not one["closed"]},
        )

    @property
    def meetings(self) -> list[dict[str, Any]]:
        """Those with it on their agenda, the last first."""
        return list(self.open.get("meetings", ()))

    def decides(self, kind: str) -> dict[str, str]:
        """The meetings of `kind` that can decide on it now, by number with what they are called."""
        return {one["id"]: _meeting(one) for one in self.meetings if one["kind"] == kind and not one["decided"]}

    def _item(self, name: str) -> str:
        if name == "report":
            return "de melding"
        finding = str((self.view.get("items", {}).get(name) or {}).get("finding") or "")
        return f"{name} – {finding[:80]}" if finding else name

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


def _meeting(one: dict[str, Any]) -> str:
    held = date.fromisoformat(one["heldOn"])
    return f"{one['kind']} van {held.day} {MONTHS[held.month - 1]} {held.year}"


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
