"""What must be true before something can be decided or recorded, each with its article.

Every condition only looks at what people recorded; none of them decides anything by itself (R-5.7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from shared.protocol.facts import Condition, Facts, Item
from shared.protocol.terms import add_months

About = Sequence[str]
Fields = Mapping[str, Any]

POLICE = "politie"
PROCESS_CATEGORIES = frozenset({"question", "paper", "intervention", "monitoring", "decision"})


# --- phase 3: sources, hits, relevance ---------------------------------------------------------------


def listed_sources(facts: Facts) -> tuple[str, ...]:
    last = facts.last("source-list")
    return tuple(last.fields.get("sources", ())) if last else ()


def approved_sources(facts: Facts) -> tuple[str, ...]:
    approved = {one.about[0] for one in facts.of("check-1") if one.outcome == "approved"}
    return tuple(one for one in listed_sources(facts) if one in approved)


def questions_to(facts: Facts, source: str) -> tuple[str, ...]:
    return tuple(one.name for one in facts.of_category("question") if one.fields.get("source") == source)


def answers(facts: Facts) -> dict[str, str]:
    """Question to its answer: hit, no-hit or not-consulted."""
    return {one.about[0]: one.outcome for one in facts.of("answer")}


def hits(facts: Facts) -> tuple[str, ...]:
    return tuple(question for question, answer in answers(facts).items() if answer == "hit")


def _every_source_checked(facts: Facts, _about: About, _fields: Fields) -> bool:
    return {one.about[0] for one in facts.of("check-1")} >= set(listed_sources(facts))


def _every_source_answered(facts: Facts, _about: About, _fields: Fields) -> bool:
    given = answers(facts)
    for source in approved_sources(facts):
        asked = questions_to(facts, source)
        if not asked or any(one not in given for one in asked):
            return False
    return True


def relevant_hit(source: str) -> Condition:
    """Data of `source` come only from a hit of that source, about the same person or object (R-F3.4)."""

    def holds(facts: Facts, about: About, fields: Fields) -> bool:
        question = facts.item(str(fields.get("hit")))
        judged = {one.about[0]: one.outcome for one in facts.of("check-1b")}
        return (
            question is not None
            and judged.get(question.name) == "relevant"
            and question.fields.get("source") == source
            and tuple(about) == (question.about,)
        )

    says = f"it is linked to a hit of {source} about the same, which check 1b found relevant"
    return Condition("hit-is-relevant", says, "art. 18 lid 2", holds)


EVERY_SOURCE_CHECKED = Condition(
    "every-source-checked", "every listed source has been decided on", "art. 18 lid 1", _every_source_checked
)
SOME_SOURCE_APPROVED = Condition(
    "some-source-approved", "a source has been approved", "art. 18 lid 1", lambda f, _a, _d: bool(approved_sources(f))
)
NO_SOURCE_APPROVED = Condition(
    "no-source-approved", "no source has been approved", "art. 18 lid 1", lambda f, _a, _d: not approved_sources(f)
)
SOURCE_APPROVED = Condition(
    "source-approved",
    "privacy check 1 has approved this source",
    "art. 18 lid 1",
    lambda f, _a, d: d.get("source") in approved_sources(f),
)
ABOUT_SOMEBODY = Condition(
    "about-somebody",
    "it is about a person or an object of the signal",
    "art. 1 sub h",
    lambda f, a, _d: bool(a) and a[0] in {*f.subjects, *f.objects},
)
ANSWERED_ONCE = Condition(
    "question-open",
    "this question has no answer yet",
    "art. 18 lid 2",
    lambda f, a, _d: bool(a) and a[0] not in answers(f),
)
EVERY_SOURCE_ANSWERED = Condition(
    "every-source-answered",
    "every approved source has been asked and has answered: hit, no hit, or not consulted",
    "art. 18 lid 2",
    _every_source_answered,
)
SOME_HIT = Condition("some-hit", "there is a hit", "art. 18 lid 2", lambda f, _a, _d: bool(hits(f)))
NO_HIT = Condition("no-hit", "there is no hit", "art. 18 lid 2", lambda f, _a, _d: not hits(f))
IS_A_HIT = Condition(
    "is-a-hit", "this question was answered with a hit", "art. 18 lid 2", lambda f, a, _d: bool(a) and a[0] in hits(f)
)
EVERY_HIT_JUDGED = Condition(
    "every-hit-judged",
    "for every hit it has been decided whether it is relevant (check 1b)",
    "art. 18 lid 2",
    lambda f, _a, _d: {one.about[0] for one in f.of("check-1b")} >= set(hits(f)),
)


# --- phase 4: sharing, approach, plan ----------------------------------------------------------------


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


# --- dates -------------------------------------------------------------------------------------------


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def review_within(months: int) -> Condition:
    """A deferral is looked at again before long (R-26.8)."""

    def holds(facts: Facts, _about: About, fields: Fields) -> bool:
        on = _date(fields.get("reviewOn"))
        return on is not None and facts.today < on <= add_months(facts.today, months)

    return Condition(
        "review-date", f"`reviewOn` lies after today and at most {months} months ahead", "art. 26 lid 5", holds
    )


def not_in_the_future(name: str, article: str) -> Condition:
    def holds(facts: Facts, _about: About, fields: Fields) -> bool:
        if fields.get(name) is None:
            return True
        on = _date(fields[name])
        return on is not None and on <= facts.today

    return Condition(f"{name}-not-ahead", f"`{name}` does not lie in the future", article, holds)


HAS_NOBODY = Condition(
    "nobody-known", "no natural person is known in this signal", "art. 26", lambda f, _a, _d: not f.subjects
)
HAS_SOMEBODY = Condition(
    "somebody-known", "it is about a natural person", "art. 26", lambda f, _a, _d: bool(f.subjects)
)
