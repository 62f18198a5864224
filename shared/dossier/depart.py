"""What goes on to the next holder: built from what this one can read, as the type that the next phase permits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from shared.contracts.assessment import Finding, ResearchContent
from shared.contracts.dossier import CodedDecision
from shared.contracts.intake import ReportedObject, Subject
from shared.dossier.content import Content
from shared.dossier.tables import DecisionRow, Dossier
from shared.dossier.views import coded

Going = TypeVar("Going", bound=ResearchContent)


def going_on(
    kind: type[Going],
    decision: DecisionRow,
    dossier: Dossier,
    content: Content,
    decisions: Sequence[DecisionRow],
    findings: Mapping[str, dict[str, Any]],
    **more: Any,
) -> Going:
    """The dossier as `kind`, with `findings` and the decisions so far by their codes; their words stay behind."""
    return kind(
        number=dossier.number,
        version=decision.version,
        protocol=dossier.protocol,
        received_on=dossier.received_on,
        text=content.report["text"],
        subjects=tuple(Subject(**one) for one in content.reported.values()),
        objects=tuple(ReportedObject(**one) for one in content.objects.values()),
        people=dossier.people,
        findings=tuple(finding_of(name, one) for name, one in findings.items()),
        decisions=(
            *(CodedDecision.model_validate(one) for one in dossier.earlier),
            *(coded(one) for one in decisions),
        ),
        **more,
    )


def finding_of(name: str, document: dict[str, Any]) -> Finding:
    """A finding as it goes on to the next holder."""
    return Finding(
        item=name,
        category=document["category"],
        about=document["about"],
        finding=document["finding"],
        matches=document["matches"],
        fields=document.get("fields") or {},
        recorded_by=document["recordedBy"],
        recorded_at=document["recordedAt"],
    )
