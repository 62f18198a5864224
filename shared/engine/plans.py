"""A plan as those read it who are asked to adopt it, or did: what is done, by whom, with which power and by when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from shared.contracts.export import Adoption, PlannedAction, SharedPlan
from shared.engine.loaded import Loaded
from shared.engine.tables import DecisionRow
from shared.engine.wording import Nameable
from shared.protocol.conditions.approach import usable
from shared.protocol.conditions.plan import ADOPT_PLAN, PROPOSE_PLAN, Version, answered_on, versions


def version_of(loaded: Loaded, decision: DecisionRow) -> Version:
    """The version that `decision` proposes, answers or adopts. `loaded` knows the decision."""
    place = [one.id for one in loaded.taken].index(decision.id)
    return versions(each for one in loaded.taken[: place + 1] for each in loaded.decided(one))[-1]


def planned(loaded: Loaded, version: Version) -> tuple[str, ...]:
    """The interventions of a version that stand, without those about who is restricted: what was recorded since belongs to a
    later one."""
    return tuple(one for one in usable(loaded.facts()) if one in version.whole)


def planned_in(loaded: Loaded, decision: DecisionRow) -> SharedPlan | None:
    """The version that `decision` proposes or adopts, to be read, without the reporter; None for another decision."""
    if decision.key not in (PROPOSE_PLAN, ADOPT_PLAN):
        return None
    version, known = version_of(loaded, decision), Nameable.of(loaded)
    actions = tuple(_action(loaded, known, name) for name in planned(loaded, version))
    plan = SharedPlan(version=version.number, actions=actions, asked=version.asked)
    if version.adopted:
        on = date.fromisoformat(str(version.adopted.fields["adoptedOn"]))
        return plan.model_copy(update={"adopted_on": on, "adopted_by": adoptions(version)})
    said = loaded.fields_of(decision)
    by = date.fromisoformat(str(said["answerBy"]))
    explained = said.get("explanation")
    return plan.model_copy(update={"answer_by": by, "explanation": known.shared(explained) if explained else explained})


def without_persons(plan: SharedPlan, known: Collection[str]) -> SharedPlan:
    """As somebody reads it who knows only `known` of the persons and objects that it is about."""
    actions = tuple(one if one.about in known else one.model_copy(update={"about": None}) for one in plan.actions)
    return plan.model_copy(update={"actions": actions})


def adoptions(version: Version) -> tuple[Adoption, ...]:
    """Who adopted it, and how that was said."""
    return tuple(
        Adoption(partner=partner, name=said.fields["name"], on=answered_on(said), entered_as=said.fields.get("how"))
        for partner, said in version.adopters.items()
    )


def _action(loaded: Loaded, known: Nameable, name: str) -> PlannedAction:
    one = loaded.opened.findings[name]
    power = loaded.law.choices.powers[one.fields["instrument"]]
    return PlannedAction(
        item=name,
        text=known.shared(one.finding or ""),
        about=one.about,
        department=one.fields["department"],
        power=power.name,
        basis=power.basis,
        planned_on=date.fromisoformat(one.fields["plannedOn"]),
    )
