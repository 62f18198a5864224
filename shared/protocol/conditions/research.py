"""Phase 3: sources, hits, relevance (articles 17 and 18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shared.protocol.facts import Condition, Facts

About = Sequence[str]
Fields = Mapping[str, Any]


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
