"""Rules that are casework's alone: how a plan stands, and what a department is given for its intervention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared.protocol.facts import Taken

EXECUTION, ADOPT, CHECKED, ALLOWED = "execution", "adopt-plan", "check-2b-done", "check-2b"


@dataclass(frozen=True)
class Progress:
    """An intervention: the version of the plan that adopted it, its status, and whether it is overdue (R-22.1)."""

    plan_version: int | None
    status: str
    overdue: bool


def progress(taken: Sequence[Taken], planned: Mapping[str, date], today: date) -> dict[str, Progress]:
    """How every intervention stands; `planned`: on which date each is planned, `taken`: the decisions in order."""
    versions: dict[str, int] = {}
    for version, one in enumerate((one for one in taken if one.key == ADOPT), 1):
        versions |= dict.fromkeys(one.about, version)
    done = {one.about[0]: one.outcome for one in taken if one.key == EXECUTION}
    found = {}
    for name, on in planned.items():
        status = done.get(name) or ("adopted" if name in versions else "proposed")
        overdue = status in ("proposed", "adopted") and on < today
        found[name] = Progress(versions.get(name), status, overdue)
    return found


def to_carry_out(taken: Sequence[Taken]) -> tuple[str, ...]:
    """The interventions that were adopted and neither executed nor dropped, in the order of adoption."""
    done = {one.about[0] for one in taken if one.key == EXECUTION}
    adopted = dict.fromkeys(name for one in taken if one.key == ADOPT for name in one.about)
    return tuple(name for name in adopted if name not in done)


def allowed_for(intervention: str, taken: Sequence[Taken]) -> tuple[str, ...]:
    """The items that check 2B allows the executing department; what was decided last about each counts."""
    cells = {one.about[1]: one.outcome for one in taken if one.key == ALLOWED and one.about[0] == intervention}
    return tuple(item for item, outcome in cells.items() if outcome == "may")
