"""What of an attempt is kept: its codes in the row of the decision, its words in the room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.engine.documents import Finding, PartWords, Words
from shared.engine.loaded import Loaded
from shared.engine.records import item_name
from shared.identity import Person
from shared.protocol.composing import CONCERNING
from shared.protocol.judge import Attempt
from shared.protocol.kinds import Choice, Choices, Date, Flag
from shared.protocol.kinds_of_signal import PersonsAndObjects, Subjects
from shared.protocol.model import Decision
from shared.protocol.passing_on import Forwarding
from shared.protocol.together import SEVERAL, cells, each, single

_CODED = (Choice, Choices, PersonsAndObjects, Date, Flag, Subjects)
"""Kinds of fields that hold codes and dates only."""


def corrected(loaded: Loaded, person: Person, attempt: Attempt, now: datetime) -> dict[str, Finding]:
    """What stands in the place of what was wrong, under its own name; that stays on the record."""
    if attempt.correction is None:
        return {}
    old = loaded.opened.findings[attempt.about[0]]
    record = attempt.correction.record(old.category, old.about, old.fields)
    finding = Finding(
        category=record.category,
        about=record.about,
        finding=record.finding,
        matches=dict(record.matches) if record.matches else None,
        fields=dict(record.fields),
        recorded_by=person.user_id,
        recorded_at=now.isoformat(),
        special_grounds=dict(attempt.special_grounds),
        corrects=attempt.about[0],
    )
    return {item_name(loaded): finding}


def words_of_parts(attempt: Attempt) -> tuple[PartWords, ...]:
    """Why, per part; what a part leaves empty is as it is for the whole."""
    first = (single(attempt, part, next(cells(part))) for part in attempt.parts)
    return tuple(PartWords(reason=one.reason, fields=dict(one.fields)) for one in first)


def words_given(loaded: Loaded, attempt: Attempt) -> Words:
    """What was typed with it, and what lay before who took it."""
    parts = words_of_parts(attempt)
    return Words(
        reason=attempt.reason if attempt.reason.strip() or not parts else parts[0].reason,
        fields=dict(attempt.fields),
        parts=parts,
        seen=tuple(one.item for one in loaded.items),
        none_because=attempt.forwarding.none_because if attempt.forwarding else None,
        urgent_because=attempt.forwarding.urgent_because if attempt.forwarding else None,
        special_grounds=dict(attempt.special_grounds),
        dissent=dict(attempt.dissent),
    )


def outcome_given(attempt: Attempt) -> str:
    found = {one.outcome for _, one in each(attempt)}
    return found.pop() if len(found) == 1 else SEVERAL


def about_given(attempt: Attempt) -> tuple[str, ...]:
    """All that it is about, each once."""
    return (
        tuple(dict.fromkeys(name for _, one in each(attempt) for name in one.about)) if attempt.parts else attempt.about
    )


def coded_forwarding(given: Forwarding | None) -> dict[str, Any] | None:
    """The coded part of a forwarding; why nobody gets it is among the words."""
    if given is None:
        return None
    chosen = {"task": given.task, "basis": given.basis, "urgent": given.urgent_because is not None}
    coded: dict[str, Any] = {
        "recipientKind": given.recipient_kind,
        "recipient": given.recipient,
        "items": list(given.items),
    }
    coded |= {name: one for name, one in chosen.items() if one}
    return coded if given.concerning is None else coded | {CONCERNING: list(given.concerning)}


def coded_fields(rule: Decision, fields: Mapping[str, Any]) -> dict[str, Any]:
    kinds = {one.name: one.kind for one in rule.fields}
    return {name: value for name, value in fields.items() if isinstance(kinds.get(name), _CODED)}
