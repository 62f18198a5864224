"""What goes on to the next holder: built from what this one can read, as the type that the next phase permits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from shared.contracts.assessment import ResearchContent, SubjectsContent, SubjectsLetter
from shared.contracts.dossier import CodedDecision
from shared.contracts.intake import Subject
from shared.engine.documents import Finding
from shared.engine.effects import CopyByLetter
from shared.engine.loaded import Loaded
from shared.protocol.conditions.notices import BEGINS
from shared.protocol.facts import Item

Going = TypeVar("Going", bound=ResearchContent)


def going_on(kind: type[Going], loaded: Loaded, findings: Mapping[str, Finding], **more: Any) -> Going:
    """The dossier as `kind`, with `findings` and the decisions so far by their codes; their words stay behind."""
    dossier, content = loaded.dossier, loaded.opened
    return kind(
        number=dossier.number,
        version=max((one.version for one in loaded.decisions), default=dossier.version),
        protocol=dossier.protocol,
        received_on=dossier.received_on,
        text=content.report.text,
        subjects=content.report.subjects,
        objects=content.report.objects,
        people=dossier.people,
        reporter_marks=content.report.reporter_marks,
        special_grounds=content.report.special_grounds,
        findings=tuple(one.going_on(name) for name, one in findings.items() if name not in undone(loaded)),
        decisions=loaded.coded(),
        cluster=dossier.cluster,
        **more,
    )


def undone(loaded: Loaded) -> frozenset[str]:
    """What stood in the place of something by a correction that was withdrawn: it stays behind."""
    items = (Item(name, one.category, corrects=one.corrects or "") for name, one in loaded.opened.findings.items())
    return frozenset(one.name for one in items if loaded.standing.is_made_undone(one))


def numbered(persons: Iterable[Mapping[str, Any]], known: int) -> list[dict[str, Any]]:
    """Persons who come to light, each with the next S after `known`, which is never given twice."""
    return [{"subject": f"S{place}", **one} for place, one in enumerate(persons, known + 1)]


def begun(loaded: Loaded) -> CodedDecision | None:
    """The decision with which the handling of the signal began, here or with an earlier holder."""
    taken = [one for one in loaded.coded() if one.key in BEGINS and one.status == "taken"]
    return taken[-1] if taken else None


def became_known(loaded: Loaded, subjects: Mapping[str, Subject], since: date | None = None) -> CopyByLetter:
    """The month of AVG 14 begins for `subjects`, by S1, S2 … (R-26.3): today, or on the day on which they became known."""
    dossier = loaded.dossier
    concerned = SubjectsContent(
        number=dossier.signal,
        protocol=dossier.protocol,
        received_on=since or loaded.today,
        subjects=dict(subjects),
        reporter_marks=loaded.opened.report.reporter_marks,
        closed_to=tuple(dossier.closed_to),
        begun=begun(loaded),
    )
    return CopyByLetter("rights", SubjectsLetter(number=dossier.signal, letters=()), concerned)
