"""The decrypted content of a dossier, and the facts that the protocol judges by."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared.dossier.tables import DecisionRow, Item, MeetingRow, NoticeRow
from shared.protocol import facts as known
from shared.protocol.facts import Facts

_COLOURS = (
    *("blauwe", "bruine", "gele", "grijze", "groene", "okergele"),
    *("oranje", "paarse", "rode", "roze", "witte", "zwarte"),
)
"""As they stand before a bird: all of those are de-words."""
_BIRDS = (
    "buizerd",
    "ekster",
    "fuut",
    "gans",
    "ijsvogel",
    "kievit",
    "lepelaar",
    "merel",
    "reiger",
    "sperwer",
    "uil",
    "wulp",
)


def working_name(number: str) -> str:
    """A neutral name to talk about a signal, made from its number and so from nothing."""
    value = int(hashlib.sha256(number.encode()).hexdigest(), 16)
    return f"{_COLOURS[value % 12]} {_BIRDS[value // 12 % 12]}"


def names_somebody(words: str, names: Iterable[str]) -> bool:
    """Whether `words` contain the name of a person in the signal: he should be called S1, S2 … there.

    A whole name counts, and so does its last word when it is at least four letters long.
    """
    text = words.casefold()
    for name in names:
        whole = name.casefold().strip()
        parts = [whole, whole.split()[-1] if whole.split() else ""]
        for part in parts:
            if len(part) >= 4 and re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text):
                return True
    return False


@dataclass
class Content:
    """Items by name, each the JSON document that was encrypted."""

    documents: dict[str, dict[str, Any]]
    categories: dict[str, str] = field(default_factory=dict)
    raw: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, items: Sequence[Item], plain: Sequence[bytes]) -> Content:
        documents = {one.item: json.loads(text) for one, text in zip(items, plain, strict=True)}
        raw = {one.item: text for one, text in zip(items, plain, strict=True)}
        return cls(documents, {one.item: one.category for one in items}, raw)

    @property
    def report(self) -> dict[str, Any]:
        return self.documents.get("report", {})

    @property
    def subjects(self) -> dict[str, dict[str, Any]]:
        """S1, S2 …: those of the report in its order, then those whom findings brought to light."""
        found = self.reported
        for document in self.findings.values():
            for one in document.get("fields", {}).get("persons") or ():
                found[one["subject"]] = {name: value for name, value in one.items() if name != "subject"}
        return dict(sorted(found.items(), key=lambda pair: int(pair[0][1:])))

    @property
    def reported(self) -> dict[str, dict[str, Any]]:
        return {f"S{place}": one for place, one in enumerate(self.report.get("subjects", []), 1)}

    @property
    def objects(self) -> dict[str, dict[str, Any]]:
        return {f"O{place}": one for place, one in enumerate(self.report.get("objects", []), 1)}

    @property
    def names(self) -> list[str]:
        return [one["name"] for one in self.subjects.values() if one.get("name")]

    @property
    def findings(self) -> dict[str, dict[str, Any]]:
        """What was recorded besides the report and the words of decisions."""
        return {
            name: one
            for name, one in self.documents.items()
            if name != "report" and self.categories[name] != "decision"
        }

    def of_category(self, *categories: str) -> dict[str, dict[str, Any]]:
        return {name: one for name, one in self.documents.items() if self.categories[name] in categories}

    def fields_of(self, decision: DecisionRow) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.documents.get(f"decision-{decision.id}", {}).get("fields", {})
        return found


def facts_of(
    number: str,
    today: date,
    content: Content,
    decisions: Sequence[DecisionRow],
    meetings: Sequence[MeetingRow] = (),
    notices: Sequence[NoticeRow] = (),
    earlier: Sequence[Mapping[str, Any]] = (),
) -> Facts:
    """What the protocol may know: codes, dates and S1, O1; no name leaves `content`."""
    used = {one.meeting for one in decisions if one.status == "taken"} | {one.get("meeting") for one in earlier}
    return Facts(
        today=today,
        number=number,
        decisions=tuple(
            known.Taken(one.key, one.outcome, tuple(one.about), content.fields_of(one))
            for one in sorted(decisions, key=lambda row: row.version)
            if one.status == "taken" and one.key != "withdrawal"
        ),
        items=tuple(
            known.Item(name, content.categories[name], str(one.get("about", "")), one.get("fields") or {})
            for name, one in content.documents.items()
            if content.categories[name] != "decision"
        ),
        subjects=tuple(content.subjects),
        objects=tuple(content.objects),
        meetings={
            one.id: known.Meeting(
                one.kind, one.held_on, tuple(one.present), tuple(one.agenda), decided_before=one.id in used
            )
            for one in meetings
        },
        notices={one.subject: known.Notice(one.state, one.review_on) for one in notices},
    )
