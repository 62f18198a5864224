"""What of a case is due next: an intervention of its plan, or a look at what was taken up elsewhere (R-24.2, R-T.20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from services.casework import orders
from services.casework.domain import due_first, progress, to_review
from services.casework.effects import NextAction
from shared.engine.effects import Effect
from shared.engine.loaded import Loaded
from shared.engine.roads import INTERVENTION
from shared.engine.tables import DecisionRow
from shared.protocol.model import State


def next_action(loaded: Loaded, decision: DecisionRow) -> Sequence[Effect]:
    """The work list shows what of the plan is due first, also when it was withdrawn or executed; of a case that is taken up
    elsewhere, by when its stand is looked at again."""
    earlier = replace(loaded, decisions=tuple(one for one in loaded.decisions if one.id != decision.id))
    after, before = _due(loaded, decision.state_after), _due(earlier, decision.state_before)
    return (NextAction(after, before),) if after != before else ()


def _due(loaded: Loaded, state: str) -> date | None:
    taken = loaded.facts().decisions
    return to_review(taken) if state == State.RIEC_MONITORING else due_first(taken, _planned(loaded))


def shown_review(loaded: Loaded) -> str | None:
    """When a case that is taken up elsewhere is looked at again; None for any other."""
    on = _due(loaded, loaded.state) if loaded.state == State.RIEC_MONITORING else None
    return on.isoformat() if on else None


def _planned(loaded: Loaded) -> dict[str, date]:
    """On which date each intervention that counts is planned."""
    counting = loaded.facts().of_category(INTERVENTION)
    return {one.name: date.fromisoformat(one.fields["plannedOn"]) for one in counting}


def shown_plan(loaded: Loaded) -> list[dict[str, Any]]:
    """How every intervention stands, for who has the file."""
    planned = _planned(loaded)
    interventions = {name: loaded.opened.findings[name] for name in planned}
    stand = progress(loaded.facts().decisions, planned, loaded.today)
    return [
        {
            "intervention": name,
            "planVersion": stand[name].plan_version,
            "status": stand[name].status,
            "department": one.fields["department"],
            "instrument": loaded.law.choices.powers[one.fields["instrument"]].name,
            "legalBasis": loaded.law.choices.powers[one.fields["instrument"]].basis,
            "plannedOn": one.fields["plannedOn"],
            "overdue": stand[name].overdue,
            "progress": orders.progress_of(loaded, name),
        }
        for name, one in interventions.items()
    ]
