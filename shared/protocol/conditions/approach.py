"""Phases 4 and 5: sharing, approach, plan, closing (art. 20 to 25)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from shared.protocol.conditions.case import Case, condition
from shared.protocol.facts import Facts, Item
from shared.protocol.municipality import POLICE

CHILD = "child"
"""That somebody is a child, and who represents him: for the notice, and for nobody else (art. 5 UAVG)."""
POINTS_AT_REPORTER = "reporter-clue"
"""Words of the file that point at the reporter: they are left out of whatever is shared (art. 5 lid 1)."""
PROCESS_CATEGORIES = frozenset(
    {"question", "paper", "intervention", "monitoring", "decision", "department-question", CHILD, POINTS_AT_REPORTER}
)


# --- what follows from what was recorded --------------------------------------------------------------


def shareable(facts: Facts) -> tuple[str, ...]:
    """The items that could be shared; questions, papers, interventions, what is restricted, and data of a hit that was judged
    anew and found not relevant are none."""
    dropped = {one.about[0] for one in facts.of("check-1b") if one.outcome != "relevant"}
    return tuple(
        one.name
        for one in facts.items
        if one.category not in PROCESS_CATEGORIES
        and one.fields.get("hit") not in dropped
        and one.name not in facts.restricted
    )


def cells(facts: Facts, key: str, *outcomes: str) -> frozenset[tuple[str, ...]]:
    """What `key` was decided about, with one of `outcomes`; nothing about what was put right since, or is restricted."""
    gone = {*(one.name for one in facts.superseded), *facts.restricted}
    found = (one.about for one in facts.of(key) if one.outcome in outcomes)
    return frozenset(about for about in found if gone.isdisjoint(about))


def interventions(facts: Facts) -> dict[str, Item]:
    """The interventions of the plan that were not dropped."""
    dropped = {one.about[0] for one in facts.of("execution") if one.outcome == "dropped"}
    return {one.name: one for one in facts.of_category("intervention") if one.name not in dropped}


def usable(facts: Facts) -> dict[str, Item]:
    """Of those the ones on which somebody may act: they are about nobody who is restricted (art. 18 AVG)."""
    return {name: one for name, one in interventions(facts).items() if not _is_restricted(facts, one)}


def _is_restricted(facts: Facts, one: Item) -> bool:
    return any(code in facts.restricted for code in (one.name, one.about, *(one.fields.get("subjects") or ())))


def adopted(facts: Facts) -> frozenset[str]:
    """The interventions that a version of the plan adopted."""
    return frozenset(name for one in facts.decisions if one.key == "adopt-plan" for name in one.about)


def subjects_of(facts: Facts, names: Iterable[str]) -> tuple[str, ...]:
    """The persons whom these interventions concern."""
    found = [facts.item(name) for name in names]
    return tuple(dict.fromkeys(one for item in found if item for one in item.fields.get("subjects") or ()))


def not_informed(facts: Facts, subjects: Iterable[str], *, decided_is_enough: bool = False) -> tuple[str, ...]:
    """Who of `subjects` was not informed, and whose informing was not deferred with a review date still to come.

    `decided_is_enough`: a notice that waits to be sent will do.
    """

    def done(subject: str) -> bool:
        notice = facts.notices.get(subject)
        if notice is None or notice.state == "open":
            return False
        if notice.state == "to-send":
            return decided_is_enough
        return notice.state != "deferred" or (notice.review_on is not None and notice.review_on >= facts.today)

    return tuple(one for one in subjects if not done(one))


def checked_in_2b(facts: Facts) -> frozenset[str]:
    """Also those about who was restricted since: they were judged."""
    facts = replace(facts, restricted={})
    return frozenset(intervention for intervention, _ in cells(facts, "check-2b", "may", "may-not"))


def riec_waits(facts: Facts) -> bool:
    """Whether the Ondermijningstafel has been asked and has not answered."""
    last = facts.last("riec-intake", "riec-answer")
    return last is not None and last.key == "riec-intake"


# --- privacycheck 2A --------------------------------------------------------------------------------


@condition("art. 20", "voor elk gegeven en elke genoemde ontvanger is besloten in privacycheck 2A")
def matrix_is_full(case: Case) -> str | None:
    decided = cells(case.facts, "check-2a", "may", "may-not")
    if not decided:
        return "in privacycheck 2A is nog over geen enkele ontvanger besloten"
    recipients = dict.fromkeys(sorted(recipient for _, recipient in decided))
    left = [(item, one) for one in recipients for item in shareable(case.facts) if (item, one) not in decided]
    if not left:
        return None
    item, recipient = left[0]
    more = f", en {len(left) - 1} andere" if len(left) > 1 else ""
    return f"in privacycheck 2A is nog niet besloten over {case.called([item])} voor {case.called([recipient])}{more}"


@condition("art. 20", "van elke betrokkene is besloten of die wordt geïnformeerd, en geen uitstel is over tijd")
def informing_decided(case: Case) -> str | None:
    left = not_informed(case.facts, (*case.facts.subjects, *case.facts.left_out), decided_is_enough=True)
    return (
        f"over informeren is nog niet besloten, of het uitstel is over tijd, voor {', '.join(left)}" if left else None
    )


# --- which approach -----------------------------------------------------------------------------------


@condition(
    "art. 20",
    "privacycheck 2A staat toe dat een genoemd onderdeel of een genoemde partner ten minste één gegeven krijgt",
)
def department_may(case: Case) -> str | None:
    named = {str(case.fields["department"])} if "department" in case.fields else set(case.fields.get("partners") or ())
    named -= {POLICE}
    allowed = {recipient for _, recipient in cells(case.facts, "check-2a", "may")}
    if allowed & named:
        return None
    return f"privacycheck 2A staat geen enkel gegeven toe voor: {case.called(sorted(named))}"


@condition("art. 25", "er is geen interventie vastgesteld: een casus wordt gesloten, niet beëindigd")
def nothing_adopted(case: Case) -> str | None:
    found = sorted(adopted(case.facts))
    return f"{', '.join(found)} is vastgesteld: een casus wordt gesloten, niet beëindigd" if found else None


# --- the plan --------------------------------------------------------------------------------------------


@condition("art. 22", "het noemt elke interventie die nog niet is vastgesteld, en geen andere", at="about")
def adopts_what_is_new(case: Case) -> str | None:
    new = [one for one in usable(case.facts) if one not in adopted(case.facts)]
    # After a second weighing a plan can be adopted again as it is; a first one cannot be empty.
    if not new and not adopted(case.facts):
        return "het plan heeft nog geen interventie"
    if set(case.about) == set(new):
        return None
    return f"noem precies wat nog niet is vastgesteld: {', '.join(new) or 'niets'}"


@condition("art. 26 lid 1", "van elke betrokkene bij het plan is vastgelegd dat die moet worden geïnformeerd")
def subjects_have_a_record(case: Case) -> str | None:
    left = [one for one in subjects_of(case.facts, case.about) if one not in case.facts.notices]
    return f"er is nog geen plicht tot informeren vastgelegd voor {', '.join(left)}" if left else None


@condition("art. 22", "de interventie staat in een vastgesteld plan")
def was_adopted(case: Case) -> str | None:
    return None if case.it in adopted(case.facts) else f"interventie {case.it} staat niet in een vastgesteld plan"


def plan_was_there_on(case: Case) -> date:
    """The day on which there was something to adopt: an approach, and every intervention that is adopted now."""
    approach = case.facts.last("approach", "reweighing", "riec-answer")
    described = [one.on for one in case.facts.items if one.name in case.about]
    return max([approach.on if approach else date.min, *described])


# --- privacycheck 2B and execution --------------------------------------------------------------------------


@condition("art. 20", "privacycheck 2A staat dit gegeven toe voor het uitvoerende onderdeel")
def allowed_in_2a(case: Case) -> str | None:
    intervention = case.facts.item(case.it)
    department = str(intervention.fields.get("department")) if intervention else ""
    item = case.about[1] if len(case.about) == 2 else ""
    if (item, department) in cells(case.facts, "check-2a", "may"):
        return None
    return f"privacycheck 2A staat {case.called([item])} niet toe voor {case.called([department])}"


@condition("art. 23", "voor elke interventie is privacycheck 2B gedaan")
def every_intervention_checked(case: Case) -> str | None:
    left = [one for one in usable(case.facts) if one not in checked_in_2b(case.facts)]
    return f"privacycheck 2B is nog niet gedaan voor interventie {', '.join(left)}" if left else None


@condition("art. 23", "voor deze interventie is privacycheck 2B gedaan")
def checked_2b(case: Case) -> str | None:
    done = case.it in checked_in_2b(case.facts)
    return None if done else f"privacycheck 2B is nog niet gedaan voor interventie {case.it}"


def checked_2b_on(case: Case) -> date:
    """The day on which check 2B, in which this intervention was judged, was complete."""
    return checked_on(case.facts, case.it)


def checked_on(facts: Facts, intervention: str) -> date:
    """The day on which check 2B was complete in which `intervention` was judged; the first day there is, without."""
    taken = facts.decisions
    judged = [place for place, one in enumerate(taken) if one.key == "check-2b" and one.about[0] == intervention]
    after = taken[judged[0] :] if judged else ()
    return next((one.on for one in after if one.key == "check-2b-done"), date.min)


@condition("art. 24", "de interventie is nog niet uitgevoerd of vervallen")
def not_executed(case: Case) -> str | None:
    done = any(one.about[0] == case.it for one in case.facts.of("execution"))
    return f"interventie {case.it} is al uitgevoerd of vervallen" if done else None


@condition(
    "art. 26 lid 1", "de betrokkenen zijn geïnformeerd, of dat is uitgesteld tot een datum die nog niet voorbij is"
)
def informed_at_execution(case: Case) -> str | None:
    return _to_inform(not_informed(case.facts, subjects_of(case.facts, case.about)))


@condition(
    "art. 26 lid 5",
    "een uitstel van informeren is opnieuw gewogen sinds de interventie is vastgesteld die deze persoon aangaat",
)
def deferral_weighed_anew(case: Case) -> str | None:
    """What was deferred before anybody had planned to act on a person is weighed once more before one does."""
    adopted_at = [one.at for one in case.facts.decisions if one.key == "adopt-plan" and case.it in one.about and one.at]
    left = [
        one
        for one in subjects_of(case.facts, case.about)
        if _weighed_before(case.facts, one, max(adopted_at, default=None))
    ]
    return f"weeg het uitstel van informeren opnieuw voor {', '.join(left)}" if left else None


def _weighed_before(facts: Facts, subject: str, moment: datetime | None) -> bool:
    notice = facts.notices.get(subject)
    if notice is None or notice.state != "deferred" or moment is None:
        return False
    return notice.weighed_at is None or notice.weighed_at <= moment


# --- closing -------------------------------------------------------------------------------------------------


@condition("art. 25", "elke interventie is uitgevoerd, of met een reden vervallen")
def every_intervention_done(case: Case) -> str | None:
    executed = {one.about[0] for one in case.facts.of("execution") if one.outcome == "executed"}
    left = [one for one in interventions(case.facts) if one not in executed]
    return f"nog niet uitgevoerd of vervallen: interventie {', '.join(left)}" if left else None


@condition(
    "art. 26 lid 1", "elke betrokkene is geïnformeerd, of dat is uitgesteld tot een datum die nog niet voorbij is"
)
def everybody_informed_or_deferred(case: Case) -> str | None:
    return _to_inform(not_informed(case.facts, (*case.facts.subjects, *case.facts.left_out)))


def _to_inform(left: tuple[str, ...]) -> str | None:
    return f"nog niet geïnformeerd, en niet met een geldige datum uitgesteld: {', '.join(left)}" if left else None
