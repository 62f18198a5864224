"""Decisions as records: how a withdrawal is written down, and how any of them is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from shared.dossier.store import WITHDRAWAL
from shared.dossier.tables import DecisionRow, Dossier
from shared.http.decisions import DecisionOut, ForwardingIn
from shared.telemetry import traceparent


def withdrawal(identifier: UUID, last: DecisionRow, row: Dossier, now: datetime) -> DecisionRow:
    """That a decision was withdrawn is a record too, and goes to supervision with its reason."""
    return DecisionRow(
        id=identifier,
        number=row.number,
        version=row.version + 1,
        key=WITHDRAWAL,
        outcome=f"{last.key}:{last.outcome}",
        article=last.article,
        status="taken",
        state_before=row.state,
        state_after=last.state_before,
        ends=False,
        deciders=[last.recorder],
        co_signers=[],
        recorder=last.recorder,
        role=last.role,
        about=[],
        forwarding=None,
        taken_at=now,
        effective_at=now,
        protocol=last.protocol,
        traceparent=traceparent(),
    )


def coded_forwarding(given: ForwardingIn | None) -> dict[str, Any] | None:
    """The coded part of a forwarding; why nobody gets it is among the words."""
    if given is None:
        return None
    return {"recipientKind": given.recipient_kind, "recipient": given.recipient, "items": list(given.items)}


def shown(row: DecisionRow, words: dict[str, Any] | None) -> DecisionOut:
    """A decision as the interface shows it; `words` where they may be seen."""
    forwarding = (words or {}).get("forwarding") or row.forwarding
    return DecisionOut(
        id=row.id,
        key=row.key,
        outcome=row.outcome,
        article=row.article,
        status=row.status,
        version=row.version,
        state=row.state_after,
        deciders=tuple(row.deciders),
        co_signers=tuple(row.co_signers),
        recorder=row.recorder,
        role=row.role,
        taken_at=row.taken_at,
        withdrawable_until=row.effective_at if row.status == "taken" and row.settled_at is None else None,
        protocol=row.protocol,
        about=tuple(row.about),
        meeting=row.meeting,
        reason=words["reason"] if words else None,
        fields=words["fields"] if words else None,
        forwarding=ForwardingIn.model_validate(forwarding) if forwarding else None,
    )


def shown_coded(coded: dict[str, Any]) -> DecisionOut:
    """A decision of an earlier holder, without its words."""
    facts = dict(coded)
    return DecisionOut(id=UUID(facts.pop("decision")), **facts)
