"""Phase 3: sources, hits, relevance (art. 17 and 18)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from shared.protocol.conditions.case import Case, Condition, condition
from shared.protocol.facts import Facts

NO_SOURCE = "none"
"""What is said of sources when none was consulted."""


def recorded_as_consulted(sources: Collection[str]) -> Condition:
    """What was consulted of `sources` has a record, also where nothing was found, and what has a record was consulted."""

    @condition(
        "art. 11 lid 2",
        "van elke bron die is geraadpleegd is vastgelegd wat zij opleverde, en elke bron waarvan dat is vastgelegd, is genoemd",
        at="fields.sources",
    )
    def consulted_is_recorded(case: Case) -> str | None:
        named = set(case.fields.get("sources") or ()) - {NO_SOURCE}
        recorded = {one.category for one in case.facts.items} & set(sources)
        if named - recorded:
            return f"er is niets vastgelegd van: {case.called(sorted(named - recorded))}"
        left = sorted(recorded - named)
        return f"er is ook iets vastgelegd van: {case.called(left)}" if left else None

    return consulted_is_recorded


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


def judged_hits(facts: Facts) -> dict[str, str]:
    """Hit to what privacycheck 1b said of it."""
    return {one.about[0]: one.outcome for one in facts.of("check-1b")}


def asked_on(case: Case) -> date:
    """The day on which the question was asked that this is about."""
    question = case.facts.item(case.it)
    return question.on if question else date.min


@condition("art. 18 lid 1", "over elke gekozen bron is besloten in privacycheck 1")
def every_source_checked(case: Case) -> str | None:
    checked = {one.about[0] for one in case.facts.of("check-1")}
    left = [one for one in listed_sources(case.facts) if one not in checked]
    return f"in privacycheck 1 is nog niet besloten over: {case.called(left)}" if left else None


@condition("art. 18 lid 1", "ten minste één bron mag worden geraadpleegd")
def some_source_approved(case: Case) -> str | None:
    return None if approved_sources(case.facts) else "geen enkele bron mag worden geraadpleegd"


@condition("art. 18 lid 1", "geen enkele bron mag worden geraadpleegd")
def no_source_approved(case: Case) -> str | None:
    approved = approved_sources(case.facts)
    return f"mag wel worden geraadpleegd: {case.called(approved)}" if approved else None


@condition("art. 18 lid 1", "privacycheck 1 staat toe dat deze bron wordt geraadpleegd")
def source_approved(case: Case) -> str | None:
    source = str(case.fields.get("source"))
    if source in approved_sources(case.facts):
        return None
    return f"privacycheck 1 staat niet toe dat deze bron wordt geraadpleegd: {case.called([source])}"


@condition("art. 1 onder h", "het gaat over een persoon of object uit het signaal")
def about_somebody(case: Case) -> str | None:
    known = {*case.facts.subjects, *case.facts.objects}
    return None if case.it in known else "een vraag aan een bron gaat over een persoon of object uit het signaal"


@condition("art. 18 lid 2", "deze vraag is nog niet beantwoord, of de bron was nog niet geraadpleegd")
def question_open(case: Case) -> str | None:
    open_still = answers(case.facts).get(case.it, "not-consulted") == "not-consulted"
    return None if open_still else f"vraag {case.it} is al beantwoord"


@condition("art. 18 lid 2", "de uiterste datum voor het antwoord is niet voorbij", at="fields.answerBy")
def answer_can_still_come(case: Case) -> str | None:
    by = case.day("answerBy")
    return None if by and by >= case.facts.today else f"de uiterste datum ligt vóór {case.facts.today}"


@condition("art. 18 lid 2", "er is niet geantwoord voordat de bron was geraadpleegd", at="fields.answeredOn")
def answered_after_consulting(case: Case) -> str | None:
    consulted, answered = case.day("consultedOn"), case.day("answeredOn")
    if consulted is None or answered is None or consulted <= answered:
        return None
    return f"de datum van het antwoord ligt vóór {consulted}, toen de bron is geraadpleegd"


@condition("art. 18 lid 2", "elke toegestane bron is bevraagd en heeft geantwoord: hit, geen hit of niet geraadpleegd")
def every_source_answered(case: Case) -> str | None:
    given = answers(case.facts)
    asked = {source: questions_to(case.facts, source) for source in approved_sources(case.facts)}
    silent = [source for source, questions in asked.items() if not questions]
    if silent:
        return f"nog niet bevraagd: {case.called(silent)}"
    waiting = [source for source, questions in asked.items() if any(one not in given for one in questions)]
    return f"nog niet geantwoord: {case.called(waiting)}" if waiting else None


@condition("art. 18 lid 2", "er is ten minste één hit")
def some_hit(case: Case) -> str | None:
    return None if hits(case.facts) else "er is geen enkele hit"


@condition("art. 18 lid 2", "er is geen enkele hit")
def no_hit(case: Case) -> str | None:
    found = hits(case.facts)
    return f"er is een hit, op vraag {', '.join(found)}" if found else None


@condition("art. 18 lid 2", "deze vraag is beantwoord met een hit")
def is_a_hit(case: Case) -> str | None:
    return None if case.it in hits(case.facts) else f"vraag {case.it} is niet beantwoord met een hit"


@condition("art. 18 lid 2", "van elke hit is bepaald of die relevant is (privacycheck 1b)")
def every_hit_judged(case: Case) -> str | None:
    left = [one for one in hits(case.facts) if one not in judged_hits(case.facts)]
    return f"privacycheck 1b is nog niet gedaan voor de hit op vraag {', '.join(left)}" if left else None


def relevant_hit(source: str) -> Condition:
    """Data of `source` come only from a hit of that source, about the same person or object (R-F3.4)."""

    @condition(
        "art. 18 lid 2",
        "het hoort bij een hit van deze bron over dezelfde persoon of hetzelfde object, relevant bevonden in privacycheck 1b",
    )
    def hit_is_relevant(case: Case) -> str | None:
        question = case.facts.item(str(case.fields.get("hit")))
        if question is None or question.fields.get("source") != source:
            return f"de genoemde hit is geen vraag aan deze bron: {case.called([source])}"
        if judged_hits(case.facts).get(question.name) != "relevant":
            return f"privacycheck 1b heeft de hit op vraag {question.name} niet relevant bevonden"
        return (
            None
            if case.it == question.about
            else f"vraag {question.name} gaat niet over {case.it} maar over {question.about}"
        )

    return hit_is_relevant
