"""MDTO-XML 1.0.1 beside what is kept for good: what it is, who made it, what happened to it, and of each file its hash.

*Metagegevens voor Duurzaam Toegankelijke Overheidsinformatie*, Nationaal Archief. The names are the standard's own, in its order;
what it has a list of concepts for is said in that list's words, and in one of our own only where it has none.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from xml.etree import ElementTree

MDTO = "https://www.nationaalarchief.nl/mdto"
MDTO_SUFFIX = ".mdto.xml"
OF_THIS_HOUSE = "Gemeentelijk Meldpunt Ondermijning"
"""Whose numbers are used, and who made what was made without a person."""
_Inside = Sequence["tuple[str, str | _Inside]"]


@dataclass(frozen=True)
class Concept:
    """A *begrip*: its label in the list `of`, and its code there where it has one."""

    label: str
    of: str
    code: str = ""

    def inside(self) -> _Inside:
        code = [("begripCode", self.code)] if self.code else []
        return [("begripLabel", self.label), *code, ("begripBegrippenlijst", [("verwijzingNaam", self.of)])]


@dataclass(frozen=True)
class Reference:
    """A *verwijzing*: what something is called, and its number with whose number that is."""

    name: str
    number: str = ""
    numbered_by: str = OF_THIS_HOUSE

    def inside(self) -> _Inside:
        known = [("verwijzingIdentificatie", _identity(self.number, self.numbered_by))] if self.number else []
        return [("verwijzingNaam", self.name), *known]


@dataclass(frozen=True)
class Happening:
    """An *event*. `by`: who answers for it, without naming a person."""

    kind: Concept
    at: date | datetime
    by: Reference | None = None
    result: str = ""

    def inside(self) -> _Inside:
        found: list[tuple[str, str | _Inside]] = [("eventType", self.kind.inside()), ("eventTijd", _said(self.at))]
        if self.by:
            found.append(("eventVerantwoordelijkeActor", self.by.inside()))
        return [*found, *([("eventResultaat", self.result)] if self.result else [])]


@dataclass(frozen=True)
class KeptUntil:
    """A *termijn*: since what and when it runs, for how long (as `P1Y`), until when."""

    since: Concept
    starts_on: date
    lasts: str
    ends_on: date

    def inside(self) -> _Inside:
        return [
            ("termijnTriggerStartLooptijd", self.since.inside()),
            ("termijnStartdatumLooptijd", _said(self.starts_on)),
            ("termijnLooptijd", self.lasts),
            ("termijnEinddatum", _said(self.ends_on)),
        ]


@dataclass(frozen=True)
class UseRestriction:
    """A *beperking gebruik*: of which kind, and what it means here."""

    kind: Concept
    says: str


def _listed(name: str) -> str:
    return f"Begrippenlijst {name} MDTO"


FOR_GOOD = Concept("Blijvend te bewaren", _listed("Waarderingen"), "B")
FOR_A_TIME = Concept("Tijdelijk te bewaren", _listed("Waarderingen"), "V")
PIECE, WHOLE_FILE_OF = (Concept(one, _listed("Aggregatieniveaus")) for one in ("Archiefstuk", "Dossier"))
CREATED, AGREED, DESTROYED, EXPORTED = (
    Concept(one, _listed("EventTypeLijst")) for one in ("Creatie", "Accordering", "Vernietigen", "Export")
)
REFERS_TO = Concept("Refereert aan", _listed("Relatietypen (informatieobject)"))
NOT_SETTLED, OTHERWISE = (Concept(one, _listed("BeperkingGebruikTypeLijst")) for one in ("Nader te bepalen", "Overig"))
SHA_256 = Concept("SHA-256", _listed("ChecksumAlgoritme"))
PDF_A_3A = Concept("Acrobat PDF/A - Portable Document Format 3a", "PRONOM", "fmt/479")
JSON_FILE = Concept("JSON Data Interchange Format", "PRONOM", "fmt/817")
_FORMATS = {"pdf": PDF_A_3A, "json": JSON_FILE}


@dataclass(frozen=True)
class KeptObject:
    """An *informatieobject*. `covers`: from when to when its content is about, and what that is; `files`: which represent it."""

    number: str
    name: str
    level: Concept
    value: Concept
    creator: Reference
    restriction: UseRestriction
    classification: Concept | None = None
    says: str = ""
    covers: tuple[Concept, date, date] | None = None
    events: Sequence[Happening] = ()
    term: KeptUntil | None = None
    category: Concept | None = None
    files: Sequence[str] = ()
    refers_to: Reference | None = None
    activity: str = ""

    @property
    def reference(self) -> Reference:
        return Reference(self.name, self.number)

    def xml(self) -> bytes:
        found: list[tuple[str, str | _Inside]] = [
            ("identificatie", _identity(self.number)),
            ("naam", self.name),
            ("aggregatieniveau", self.level.inside()),
        ]
        if self.classification:
            found.append(("classificatie", self.classification.inside()))
        if self.says:
            found.append(("omschrijving", self.says))
        if self.covers:
            kind, begins, ends = self.covers
            found.append(("dekkingInTijd", _covering(kind, begins, ends)))
        found.append(("taal", "nl"))
        found += [("event", one.inside()) for one in self.events]
        found.append(("waardering", self.value.inside()))
        if self.term:
            found.append(("bewaartermijn", self.term.inside()))
        if self.category:
            found.append(("informatiecategorie", self.category.inside()))
        found += [("heeftRepresentatie", _file(self, one).inside()) for one in self.files]
        if self.refers_to:
            related: _Inside = [
                ("gerelateerdInformatieobjectVerwijzing", self.refers_to.inside()),
                ("gerelateerdInformatieobjectTypeRelatie", REFERS_TO.inside()),
            ]
            found.append(("gerelateerdInformatieobject", related))
        found.append(("archiefvormer", self.creator.inside()))
        if self.activity:
            found.append(("activiteit", [("verwijzingNaam", self.activity)]))
        limits: _Inside = [
            ("beperkingGebruikType", self.restriction.kind.inside()),
            ("beperkingGebruikNadereBeschrijving", self.restriction.says),
        ]
        found.append(("beperkingGebruik", limits))
        return _document("informatieobject", found)


def file_xml(of: KeptObject, name: str, data: bytes, at: datetime) -> bytes:
    """The *bestand* that represents `of`: its size, its format by the end of its name, and its hash at this moment."""
    summed: _Inside = [
        ("checksumAlgoritme", SHA_256.inside()),
        ("checksumWaarde", hashlib.sha256(data).hexdigest()),
        ("checksumDatum", _said(at)),
    ]
    return _document(
        "bestand",
        [
            ("identificatie", _identity(f"{of.number}/{name}")),
            ("naam", name),
            ("omvang", str(len(data))),
            ("bestandsformaat", _FORMATS[name.rpartition(".")[2]].inside()),
            ("checksum", summed),
            ("isRepresentatieVan", of.reference.inside()),
        ],
    )


def archive_package(
    of: KeptObject, called: str, files: Mapping[str, bytes], at: datetime, *others: KeptObject
) -> bytes:
    """A zip for the archive: the files, MDTO of each and of what they represent (`called`), and of what else it is about."""
    parts = {f"{called}{MDTO_SUFFIX}": of.xml()}
    for name, data in files.items():
        parts |= {name: data, f"{name}{MDTO_SUFFIX}": file_xml(of, name, data, at)}
    parts |= {f"{one.number}{MDTO_SUFFIX}": one.xml() for one in others}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return made.getvalue()


def _identity(number: str, by: str = OF_THIS_HOUSE) -> _Inside:
    return [("identificatieKenmerk", number), ("identificatieBron", by)]


def _file(of: KeptObject, name: str) -> Reference:
    return Reference(name, f"{of.number}/{name}")


def _covering(kind: Concept, begins: date, ends: date) -> _Inside:
    return [
        ("dekkingInTijdType", kind.inside()),
        ("dekkingInTijdBegindatum", _said(begins)),
        ("dekkingInTijdEinddatum", _said(ends)),
    ]


def _said(at: date | datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds") if isinstance(at, datetime) else at.isoformat()


def _document(kind: str, inside: _Inside) -> bytes:
    root = ElementTree.Element(f"{{{MDTO}}}MDTO")
    _fill(ElementTree.SubElement(root, f"{{{MDTO}}}{kind}"), inside)
    ElementTree.indent(root)
    made: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True, default_namespace=MDTO)
    return made


def _fill(into: ElementTree.Element, inside: _Inside) -> None:
    for name, value in inside:
        child = ElementTree.SubElement(into, f"{{{MDTO}}}{name}")
        if isinstance(value, str):
            child.text = value
        else:
            _fill(child, value)
