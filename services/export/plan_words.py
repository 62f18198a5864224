"""What the document of a plan says besides what every share says: which version, what is done, and who adopted it when."""

from __future__ import annotations

from typing import Any

from shared.contracts.export import Adoption, PlannedAction, SharedPlan
from shared.protocol.model import Law
from shared.protocol.phase_4_plan import ROADS_OF_AN_ANSWER
from shared.protocol.show import day


def plan_title(plan: SharedPlan) -> str:
    return f"Plan van Aanpak, versie {plan.version}" + ("" if plan.adopted_on else " (voorstel)")


def plan_opening(plan: SharedPlan, receiver: str) -> str:
    if plan.adopted_on:
        return (
            f"Dit plan is vastgesteld op {day(plan.adopted_on)}. De gemeente verstrekt het aan: {receiver}, die het mede heeft"
            " vastgesteld."
        )
    return (
        f"De gemeente legt deze versie van het plan voor aan: {receiver}, met de gegevens die daarvoor nodig zijn. Elk gegeven"
        " is afzonderlijk gekozen; wat hier niet staat, is niet verstrekt."
    )


def plan_parts(law: Law, plan: SharedPlan) -> list[list[Any]]:
    """Each a heading and its paragraphs."""
    found: list[list[Any]] = [["Toelichting", [plan.explanation]]] if plan.explanation else []
    found += [[f"Interventie {place}", _action(law, one)] for place, one in enumerate(plan.actions, 1)]
    if plan.adopted_by:
        found.append(["Vastgesteld door", [_adoption(law, one) for one in plan.adopted_by]])
    elif not plan.adopted_on:
        found.append(["Voorgelegd aan", [f"{_upper(law.called(one))}." for one in plan.asked]])
    return found


def plan_duties(plan: SharedPlan) -> list[list[str]]:
    if plan.answer_by is None:
        return []
    return [
        [
            "Wat de gemeente van u vraagt",
            f"Laat uiterlijk op {day(plan.answer_by)} weten of u deze versie vaststelt, niet vaststelt of eerst een vraag hebt,"
            " met de reden, de datum en de naam en functie van wie namens u antwoordt. Wordt het plan gewijzigd, dan krijgt u"
            " een nieuwe versie.",
        ]
    ]


def _action(law: Law, one: PlannedAction) -> list[str]:
    where = [f"Over {one.about}."] if one.about else []
    return [
        *where,
        one.text,
        f"Uitvoering: {law.called(one.department)}, uiterlijk op {day(one.planned_on)}.",
        f"Bevoegdheid: {one.power} ({one.basis}).",
    ]


def _adoption(law: Law, one: Adoption) -> str:
    """Whether it said so itself, or the municipality entered it."""
    road = ROADS_OF_AN_ANSWER.get(one.entered_as or "", one.entered_as)
    how = f"ingevoerd door de gemeente, ontvangen {road}" if one.entered_as else "zelf vastgesteld in het systeem"
    return f"{_upper(law.called(one.partner))}: {one.name}, op {day(one.on)} ({how})."


def _upper(name: str) -> str:
    return name[:1].upper() + name[1:]
