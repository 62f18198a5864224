"""May this be recorded now? The phase gate of Bijlage 1, the same through every entrance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.protocol.facts import Facts
from shared.protocol.faults import Fault
from shared.protocol.fields import field_faults
from shared.protocol.model import PHASE_OF, Law, State


@dataclass(frozen=True)
class Record:
    """What somebody wants to record. `finding`: words; `matches`: what the BRP says of what the report says."""

    category: str
    about: str = "report"
    finding: str | None = None
    matches: Mapping[str, bool] | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


def judge_item(law: Law, state: State, category: str) -> Fault | None:
    """May a fact of `category` be recorded in `state` at all? None means yes."""
    found = law.category(category)
    phase = PHASE_OF.get(state)
    if found is None or category == "report":
        return Fault("category", "is not a category of Bijlage 1 that can be recorded", "Bijlage 1")
    if phase is None or state == State.CLOSED:
        return Fault("category", "nothing can be recorded: this is not in hand; make a new signal", "art. 9")
    if found.from_phase > phase:
        return Fault("category", f"opens in phase {found.from_phase}; this signal is in phase {phase}", "Bijlage 1")
    if found.states and state not in found.states:
        return Fault("category", f"is recorded in {' or '.join(found.states)}; this signal is in {state}", "Bijlage 1")
    return None


def judge_record(law: Law, state: State, record: Record, role: str, facts: Facts) -> list[Fault]:
    """Everything that is wrong with `record`; an empty list means that it may be stored."""
    refused = judge_item(law, state, record.category)
    category = law.category(record.category)
    faults = [refused] if refused else []
    if category is None:
        return faults
    if category.verification_only and (record.finding is not None or not record.matches):
        # R-B1.4: of the BRP only whether what the report says matches, never what the BRP says.
        faults.append(Fault("matches", "BRP only verifies: give `matches` per field and no finding", "Bijlage 1"))
    if not category.verification_only and (record.finding is None or record.matches is not None):
        faults.append(Fault("finding", "is required, and `matches` is for BRP only", "Bijlage 1"))
    known = {"report", *facts.subjects, *facts.objects}
    if record.about not in known:
        faults.append(Fault("about", f"must be one of {', '.join(sorted(known))}", "Bijlage 1"))
    faults += field_faults(record.category, "Bijlage 1", category.fields, record.fields, role, facts)
    if not faults:
        faults += [
            Fault("category", f"is only possible when {one.says}", one.article)
            for one in category.needs
            if not one.holds(facts, (record.about,), record.fields)
        ]
    return faults
