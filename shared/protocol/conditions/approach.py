"""Phases 4 and 5: sharing, approach, plan, closing (articles 20 to 25)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.protocol.facts import Condition, Facts, Item

About = Sequence[str]
Fields = Mapping[str, Any]

POLICE = "politie"
PROCESS_CATEGORIES = frozenset({"question", "paper", "intervention", "monitoring", "decision"})


def shareable(facts: Facts) -> tuple[str, ...]:
    """The items that could be shared; questions, papers, interventions, and data of a hit that was judged anew and
    found not relevant are none."""
    dropped = {one.about[0] for one in facts.of("check-1b") if one.outcome != "relevant"}
    return tuple(
        one.name
        for one in facts.items
        if one.category not in PROCESS_CATEGORIES and one.fields.get("hit") not in dropped
    )


def cells(facts: Facts, key: str, outcome: str = "may") -> frozenset[tuple[str, ...]]:
    return frozenset(one.about for one in facts.of(key) if one.outcome == outcome)


def _matrix_is_full(facts: Facts, _about: About, _fields: Fields) -> bool:
    decided = {one.about for one in facts.of("check-2a")}
    recipients = {recipient for _, recipient in decided}
    return bool(decided) and all((item, one) in decided for one in recipients for item in shareable(facts))


def _may_go_to(kind: str) -> Any:
    def holds(facts: Facts, _about: About, fields: Fields) -> bool:
        to = {recipient for _, recipient in cells(facts, "check-2a")}
        named = {fields["department"]} if "department" in fields else set(fields.get("partners") or ())
        return POLICE in to if kind == POLICE else bool(to & named - {POLICE})

    return holds


def interventions(facts: Facts) -> dict[str, Item]:
    """The interventions of the plan that were not dropped."""
    dropped = {one.about[0] for one in facts.of("execution") if one.outcome == "dropped"}
    return {one.name: one for one in facts.of_category("intervention") if one.name not in dropped}


def adopted(facts: Facts) -> frozenset[str]:
    """The interventions that a version of the plan adopted."""
    named: set[str] = set()
    for one in facts.decisions:
        if one.key == "adopt-plan":
            named |= set(one.about)
    return frozenset(named)


def _adopts_what_is_new(facts: Facts, about: About, _fields: Fields) -> bool:
    # After a second weighing a plan can be adopted again as it is; a first one cannot be empty.
    return set(about) == set(interventions(facts)) - adopted(facts) and bool(about or adopted(facts))


def _subjects_of(facts: Facts, names: About) -> set[str]:
    found: set[str] = set()
    for name in names:
        item = facts.item(name)
        found |= set(item.fields.get("subjects", ()) or ()) if item else set()
    return found


def _every_subject_has_a_record(facts: Facts, about: About, _fields: Fields) -> bool:
    return _subjects_of(facts, about) <= set(facts.notices)


def _informed_or_deferred(facts: Facts, subjects: set[str]) -> bool:
    for subject in subjects:
        notice = facts.notices.get(subject)
        if notice is None or notice.state in ("open", "to-send"):
            return False
        if notice.state == "deferred" and (notice.review_on is None or notice.review_on < facts.today):
            return False
    return True


def _informing_was_decided(facts: Facts, _about: About, _fields: Fields) -> bool:
    """R-20.2: for everybody it has been decided; what waits to be sent is decided too."""
    waiting = {name for name, one in facts.notices.items() if one.state == "to-send"}
    return _informed_or_deferred(facts, set(facts.subjects) - waiting)


def _allowed_in_2a(facts: Facts, about: About, _fields: Fields) -> bool:
    intervention = facts.item(about[0]) if len(about) == 2 else None
    return intervention is not None and (about[1], intervention.fields.get("department")) in cells(facts, "check-2a")


def _notice_with_execution(facts: Facts, about: About, _fields: Fields) -> bool:
    return _informed_or_deferred(facts, _subjects_of(facts, about))


def _checked_2b(facts: Facts, about: About, _fields: Fields) -> bool:
    return bool(about) and any(intervention == about[0] for intervention, _ in cells_of_2b(facts))


def cells_of_2b(facts: Facts) -> frozenset[tuple[str, ...]]:
    return cells(facts, "check-2b") | cells(facts, "check-2b", "may-not")


def _every_intervention_checked(facts: Facts, _about: About, _fields: Fields) -> bool:
    checked = {intervention for intervention, _ in cells_of_2b(facts)}
    return set(interventions(facts)) <= checked


def _every_intervention_done(facts: Facts, _about: About, _fields: Fields) -> bool:
    executed = {one.about[0] for one in facts.of("execution") if one.outcome == "executed"}
    return set(interventions(facts)) <= executed


def _riec_included(facts: Facts, _about: About, _fields: Fields) -> bool:
    last = facts.last("approach", "reweighing")
    return last is not None and last.outcome in ("riec-intake", "riec-and-local")


def _riec_asked(facts: Facts) -> bool:
    """Whether the Ondermijningstafel has been asked and has not answered."""
    last = facts.last("riec-intake", "riec-answer")
    return last is not None and last.key == "riec-intake"


def _nothing_waits_at_the_riec(facts: Facts, _about: About, _fields: Fields) -> bool:
    if _riec_asked(facts):
        return False
    # Chosen beside a local approach, it is not forgotten either.
    last = facts.last("approach", "reweighing", "riec-answer")
    return last is None or last.outcome != "riec-and-local"


ALLOWED_IN_2A = Condition(
    "allowed-in-2a", "check 2A allows the executing department this item", "art. 20", _allowed_in_2a
)
INFORMING_DECIDED = Condition(
    "informing-decided",
    "for every subject it has been decided whether he is informed, and no deferral is overdue",
    "art. 20",
    _informing_was_decided,
)
NOTHING_ADOPTED = Condition(
    "nothing-adopted",
    "no intervention was adopted: a case is closed, not ended",
    "art. 25",
    lambda f, _a, _d: not adopted(f),
)
MATRIX_IS_FULL = Condition(
    "matrix-is-full", "every item has been decided on for every recipient named", "art. 20", _matrix_is_full
)
RECIPIENTS_KNOWN = Condition(
    "shareable-item", "it is about an item of the file", "art. 20", lambda f, a, _d: bool(a) and a[0] in shareable(f)
)
POLICE_MAY_HAVE_SOMETHING = Condition(
    "police-may", "check 2A allows the police at least one item", "art. 20", _may_go_to(POLICE)
)
DEPARTMENT_MAY_HAVE_SOMETHING = Condition(
    "department-may",
    "check 2A allows a department that is named at least one item",
    "art. 20",
    _may_go_to("department"),
)
ADOPTS_WHAT_IS_NEW = Condition(
    "adopts-what-is-new", "`about` names every intervention that is not yet adopted", "art. 22", _adopts_what_is_new
)
SUBJECTS_HAVE_A_RECORD = Condition(
    "subjects-have-a-record",
    "every subject has a record of the duty to inform",
    "art. 26 lid 1",
    _every_subject_has_a_record,
)
WAS_ADOPTED = Condition(
    "was-adopted", "the plan that names it was adopted", "art. 22", lambda f, a, _d: bool(a) and a[0] in adopted(f)
)
EVERY_INTERVENTION_CHECKED = Condition(
    "every-intervention-checked",
    "check 2B has been done for every intervention",
    "art. 23",
    _every_intervention_checked,
)
CHECKED_2B = Condition("checked-2b", "check 2B has been done for this intervention", "art. 23", _checked_2b)
NOT_EXECUTED = Condition(
    "not-executed",
    "it has not been executed or dropped",
    "art. 24",
    lambda f, a, _d: bool(a) and all(one.about[0] != a[0] for one in f.of("execution")),
)
INFORMED_AT_EXECUTION = Condition(
    "informed-at-execution",
    "its subjects have been informed, or informing them was deferred with a review date that has not passed",
    "art. 26 lid 1",
    _notice_with_execution,
)
EVERY_INTERVENTION_DONE = Condition(
    "every-intervention-done",
    "every intervention has been executed, or dropped with a reason",
    "art. 25",
    _every_intervention_done,
)
EVERYBODY_INFORMED_OR_DEFERRED = Condition(
    "everybody-informed-or-deferred",
    "every subject has been informed, or informing was deferred with a review date",
    "art. 26",
    lambda f, _a, _d: _informed_or_deferred(f, set(f.subjects)),
)
RIEC_INCLUDED = Condition("riec-included", "the LOT chose a RIEC intake", "art. 21 lid 2b", _riec_included)
RIEC_NOT_ASKED = Condition(
    "riec-not-asked",
    "the Ondermijningstafel has not been asked",
    "art. 21 lid 2b",
    lambda f, _a, _d: not _riec_asked(f),
)
RIEC_ASKED = Condition(
    "riec-asked", "the Ondermijningstafel has been asked", "art. 21 lid 2b", lambda f, _a, _d: _riec_asked(f)
)
NOTHING_WAITS_AT_THE_RIEC = Condition(
    "nothing-at-the-riec",
    "no answer of the Ondermijningstafel is awaited",
    "art. 21 lid 2b",
    _nothing_waits_at_the_riec,
)
