"""The versions of a plan: proposed to partners, answered by each of them, adopted by those who said so (art. 21 and 22)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from shared.protocol.conditions.approach import plan_was_there_on
from shared.protocol.conditions.case import Case, Condition, condition
from shared.protocol.facts import Facts, Taken
from shared.protocol.municipality import POLICE

PROPOSE_PLAN, ANSWER_PLAN, ADOPT_PLAN = "propose-plan", "answer-plan", "adopt-plan"
ADOPTS, ADOPTS_NOT, ASKS_FIRST = "adopts", "does-not-adopt", "question"
TOGETHER_ASKS = 2
"""How many partners of the LOT take a signal up together, at least (art. 21 lid 2 onder a)."""
_TOGETHER = ("integral", "riec-and-local")
_WEIGHED_ANEW = ("approach", "reweighing")


@dataclass(frozen=True)
class Version:
    """A version of the plan. `interventions`: what it adds, `whole`: with what was adopted before and not dropped; `asked`:
    the partners to whom it was proposed; `answers`: what each said last; `waits`: it can be answered and adopted still."""

    number: int
    interventions: tuple[str, ...]
    whole: tuple[str, ...]
    asked: tuple[str, ...] = ()
    proposed: Taken | None = None
    answers: Mapping[str, Taken] = field(default_factory=dict)
    adopted: Taken | None = None
    waits: bool = False

    @property
    def adopters(self) -> dict[str, Taken]:
        """Who adopted it himself, and how he said so."""
        return {one: said for one, said in self.answers.items() if said.outcome == ADOPTS}

    @property
    def state(self) -> str:
        if self.adopted:
            return "adopted"
        return "proposed" if self.waits else "replaced"


def versions(decisions: Iterable[Taken]) -> tuple[Version, ...]:
    """Every version there was, in their order. What was proposed before the LOT weighed anew, or before a later proposal, is
    adopted no more; what no partner was asked about is a version by its adoption."""
    found: list[Version] = []
    stands: tuple[str, ...] = ()
    for one in decisions:
        waits = bool(found) and found[-1].waits
        if waits and one.key in (PROPOSE_PLAN, *_WEIGHED_ANEW):
            found[-1] = replace(found[-1], waits=False)
        if one.key == PROPOSE_PLAN:
            asked = tuple(one.fields.get("partners") or ())
            found.append(Version(len(found) + 1, one.about, (*stands, *one.about), asked, one, waits=True))
        elif one.key == ANSWER_PLAN and waits:
            found[-1] = replace(found[-1], answers={**found[-1].answers, one.about[0]: one})
        elif one.key == ADOPT_PLAN and waits:
            found[-1] = replace(found[-1], adopted=one, waits=False)
        elif one.key == ADOPT_PLAN:
            found.append(Version(len(found) + 1, one.about, (*stands, *one.about), adopted=one))
        if one.key == ADOPT_PLAN:
            stands = (*stands, *one.about)
        elif one.key == "execution" and one.outcome == "dropped":
            stands = tuple(name for name in stands if name not in one.about)
    return tuple(found)


def waiting(facts: Facts) -> Version | None:
    """The version that partners are asked about now."""
    last = next(reversed(versions(facts.decisions)), None)
    return last if last and last.waits else None


def asked(facts: Facts) -> tuple[str, ...]:
    """Who was asked to adopt it."""
    now = waiting(facts)
    return now.asked if now else ()


def answered_on(said: Taken) -> date:
    """The day of an answer: of what was entered the one that was filled in."""
    try:
        return date.fromisoformat(str(said.fields["repliedOn"]))
    except (KeyError, ValueError):
        return said.on


# --- proposing and answering ------------------------------------------------------------------------------


@condition("art. 22", "de dag waarop uiterlijk een antwoord wordt verwacht, is nog niet voorbij", at="fields.answerBy")
def partners_have_time(case: Case) -> str | None:
    on = case.day("answerBy")
    return f"{on} is al voorbij" if on is not None and on < case.facts.today else None


def answers_itself(departments: Collection[str]) -> Condition:
    """Who can answer here is not answered for."""

    @condition(
        "art. 22", "een onderdeel van de gemeente antwoordt zelf; alleen van een ander wordt een antwoord ingevoerd"
    )
    def department_answers_itself(case: Case) -> str | None:
        entered = "how" in case.fields and case.it in departments
        return f"{case.called([case.it])} antwoordt zelf; dat wordt niet ingevoerd" if entered else None

    return department_answers_itself


@condition("art. 22", "deze partner heeft over deze versie nog niet beslist")
def has_not_answered(case: Case) -> str | None:
    now = waiting(case.facts)
    said = now.answers.get(case.it) if now else None
    if said is None or said.outcome == ASKS_FIRST:
        return None
    return f"{case.called([case.it])} heeft op deze versie al geantwoord: leg een nieuwe versie voor"


def proposed_on(case: Case) -> date:
    now = waiting(case.facts)
    return now.proposed.on if now and now.proposed else date.min


# --- adopting ---------------------------------------------------------------------------------------------


@condition("art. 22", "het is de versie die aan partners is voorgelegd, als zij zijn gevraagd", at="about")
def is_what_was_proposed(case: Case) -> str | None:
    now = waiting(case.facts)
    if now is None or set(now.interventions) == set(case.about):
        return None
    return "het plan is gewijzigd sinds het is voorgelegd: leg de nieuwe versie voor"


@condition(
    "art. 22",
    "het noemt precies wie deze versie zelf heeft vastgesteld: niemand die niet is gevraagd, of dat niet heeft gedaan",
    at="fields.participants",
)
def participants_adopted(case: Case) -> str | None:
    now = waiting(case.facts)
    adopters = now.adopters if now else {}
    named = tuple(case.fields.get("participants") or ())
    for one in named:
        if now is None or one not in now.asked:
            return f"{case.called([one])} is niet gevraagd deze versie vast te stellen"
        if one not in adopters:
            return f"{case.called([one])} heeft deze versie niet zelf vastgesteld"
    left = [one for one in adopters if one not in named]
    return f"noem ook wie deze versie heeft vastgesteld: {case.called(left)}" if left else None


@condition(
    "art. 22",
    "wie zelf vaststelde, deed dat voor één partner, en is niet degene die deze versie heeft voorgelegd",
)
def each_by_its_own_person(case: Case) -> str | None:
    now = waiting(case.facts)
    itself = {one: said.by for one, said in now.adopters.items() if "how" not in said.fields} if now else {}
    proposer = now.proposed.by if now and now.proposed else ""
    doubled = [one for one, by in itself.items() if by and (by == proposer or [*itself.values()].count(by) > 1)]
    return f"laat iemand anders namens deze partner vaststellen: {case.called(doubled)}" if doubled else None


def enough_partners(departments: Collection[str]) -> Condition:
    """Together is with two at least of who the text knows as partners of the LOT: parts of the municipality and the police."""
    of_the_lot = {*departments, POLICE}

    @condition(
        "art. 21 lid 2 onder a",
        "bij een aanpak samen hebben ten minste twee onderdelen van de gemeente, of één en de politie, deze versie zelf"
        " vastgesteld; bij een andere ten minste één partner, als er partners zijn gevraagd",
    )
    def enough_partners_adopted(case: Case) -> str | None:
        now = waiting(case.facts)
        chosen = case.facts.last(*_WEIGHED_ANEW)
        adopters = [*now.adopters] if now else []
        if chosen and chosen.outcome in _TOGETHER:
            counting, least = [one for one in adopters if one in of_the_lot], TOGETHER_ASKS
        else:
            counting, least = adopters, 1 if now else 0
        if len(counting) >= least:
            return None
        so_far = case.called(counting) or "niemand"
        return f"deze versie is zelf vastgesteld door: {so_far}; nodig zijn er ten minste {least}"

    return enough_partners_adopted


def everybody_had_adopted_on(case: Case) -> date:
    """The day from which the plan could be adopted: it was there, and the last of its participants had said so."""
    now = waiting(case.facts)
    said = [answered_on(one) for one in now.adopters.values()] if now else []
    return max([plan_was_there_on(case), *said])
