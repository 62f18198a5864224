"""What a department does with its order: how far it is, what it asks, what it found (art. 24)."""

from __future__ import annotations

from datetime import date

from shared.protocol.conditions.approach import adopted, checked_on
from shared.protocol.conditions.case import Case, condition
from shared.protocol.facts import Facts

IN_QUARANTINE, FOUND, ASKED_BY = "department-report", "department-finding", "department-question"
"""What a department reports, what became an item of the file of it, and what it asks: by their categories."""
PROGRESS, JUDGED, ANSWERED_BY_HOLDER = "progress", "judge-finding", "answer-department"
"""The decisions of this part, by their keys."""


def done(facts: Facts) -> frozenset[str]:
    """The orders that were carried out or dropped: they are over."""
    return frozenset(one.about[0] for one in facts.of("execution"))


def unanswered(facts: Facts) -> tuple[str, ...]:
    """What departments asked and nobody answered; when the order is over nobody waits for it any more."""
    answered, over = {one.about[0] for one in facts.of(ANSWERED_BY_HOLDER)}, done(facts)
    asked = (one for one in facts.of_category(ASKED_BY) if one.fields.get("order") not in over)
    return tuple(one.name for one in asked if one.name not in answered)


def given_on(case: Case) -> date:
    """The day on which the order was given of which something is recorded."""
    return checked_on(case.facts, str(case.fields.get("order")))


def stood_before_on(case: Case) -> date:
    """The day of which the department said last how far it is; before that, the day of the order."""
    said = [one.fields.get("since") for one in case.facts.decisions if one.key == PROGRESS and one.about == case.about]
    days = [date.fromisoformat(str(one)) for one in said if one]
    return max(days, default=checked_on(case.facts, case.it))


@condition(
    "art. 24", "het hoort bij een opdracht die is gegeven, en niet is uitgevoerd of vervallen", at="fields.order"
)
def order_runs(case: Case) -> str | None:
    order, facts = str(case.fields.get("order")), case.facts
    runs = order in adopted(facts) and order not in done(facts) and checked_on(facts, order) != date.min
    return None if runs else "de opdracht loopt niet (meer): er wordt niets meer bij gevraagd of gemeld"


@condition("art. 24", "zij gaat over de melding of over een persoon of object uit het signaal", at="fields.concerns")
def concerns_the_signal(case: Case) -> str | None:
    known = {"report", *case.facts.subjects, *case.facts.objects}
    return None if case.fields.get("concerns") in known else f"moet één zijn van: {', '.join(sorted(known))}"


@condition("art. 24", "over elke bevinding van een onderdeel is beslist: overgenomen of geweigerd")
def findings_judged(case: Case) -> str | None:
    left = [one.name for one in case.facts.quarantined]
    return f"nog niet beoordeeld, en dus nog in quarantaine: {', '.join(left)}" if left else None
