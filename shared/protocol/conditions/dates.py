"""Dates that are filled in, and whom a duty to inform is about (art. 9 and 26)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from shared.protocol.conditions.case import Case, Condition, condition
from shared.protocol.terms import add_months


def review_within(months: int) -> Condition:
    """A deferral is looked at again before long (R-26.8)."""
    return _within(months, "review-date", "de datum waarop opnieuw wordt gekeken", "art. 26 lid 5")


def monitored_within(months: int, article: str) -> Condition:
    """So is a case that is taken up elsewhere (R-T.20); a rule of its own, for one code names one article."""
    return _within(months, "monitoring-date", "de datum waarop de stand opnieuw wordt bekeken", article)


def withheld_within(months: int) -> Condition:
    """So is a right that was set aside (R-10.12)."""
    return _within(
        months, "withheld-review-date", "de datum waarop opnieuw wordt gekeken naar wat niet is gegeven", "art. 41 UAVG"
    )


def _within(months: int, code: str, what: str, article: str) -> Condition:
    def missing(case: Case) -> str | None:
        on, today = case.day("reviewOn"), case.facts.today
        latest = add_months(today, months)
        if on is not None and today < on <= latest:
            return None
        return f"{what} moet na {today} liggen en uiterlijk op {latest}"

    return Condition(code, f"{what} ligt na vandaag en binnen {months} maanden", article, missing, "fields.reviewOn")


def not_in_the_future(name: str, what: str, article: str) -> Condition:
    """`what` is how the date `name` is called in a sentence."""

    def missing(case: Case) -> str | None:
        on = case.day(name)
        if case.fields.get(name) is None or (on is not None and on <= case.facts.today):
            return None
        return f"{what} ligt in de toekomst"

    return Condition(f"{name}-not-ahead", f"{what} ligt niet in de toekomst", article, missing, f"fields.{name}")


Since = Callable[[Case], date]
"""The day from which something was possible in this case."""


def possible(name: str, what: str, article: str, since: Since, begun: str) -> tuple[Condition, Condition]:
    """The date `name` lies between what made it possible and today (R-T.7). `begun`: what happened on the first day, as it
    is said in a sentence."""

    def missing(case: Case) -> str | None:
        on, first = case.day(name), since(case)
        return f"{what} ligt vóór {first}, toen {begun}" if on is not None and on < first else None

    says = f"{what} ligt niet vóór de dag waarop {begun}"
    return (
        Condition(f"{name}-not-before", says, article, missing, f"fields.{name}"),
        not_in_the_future(name, what, article),
    )


def last_of(*keys: str) -> Since:
    """The day of the last of these decisions."""

    def since(case: Case) -> date:
        found = case.facts.last(*keys)
        return found.on if found else date.min

    return since


@condition("art. 9 lid 1", "de einddatum ligt na vandaag", at="fields.endsOn")
def ends_after_today(case: Case) -> str | None:
    on = case.day("endsOn")
    ahead = on is not None and on > case.facts.today
    return None if ahead else f"de einddatum moet na {case.facts.today} liggen"


@condition("art. 9 lid 1", "het noemt de gegevens die de procedure nodig heeft", at="about")
def names_what_is_needed(case: Case) -> str | None:
    return None if case.about else "noem welke gegevens de procedure nodig heeft; de rest wordt vernietigd"


@condition("art. 9 lid 1", "het nummer van deze lijst is overgetypt", at="fields.confirmList")
def list_was_read(case: Case) -> str | None:
    return None if case.fields.get("confirmList") == case.facts.number else "dit is niet het nummer van deze lijst"


@condition("art. 26 lid 1", "er is in dit signaal geen natuurlijke persoon bekend")
def nobody_known(case: Case) -> str | None:
    return f"bekend is: {', '.join(case.facts.subjects)}" if case.facts.subjects else None


@condition("art. 26 lid 1", "het gaat over een natuurlijke persoon")
def somebody_known(case: Case) -> str | None:
    return None if case.facts.subjects else "er is in dit signaal geen natuurlijke persoon bekend"
