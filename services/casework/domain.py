"""Rules that are casework's alone: how a plan stands, and what a department is given for its intervention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared.protocol.composing import CONCERNING
from shared.protocol.conditions.plan import ADOPT_PLAN, versions
from shared.protocol.facts import Taken
from shared.protocol.phase_4_monitoring import RIEC_REVIEW

EXECUTION, CHECKED, ALLOWED = "execution", "check-2b-done", "check-2b"
MONITORING = ("riec-answer", RIEC_REVIEW)
"""What sets the day on which a case of the RIEC is looked at again."""
_PROPOSED, _ADOPTED, _BEING_DONE = "proposed", "adopted", "being-done"
"""How an intervention stands that was neither executed nor dropped."""


@dataclass(frozen=True)
class Progress:
    """An intervention: the version of the plan that adopted it, its status, and whether it is overdue (R-22.1).

    `status`: proposed, adopted, being-done (its department was asked), executed or dropped."""

    plan_version: int | None
    status: str
    overdue: bool


def progress(taken: Sequence[Taken], planned: Mapping[str, date], today: date) -> dict[str, Progress]:
    """How every intervention stands; `planned`: on which date each is planned, `taken`: the decisions in order."""
    adopted_in = {name: one.number for one in versions(taken) if one.adopted for name in one.interventions}
    done = {one.about[0]: one.outcome for one in taken if one.key == EXECUTION}
    asked = _given_out(taken)
    found = {}
    for name, on in planned.items():
        stands = _BEING_DONE if name in asked else _ADOPTED if name in adopted_in else _PROPOSED
        overdue = name not in done and on < today
        found[name] = Progress(adopted_in.get(name), done.get(name, stands), overdue)
    return found


def due_first(taken: Sequence[Taken], planned: Mapping[str, date]) -> date | None:
    """By when the next of what was adopted has to be done; None when nothing is left to do."""
    return min((planned[name] for name in to_carry_out(taken) if name in planned), default=None)


def to_review(taken: Sequence[Taken]) -> date | None:
    """On which day somebody looks at a case again that is taken up elsewhere, as was said last; None when nobody said."""
    said = [one.fields["reviewOn"] for one in taken if one.key in MONITORING and one.fields.get("reviewOn")]
    return date.fromisoformat(str(said[-1])) if said else None


def _given_out(taken: Sequence[Taken]) -> frozenset[str]:
    """What departments were asked: all that was adopted when check 2B was complete."""
    last = max((place for place, one in enumerate(taken) if one.key == CHECKED), default=0)
    return frozenset(name for one in taken[:last] if one.key == ADOPT_PLAN for name in one.about)


def to_carry_out(taken: Sequence[Taken]) -> tuple[str, ...]:
    """The interventions that were adopted and neither executed nor dropped, in the order of adoption."""
    done = {one.about[0] for one in taken if one.key == EXECUTION}
    adopted = dict.fromkeys(name for one in taken if one.key == ADOPT_PLAN for name in one.about)
    return tuple(name for name in adopted if name not in done)


def allowed_for(intervention: str, taken: Sequence[Taken]) -> tuple[str, ...]:
    """The items that check 2B allows the executing department; what was decided last about each counts."""
    return tuple(item for item, one in _cells(intervention, taken).items() if one.outcome == "may")


def chosen_for(intervention: str, taken: Sequence[Taken]) -> dict[str, Sequence[str] | None]:
    """Whom and what of each of these items was chosen to go along; None: all that it concerns."""
    cells = _cells(intervention, taken)
    return {item: one.fields.get(CONCERNING) for item, one in cells.items() if one.outcome == "may"}


def _cells(intervention: str, taken: Sequence[Taken]) -> dict[str, Taken]:
    return {one.about[1]: one for one in taken if one.key == ALLOWED and one.about[0] == intervention}
