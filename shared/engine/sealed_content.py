"""A sealed signal as it is read for a request of a person: made of the readings of one class, so that what is said of a file is said of
it by the same functions (about_person.py). Pure.

Each reading has all persons and places of the file: who answers can say who somebody is, and of the others nothing goes along.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from shared.contracts.answering import PersonalItem
from shared.contracts.dossier import CodedDecision
from shared.contracts.intake import ReportedObject, Subject
from shared.engine.about_person import Chosen, read_by
from shared.engine.consulted import PlainReading
from shared.engine.documents import REPORT, Content, Finding, Report
from shared.engine.loaded import Loaded
from shared.engine.records import closed_to
from shared.engine.tables import Dossier, SealedAskRow
from shared.engine.working_name import working_name
from shared.protocol.model import Law, State


@dataclass(frozen=True)
class ReadContent(Content):
    """What is read of it. `kept`: the persons whose data lie in what is read, `everybody` and `everything`: those of the file."""

    named: Mapping[str, Subject] = field(default_factory=dict)
    everybody: Mapping[str, Subject] = field(default_factory=dict)
    everything: Mapping[str, ReportedObject] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()

    @property
    def reported(self) -> dict[str, Subject]:
        return dict(self.named)

    @property
    def subjects(self) -> dict[str, Subject]:
        return dict(sorted(self.everybody.items(), key=lambda pair: int(pair[0][1:])))

    @property
    def objects(self) -> dict[str, ReportedObject]:
        return dict(self.everything)


def sealed_file(row: SealedAskRow, plain: Iterable[PlainReading], law: Law, today: date) -> Loaded:
    """As a file that is opened: without the words of decisions, of which the codes are known."""
    readings = {one.item: one for one in plain}
    everybody: dict[str, Subject] = {}
    everything: dict[str, ReportedObject] = {}
    for one in readings.values():
        everybody |= {code: Subject.model_validate(each) for code, each in one.persons.items()}
        everything |= {code: ReportedObject.model_validate(each) for code, each in one.places.items()}
    reading = readings.get(REPORT)
    content = ReadContent(
        report=Report(text=str(reading.shown.get("text", "")) if reading else ""),
        findings={name: _finding(one.shown) for name, one in readings.items() if name != REPORT},
        raw=dict.fromkeys(readings, b""),
        named={code: everybody[code] for code in reading.brought if code in everybody} if reading else {},
        everybody=everybody,
        everything=everything,
        kept=frozenset(code for one in readings.values() for code in one.brought),
    )
    decisions = [CodedDecision.model_validate(one) for one in row.decisions]
    dossier = Dossier(
        number=row.number,
        signal=row.number,
        version=1,
        state=State.SEALED,
        working_name=working_name(row.number),
        protocol=row.protocol,
        received_on=row.received_on,
        arrived_at=row.asked_at,
        last_act_on=row.received_on,
        people=len(everybody),
        earlier=[one.model_dump(mode="json") for one in decisions],
        closed_to=closed_to(decisions),
    )
    return Loaded(dossier=dossier, law=law, today=today, content=content)


def _finding(shown: Mapping[str, Any]) -> Finding:
    return Finding(
        category=shown["category"],
        about=shown["about"],
        finding=shown.get("finding"),
        matches=shown.get("matches"),
        fields=shown.get("fields") or {},
        recorded_by=shown["recordedBy"],
        recorded_at=shown["recordedAt"],
        special_grounds=shown.get("specialGrounds") or {},
        corrects=shown.get("corrects"),
    )


def read_of(
    loaded: Loaded, chosen: Chosen
) -> tuple[Subject | None, tuple[ReportedObject, ...], tuple[PersonalItem, ...]]:
    """As `read_by`; who he is stands in the answer of the class in which that lies, and in no other."""
    person, objects, items = read_by(loaded, chosen)
    content = loaded.opened
    kept = content.kept if isinstance(content, ReadContent) else frozenset()
    mine = loaded.standing.person(chosen.subject) in {loaded.standing.person(one) for one in kept}
    return person if mine else None, objects, items
