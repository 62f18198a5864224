"""What lies encrypted in a room, by kind: the report, findings, and the words of decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pydantic import Field

from shared.clock import calendar_date
from shared.contracts.assessment import HandedOverFinding
from shared.contracts.common import Frozen
from shared.contracts.intake import ReportedObject, ReporterMarks, Subject
from shared.engine.tables import ItemRow
from shared.keys.transit import Place, Transit

REPORT, DECISION = "report", "decision"
CO_SIGNER = "-co-signer"


class Report(Frozen):
    """What was reported. Of a duty to inform only the person whom it concerns; what a later phase has no more is empty."""

    text: str = ""
    subjects: tuple[Subject, ...] = ()
    objects: tuple[ReportedObject, ...] = ()
    channel: str | None = None
    received_at: str | None = None
    registered_at: str | None = None
    reporter_kind: str | None = None
    reporter_wants_contact: bool | None = None
    reporter_marks: ReporterMarks | None = None
    special_grounds: dict[str, str] = Field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """Without persons and objects, who are shown by S1, O1 beside it, and without the marks of the reporter."""
        apart = {"subjects", "objects", "reporter_marks", "special_grounds"}
        return self.model_dump(exclude=apart, exclude_none=True) | _grounds(self.special_grounds)

    def to_be_sealed(self) -> Report:
        """As it goes into the non-active environment: without anything of the reporter (art. 5 lid 1)."""
        return self.model_copy(update={"reporter_marks": None})


class Finding(Frozen):
    """A recorded fact of a category of Bijlage 1, or a record of the handling (a question, an intervention)."""

    category: str
    about: str
    finding: str | None = None
    matches: dict[str, bool] | None = None
    fields: dict[str, Any] = Field(default_factory=dict)
    recorded_by: str
    recorded_at: str
    special_grounds: dict[str, str] = Field(default_factory=dict)
    corrects: str | None = None
    """The item in whose place it stands."""

    def shown(self) -> dict[str, Any]:
        """As somebody with the file sees it."""
        own = self.model_dump(exclude={"recorded_by", "recorded_at", "special_grounds"})
        if self.corrects is None:
            own.pop("corrects")
        by = {"recordedBy": self.recorded_by, "recordedAt": self.recorded_at}
        return own | by | _grounds(self.special_grounds)

    def going_on(self, name: str) -> HandedOverFinding:
        """As it goes on to the next holder."""
        return HandedOverFinding(item=name, **self.model_dump())

    @property
    def recorded_on(self) -> date:
        """The day on which it was recorded."""
        return calendar_date(datetime.fromisoformat(self.recorded_at))

    @property
    def persons(self) -> dict[str, Subject]:
        """Whom it brought to light, by S3, S4 …"""
        found = self.fields.get("persons") or ()
        return {one["subject"]: Subject(name=one["name"], address=one.get("address")) for one in found}


class PartWords(Frozen):
    """Why, for some of what was decided together, and what was filled in."""

    reason: str
    fields: dict[str, Any] = Field(default_factory=dict)


class Words(Frozen):
    """The words of one decision. `seen`: the items that lay before who decided."""

    reason: str
    fields: dict[str, Any] = Field(default_factory=dict)
    seen: tuple[str, ...] = ()
    none_because: str | None = None
    """Why a signal goes on to nobody."""
    urgent_because: str | None = None
    """The fact for which it goes on at once."""
    special_grounds: dict[str, str] = Field(default_factory=dict)
    """On which ground special data are in it, by their kind (art. 9 and 10 AVG)."""
    parts: tuple[PartWords, ...] = ()
    """Of what was decided together, in its order."""
    dissent: dict[str, str] = Field(default_factory=dict)
    """Of a meeting: what who was against it said, by his user id or organisation."""

    def and_for(self, grounds: Mapping[str, str]) -> Words:
        """These words with the grounds of who co-signs."""
        return self.model_copy(update={"special_grounds": {**self.special_grounds, **grounds}})


Document = Report | Finding | Words


def category_of(document: Document) -> str:
    """As what it is kept: the report, a category of Bijlage 1 or of the handling, or the words of a decision."""
    if isinstance(document, Finding):
        return document.category
    return REPORT if isinstance(document, Report) else DECISION


def encoded(document: Document) -> bytes:
    """The JSON that is encrypted; the same document gives the same bytes."""
    return document.model_dump_json(exclude_none=True).encode()


async def encrypted(room: Transit, key: str, documents: Sequence[tuple[str, str, Document]]) -> list[ItemRow]:
    """Items of documents (of which dossier, under which name, what) under `key`, each bound to its place and category;
    one call to OpenBao."""
    places = [Place(room.mount, number, name, 1, category_of(one)) for number, name, one in documents]
    plain = [encoded(one) for *_, one in documents]
    texts = await room.encrypt(key, list(zip(places, plain, strict=True)))
    return [
        ItemRow(number=one.number, item=one.item, category=one.category, version=one.version, ciphertext=text)
        for one, text in zip(places, texts, strict=True)
    ]


@dataclass(frozen=True)
class Content:
    """The documents of one dossier, decrypted. `raw`: the bytes of each item, for a seal that changes nothing."""

    report: Report = field(default_factory=Report)
    findings: Mapping[str, Finding] = field(default_factory=dict)
    """By the name of the item."""
    words: Mapping[str, Words] = field(default_factory=dict)
    """By the decision; a co-signer's own by the decision and `-co-signer`."""
    raw: Mapping[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, items: Sequence[ItemRow], plain: Sequence[bytes]) -> Content:
        """From the rows of a dossier and their plain bytes, in the same order. Raises ValueError when they differ in
        number, or when bytes are not what their category says.
        """
        report, findings, words = Report(), {}, {}
        for one, text in zip(items, plain, strict=True):
            if one.category == REPORT:
                report = Report.model_validate_json(text)
            elif one.category == DECISION:
                words[one.item.removeprefix("decision-")] = Words.model_validate_json(text)
            else:
                findings[one.item] = Finding.model_validate_json(text)
        return cls(report, findings, words, {one.item: text for one, text in zip(items, plain, strict=True)})

    @property
    def reported(self) -> dict[str, Subject]:
        """The persons of the report, S1, S2 … in its order."""
        return {f"S{place}": one for place, one in enumerate(self.report.subjects, 1)}

    @property
    def subjects(self) -> dict[str, Subject]:
        """Those of the report, then those whom findings brought to light."""
        found = self.reported
        for one in self.findings.values():
            found |= one.persons
        return dict(sorted(found.items(), key=lambda pair: int(pair[0][1:])))

    @property
    def objects(self) -> dict[str, ReportedObject]:
        """The objects of the report, by O1, O2 … in its order."""
        return {f"O{place}": one for place, one in enumerate(self.report.objects, 1)}

    def of_category(self, *categories: str) -> dict[str, Finding]:
        """Findings of any of these categories of Bijlage 1, by the name of the item."""
        return {name: one for name, one in self.findings.items() if one.category in categories}


def _grounds(given: Mapping[str, str]) -> dict[str, Any]:
    return {"specialGrounds": dict(given)} if given else {}


def words_in(value: Any) -> str:
    """All text in a value that was filled in."""
    if isinstance(value, Mapping):
        return " ".join(words_in(one) for one in value.values())
    if isinstance(value, (list, tuple)):
        return " ".join(words_in(one) for one in value)
    return value if isinstance(value, str) else ""
