"""What can be put right, who had it, and who still has to be told (AVG 5 lid 1 onder d, AVG 19)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from shared.protocol.composing import OF
from shared.protocol.conditions.approach import (
    CHILD,
    POINTS_AT_REPORTER,
    PROCESS_CATEGORIES,
    adopted,
    shareable,
)
from shared.protocol.conditions.case import Case, condition
from shared.protocol.conditions.research import answers
from shared.protocol.facts import Facts, Item, Taken
from shared.protocol.municipality import MEMBER, TABLE_OF_THE_RIEC

_ACCURACY, _RECIPIENTS_KNOW = "art. 5 lid 1 onder d AVG", "art. 19 AVG"
PUT_RIGHT = ("rectify", "not-concerned")
"""Decisions by which what others had proves wrong."""
SET_RIGHT, WAS_TOLD, CONFIRMED = "set-right", "told", "confirmed"


def rectifiable(facts: Facts) -> tuple[str, ...]:
    """What can be put right: data, but for the report itself; of the handling what nobody has acted on yet."""
    done = {*answers(facts), *adopted(facts)}
    waits = {"question", "intervention", "paper", CHILD, POINTS_AT_REPORTER}
    # What is restricted because it is contested is put right as anything else.
    data = [one for one in shareable(replace(facts, restricted={})) if one != "report"]
    return (*data, *(one.name for one in facts.items if one.category in waits and one.name not in done))


def put_right(facts: Facts) -> tuple[str, ...]:
    """The items and persons that were put right, in whichever phase: those who had them are told."""
    return tuple(dict.fromkeys(one.about[0] for one in (*facts.right_before, *facts.decisions) if one.key in PUT_RIGHT))


def had(facts: Facts, thing: str) -> tuple[str, ...]:
    """Who received `thing` before it was put right, in whichever phase: who holds a source by a question about him, members by
    a paper; and in phase 4 partners of an approach or plan by check 2A, the RIEC by its intake and by what it was given on its own
    question, departments by 2B."""
    all_items = (*facts.items, *facts.superseded)
    about_him = {
        one.name
        for one in all_items
        if one.category not in PROCESS_CATEGORIES and _is_in(facts, thing, (one.about, *_brought_to_light(one)))
    }
    things = {thing, *about_him, *({"report"} if _was_reported(facts, thing) else ())}
    may: set[tuple[str, str]] = set()
    given: set[tuple[str, str]] = set()
    found: dict[str, None] = dict.fromkeys(_had_by_a_record(facts, thing, things))
    if any(one.key in PUT_RIGHT and one.about[0] == thing for one in facts.right_before):
        # Nobody has it by a decision of a later phase.
        return tuple(found)
    carried_out_by = {
        one.name: str(one.fields.get("department")) for one in all_items if one.category == "intervention"
    }
    for one in facts.decisions:
        if one.key in PUT_RIGHT and one.about[0] == thing:
            break
        if one.key == "check-2a":
            item, recipient = one.about
            (may.add if one.outcome == "may" else may.discard)((item, recipient))
        elif one.key == "check-2b":
            intervention, item = one.about
            cell = (item, carried_out_by.get(intervention, ""))
            (given.add if one.outcome == "may" else given.discard)(cell)
        elif one.key == "check-2b-done":
            found |= dict.fromkeys(to for item, to in sorted(given) if item in things)
        if (one.key, one.outcome) == ("riec-supplement", "given") and things & set(one.about):
            found[TABLE_OF_THE_RIEC] = None
        partners = {TABLE_OF_THE_RIEC} if one.key == "riec-intake" else set(one.fields.get("partners") or ())
        found |= dict.fromkeys(to for item, to in sorted(may) if item in things and to in partners)
    return tuple(found)


def _had_by_a_record(facts: Facts, thing: str, things: set[str]) -> Iterator[str]:
    """Who was asked about it, or read it in a paper: the record is what shares it. What is put right of the handling itself
    is told by the task that ends."""
    since = next(
        (one.on for one in (*facts.right_before, *facts.decisions) if one.key in PUT_RIGHT and one.about[0] == thing),
        facts.today,
    )
    for one in (*facts.items, *facts.superseded):
        if one.on > since or one.name == thing:
            continue
        if one.category == "question" and _is_in(facts, thing, (one.about,)):
            yield str(one.fields.get("source"))
        elif one.category == "paper" and things & set(one.fields.get("items") or ()):
            going = one.fields.get("concerning")
            if (
                not thing.startswith("S")
                or going is None
                or _is_in(facts, thing, (one.partition(OF)[0] for one in going))
            ):
                yield MEMBER


def _is_in(facts: Facts, thing: str, codes: Iterable[str]) -> bool:
    """Whether `thing` is one of `codes`; who was named twice is one person."""
    return facts.person(thing) in map(facts.person, codes)


def _brought_to_light(item: Item) -> Iterator[str]:
    """The persons who became known by a finding."""
    return (str(one["subject"]) for one in item.fields.get("persons") or ())


def _was_reported(facts: Facts, thing: str) -> bool:
    """Whether it is a person whom the report names, by whichever of his codes."""
    every = (*facts.items, *facts.superseded, *facts.quarantined)
    found = {code for one in every for code in _brought_to_light(one)}
    called = {thing, *(code for code in facts.same if facts.person(code) == facts.person(thing)), facts.person(thing)}
    return thing.startswith("S") and bool(called - found)


def told_of_it(facts: Facts) -> tuple[str, ...]:
    """Everybody who had something that was put right, each once."""
    return tuple(dict.fromkeys(to for thing in put_right(facts) for to in had(facts, thing)))


def to_be_told(facts: Facts) -> tuple[tuple[str, str], ...]:
    """What was put right, and who had it and was not told yet."""
    done = {one.about for one in set_right(facts)}
    return tuple((thing, to) for thing in put_right(facts) for to in had(facts, thing) if (thing, to) not in done)


def set_right(facts: Facts) -> tuple[Taken, ...]:
    """What was recorded of who had something that was put right, here or by an earlier holder, in its order."""
    return tuple(one for one in (*facts.right_before, *facts.decisions) if one.key == SET_RIGHT)


@dataclass(frozen=True)
class Knows:
    """What is known of a receiver who had `thing`: `how` he heard it (None: not yet), when, and when he confirmed it."""

    thing: str
    receiver: str
    how: str | None = None
    told: date | None = None
    confirmed: date | None = None


def who_knows(facts: Facts) -> tuple[Knows, ...]:
    """Everybody who had something that was put right, for each thing. The day is the one that was filled in; of an earlier holder
    the day on which it was recorded is known."""
    found = {(thing, to): Knows(thing, to) for thing in put_right(facts) for to in had(facts, thing)}
    for one in set_right(facts):
        thing, to = one.about
        known = replace(found.get((thing, to), Knows(thing, to)), how=one.outcome)
        if one.outcome == WAS_TOLD:
            known = replace(known, told=_day(one, "toldOn"))
        elif one.outcome == CONFIRMED:
            known = replace(known, confirmed=_day(one, "confirmedOn"))
        found[thing, to] = known
    return tuple(found.values())


def _day(one: Taken, name: str) -> date:
    given = one.fields.get(name)
    return date.fromisoformat(str(given)) if given else one.on


@condition(_ACCURACY, "het is een gegeven; wat van de behandeling is vastgelegd vervalt, en wordt opnieuw vastgelegd")
def is_no_handling(case: Case) -> str | None:
    found = case.facts.item(case.it)
    if found is None or (found.category not in PROCESS_CATEGORIES):
        return None
    return f"{case.it} is geen gegeven: laat het vervallen en leg het opnieuw vast"


@condition(_ACCURACY, "het gaat om twee personen: eerst wie vervalt, dan wie blijft")
def two_persons(case: Case) -> str | None:
    return None if len(set(case.about)) == 2 else "noem twee personen: eerst wie vervalt, dan wie blijft"


@condition(_RECIPIENTS_KNOW, "deze ontvanger heeft gekregen wat niet klopt, en is dat nog niet verteld")
def had_it(case: Case) -> str | None:
    if case.about in to_be_told(case.facts):
        return None
    return f"{case.called(case.about[1:])} heeft dit niet gekregen, of weet al dat het niet klopt: {case.it}"


@condition(_RECIPIENTS_KNOW, "deze ontvanger is verteld wat niet klopt, en heeft dat nog niet bevestigd")
def knows_of_it(case: Case) -> str | None:
    known = _known(case)
    if known and known.how == WAS_TOLD:
        return None
    return f"{case.called(case.about[1:])} is dit niet verteld, of heeft het al bevestigd: {case.it}"


@condition(_RECIPIENTS_KNOW, "een ontvanger bevestigt niet voordat het hem is verteld", at="fields.confirmedOn")
def confirmed_after_telling(case: Case) -> str | None:
    on, known = case.day("confirmedOn"), _known(case)
    if on is None or known is None or known.told is None or known.told <= on:
        return None
    return f"de datum waarop het is bevestigd ligt vóór {known.told}, toen het hem is verteld"


def _known(case: Case) -> Knows | None:
    return next((one for one in who_knows(case.facts) if (one.thing, one.receiver) == case.about), None)


@condition(_RECIPIENTS_KNOW, "wie heeft gekregen wat niet klopt, is dat verteld")
def everybody_set_right(case: Case) -> str | None:
    left = [f"{case.called([to])} ({thing})" for thing, to in to_be_told(case.facts)]
    return f"nog niet verteld dat het niet klopt, aan: {', '.join(left)}" if left else None


@condition("art. 5 UAVG", "van een kind is bekend wie het vertegenwoordigt: aan die persoon is de kennisgeving gericht")
def goes_to_a_representative(case: Case) -> str | None:
    mark = next(iter(case.facts.of_category(CHILD)), None)
    if mark is None or not mark.fields.get("child") or mark.fields.get("representative"):
        return None
    return "deze persoon is een kind: leg bij het signaal eerst vast wie het vertegenwoordigt"


@condition("art. 5 UAVG", "het gaat over een persoon uit het signaal", at="about")
def about_a_person(case: Case) -> str | None:
    known = case.it in case.facts.subjects
    return None if known else "dat iemand een kind is, gaat over een persoon uit het signaal (S1, S2 …)"
