"""A signal, a duty or a request as somebody sees it, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.portal.forms import InSignal
from services.portal.words import WORDS
from shared.errors import Conflict
from shared.numbers import is_request
from shared.protocol.show import MONTHS
from shared.protocol.states import PHASE_OF, PHASES, State


@dataclass(frozen=True)
class Happened:
    """Something that happened: a decision, or an item (name and what it says) that was recorded."""

    at: str
    decision: dict[str, Any] | None = None
    item: tuple[str, dict[str, Any]] | None = None


@dataclass(frozen=True)
class InBetween:
    """A decision, or a record of this category, that came in between. `by`: who wrote it down, with which `words`."""

    at: str
    by: str
    words: str
    decision: dict[str, Any] | None = None
    category: str = ""


@dataclass
class Opened:
    """What somebody sees of a signal or a duty. `open`: what open-decisions answers; `decisions`: what was decided; `roles`: his
    designations, where some of what is open can be for somebody without the file."""

    holder: str
    number: str
    view: dict[str, Any]
    open: dict[str, Any]
    decisions: list[dict[str, Any]]
    roles: frozenset[str] | None = None

    def is_for(self, decision: dict[str, Any]) -> bool:
        """What only somebody without the file decides is not offered to who has it."""
        return self.roles is None or bool(decision["meeting"]) or not self.roles.isdisjoint(decision["decidedBy"])

    @property
    def is_request(self) -> bool:
        """It is what somebody asks, and has no signal, nothing to share and nothing to join."""
        return is_request(self.number)

    @property
    def is_closed(self) -> bool:
        """Nothing of it is shown then."""
        return bool(self.open["state"] == State.CLOSED)

    @property
    def newest(self) -> str:
        """When the last of what is shown was recorded; empty where nothing is."""
        return max((str(one.get("recordedAt") or "") for one in self._items()), default="")

    def since(self, version: int, newest: str) -> list[InBetween]:
        """What came in between since somebody saw it at `version`, with `newest` as the last that was recorded."""
        found = [
            InBetween(one["takenAt"], one["recorder"], one.get("reason") or "", decision=one)
            for one in self.decisions
            if one["version"] > version
        ]
        found += [
            InBetween(one["recordedAt"], one["recordedBy"], one.get("finding") or "", category=one["category"])
            for one in self._items()
            if str(one.get("recordedAt") or "") > newest
        ]
        return sorted(found, key=lambda one: datetime.fromisoformat(one.at))

    def _items(self) -> Iterable[dict[str, Any]]:
        items = self.view.get("items", {})
        return items.values() if isinstance(items, dict) else ()

    @property
    def known(self) -> InSignal:
        """What of it can be named in a form; a person goes by the name that stands in the file."""
        return InSignal(
            {code: _called(code, one, "name") for code, one in self.view.get("subjects", {}).items()},
            {code: _called(code, one, "address", "description") for code, one in self.view.get("objects", {}).items()},
            {one: self._item(one) for one in self.open["shareable"]},
            {one["id"]: _meeting(one) for one in self.meetings if not one["closed"]},
            along=self.along(self.open["shareable"]),
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
    def items(self) -> dict[str, str]:
        """Every item by its number with what it says, also what can no longer be shared."""
        known = self.view.get("items")
        return {one: self._item(one) for one in known} if isinstance(known, dict) else {}

    def of_category(self, category: str) -> dict[str, str]:
        """The items of one category by their number with what each says."""
        known = self.view.get("items")
        rows = known.items() if isinstance(known, dict) else ()
        return {name: self._item(name) for name, one in rows if one.get("category") == category}

    @property
    def meetings(self) -> list[dict[str, Any]]:
        """Those with it on their agenda, the last first."""
        return list(self.open.get("meetings", ()))

    def decides(self, kind: str) -> dict[str, str]:
        """The meetings of `kind` that can decide on it now, by number with what they are called."""
        return {one["id"]: _meeting(one) for one in self.meetings if one["kind"] == kind and not one["decided"]}

    @property
    def names(self) -> dict[str, str]:
        """What everything in the file is called, by its code."""
        found = {one["item"]: f"{one['item']} – {shortened(one['what'])}" for one in self.view.get("found", ())}
        return {"report": self._item("report"), **self.items, **found}

    def _item(self, name: str) -> str:
        if name == "report":
            return "de melding"
        finding = str((self.view.get("items", {}).get(name) or {}).get("finding") or "")
        return f"{name} – {shortened(finding)}" if finding else name

    def action(self, name: str, about: str) -> dict[str, Any]:
        """`about`: the decision that it is about, empty where it is about none. Raises Conflict."""
        mine = [one for one in self.open["actions"] if (one["decision"] or "") == about]
        return _one(mine, "name", name)

    @property
    def deeds(self) -> list[dict[str, Any]]:
        """What can be done besides deciding and taking back a decision."""
        return [one for one in self.open["actions"] if one["name"] != "withdraw"]

    def decision(self, key: str) -> dict[str, Any]:
        return _one(self.open["decisions"], "key", key)

    def record(self, category: str) -> dict[str, Any]:
        return _one(self.open["records"], "category", category)

    @property
    def next(self) -> dict[str, Any] | None:
        """The next question that the protocol asks: the first that can be answered and that leads on; else the first."""
        able = [one for one in self.open["decisions"] if one["canBeTaken"] and self.is_for(one)]
        leading = [one for one in able if any(self._leads_on(outcome) for outcome in one["outcomes"])]
        return next(iter((*leading, *able)), None)

    def _leads_on(self, outcome: dict[str, Any]) -> bool:
        return outcome["leadsTo"] not in (self.open["state"], State.ENDED)

    @property
    def can_be_taken(self) -> list[dict[str, Any]]:
        """The decisions that can be taken, besides the next one."""
        able = [one for one in self.open["decisions"] if one["canBeTaken"] and self.is_for(one)]
        return [one for one in able if one is not self.next]

    @property
    def waits(self) -> list[dict[str, Any]]:
        """The decisions that cannot be taken yet."""
        return [one for one in self.open["decisions"] if not one["canBeTaken"] and self.is_for(one)]

    @property
    def phases(self) -> list[tuple[int, str, str]]:
        """Number, where the dossier is with respect to it (`past`, `now`, `ahead`), and since which moment it is or was
        there: that of the first decision that led there."""
        now = self.view.get("phase") or 0
        reached: dict[int, str] = {1: str(self.view.get("receivedOn", ""))} if now else {}
        for one in self.decisions:
            phase = PHASE_OF.get(State(one["state"])) if one["status"] == "taken" else None
            if phase:
                reached.setdefault(phase, one["takenAt"])
        where = {True: "past", False: "ahead"}
        return [(one, "now" if one == now else where[one < now], reached.get(one, "")) for one in PHASES if now]

    @property
    def timeline(self) -> list[Happened]:
        """What was decided and recorded, the newest first."""
        decided = [Happened(one["takenAt"], decision=one) for one in self.decisions]
        items = self.view.get("items") or {}
        recorded = [
            Happened(one["recordedAt"], item=(name, one)) for name, one in items.items() if one.get("recordedAt")
        ]
        return sorted((*decided, *recorded), key=lambda one: datetime.fromisoformat(one.at), reverse=True)

    @property
    def withdrawable(self) -> list[dict[str, Any]]:
        return [one for one in self.open["actions"] if one["name"] == "withdraw"]


def _meeting(one: dict[str, Any]) -> str:
    held = date.fromisoformat(one["heldOn"])
    return f"{one['kind']} van {held.day} {MONTHS[held.month - 1]} {held.year}"


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
