"""Which questions can be answered in one go: each as it would be asked when those before it had been answered.

Nothing is decided here and nothing written. What is supposed of an answer is the widest that it can mean (every source that can
be chosen, each thing that it can be about), so that what follows is offered with all that could be chosen; whether it holds is
judged when it is decided, after the one before it (shared/http/steps.py). Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from shared.engine.drafts import OF_A_RECORD
from shared.engine.given import Open
from shared.engine.roads import QUESTION, shares
from shared.protocol.conditions.plan import ADOPT_PLAN, asked
from shared.protocol.facts import Facts, Item, Taken
from shared.protocol.kinds import Choice, Choices, Date, Flag
from shared.protocol.model import HOLDER_OF, Category, Decision, Law, Outcome, State
from shared.protocol.open_now import Offered, Recordable, open_decisions, open_records

MOST_STEPS = 12
"""So many steps are taken in one request."""


@dataclass(frozen=True)
class StepAsked:
    """One step as it would be asked. `answer`: the key of the outcome that is supposed by what comes after it, of a record
    nothing; `alone`: the answers that are given by themselves, and why; `state` and `records`: where the signal would
    stand, and what could be recorded first."""

    state: State
    asks: Offered | Recordable
    answer: str
    alone: Mapping[str, str] = field(default_factory=dict)
    records: tuple[Recordable, ...] = ()


@dataclass(frozen=True)
class Following:
    """`places`: in order; `ends`: why it goes no further, in words."""

    places: tuple[StepAsked, ...]
    ends: str


@dataclass(frozen=True)
class _Now:
    """Where it would stand. `decided`: what was answered on the way; `meetings`: how many of each kind can decide still."""

    law: Law
    roles: frozenset[str]
    state: State
    facts: Facts
    meetings: Counter[str]
    decided: tuple[str, ...] = ()

    def offered(self) -> tuple[Offered, ...]:
        found = open_decisions(self.law, self.state, self.facts)
        holder = HOLDER_OF.get(self.state)
        here = [one for one in found if one.rule.taken_in in (None, holder) and one.rule.key not in self.decided]
        return tuple(one for one in here if one.can_be_taken)

    def records(self) -> tuple[Recordable, ...]:
        """What can be recorded, and that nobody else reads: a paper and a question are read beforehand."""
        found = [one for one in open_records(self.law, self.state, self.facts) if not one.missing]
        return tuple(one for one in found if not one.category.composed and one.category.key != QUESTION)

    def alone(self, rule: Decision, outcome: Outcome) -> str:
        """Why this is not answered along with others; empty where it can be."""
        if len(rule.about) > 1:
            return "dit wordt in een rooster beantwoord"
        if not self.roles & set(rule.who.roles):
            return f"hierover besluit {self.law.people(rule.who.roles)}"
        if rule.who.meeting and not self.meetings[rule.who.meeting]:
            return f"hiervoor is eerst een {rule.who.meeting} nodig"
        if rule.log_in_anew:
            return "hiervoor logt u eerst opnieuw in"
        if shares(rule, outcome) and (rule.key != ADOPT_PLAN or asked(self.facts)):
            # A plan goes to who adopted it himself: where nobody was asked, to nobody.
            return "wat u deelt, leest u eerst na"
        return "hierbij kiest u wat ervoor in de plaats komt" if outcome.corrects else ""

    def then(self, place: int, asks: Offered | Recordable, answer: str) -> _Now:
        """When this had been decided or recorded."""
        if isinstance(asks, Recordable):
            return replace(self, facts=_recorded(self.facts, asks.category, f"step-{place}"))
        rule = asks.rule
        outcome = rule.outcome(answer, self.state)
        assert outcome is not None
        fields = {one.name: _widest(one.kind, self.facts) for one in rule.asked(outcome)}
        abouts: list[tuple[str, ...]] = [()]
        if asks.about:
            abouts = [asks.about[0]] if rule.about_many else [(one,) for one in asks.about[0]]
        taken = tuple(Taken(rule.key, outcome.key, about, fields, self.facts.today) for about in abouts)
        left = self.meetings - Counter([rule.who.meeting] if rule.who.meeting else [])
        facts = replace(self.facts, decisions=(*self.facts.decisions, *taken))
        return replace(
            self, state=outcome.leads_to or self.state, facts=facts, meetings=left, decided=(*self.decided, rule.key)
        )

    def leads_on(self, outcome: Outcome) -> bool:
        return outcome.leads_to not in (None, self.state, State.ENDED)

    def leading(self) -> list[tuple[Offered, Outcome]]:
        """The answers that can be given now and lead on."""
        return [
            (one, outcome)
            for one in self.offered()
            for outcome in one.rule.outcomes_in(self.state)
            if self.leads_on(outcome) and not one.by_outcome[outcome.key]
        ]


def following(found: Open, roles: frozenset[str], given: Sequence[tuple[str, str]] = ()) -> Following:
    """What can follow one another from where `found` stands. `given`: the steps of which the answer is known, a decision
    with its outcome or OF_A_RECORD with a category; after these it goes on as the protocol does. It stops before what does not
    follow."""
    if found.facts is None:
        return Following((), "Hier wordt nu niets besloten.")
    facts = found.facts
    meetings = Counter(one.kind for one in found.meetings if one.id not in found.used)
    now = _Now(found.law, roles, found.state, facts, meetings)
    places: list[StepAsked] = []
    while len(places) < MOST_STEPS:
        number = len(places) + 1
        asks, answer, why = _given(now, *given[number - 1]) if number <= len(given) else _next(now, number)
        if asks is None:
            return Following(tuple(places), why)
        places.append(_place(now, asks, answer))
        if why := _stops(now, asks, answer):
            return Following(tuple(places), why)
        now = now.then(number, asks, answer)
    return Following(tuple(places), f"Er worden ten hoogste {MOST_STEPS} stappen tegelijk vastgelegd.")


def _place(now: _Now, asks: Offered | Recordable, answer: str) -> StepAsked:
    if isinstance(asks, Recordable):
        return StepAsked(now.state, asks, answer)
    why = {one.key: now.alone(asks.rule, one) for one in asks.rule.outcomes_in(now.state)}
    return StepAsked(now.state, asks, answer, {key: words for key, words in why.items() if words}, now.records())


def _given(now: _Now, key: str, answer: str) -> tuple[Offered | Recordable | None, str, str]:
    if key == OF_A_RECORD:
        record = next((one for one in now.records() if one.category.key == answer), None)
        return record, "", "Dit gegeven kan hier niet worden vastgelegd."
    for one in now.offered():
        outcome = one.rule.outcome(answer, now.state)
        if one.rule.key == key and outcome and not one.by_outcome[answer] and not now.alone(one.rule, outcome):
            return one, answer, ""
    return None, "", "Dit antwoord volgt niet op het vorige."


def _next(now: _Now, number: int) -> tuple[Offered | Recordable | None, str, str]:
    """What the protocol asks: what leads on; else what has to be decided or recorded before that can be."""
    leading = now.leading()
    able = [(one, outcome) for one, outcome in leading if not now.alone(one.rule, outcome)]
    if able:
        return able[0][0], able[0][1].key, ""
    if leading:
        one, outcome = leading[0]
        return (
            None,
            "",
            f"Daarna komt: ‘{one.rule.question}’. Die vraag beantwoordt u apart: {now.alone(one.rule, outcome)}.",
        )
    mine = [one for one in now.offered() if one.rule.states[0] == now.state]
    for asks in mine:
        for outcome in asks.rule.outcomes_in(now.state):
            # What others answer by a task of their own is waited for.
            if asks.by_outcome[outcome.key] or outcome.ends or asks.rule.in_codes or now.alone(asks.rule, outcome):
                continue
            if now.then(number, asks, outcome.key).leading():
                return asks, outcome.key, ""
    for record in now.records():
        if record.category.process and now.then(number, record, "").leading():
            return record, "", ""
    grid = next((one for one in mine if len(one.rule.about) > 1), None)
    if grid:
        return None, "", f"Daarna komt: ‘{grid.rule.question}’. Die vraag beantwoordt u in een rooster."
    return None, "", "Daarna wacht het op een ander, of op iets wat u apart vastlegt."


def _stops(now: _Now, asks: Offered | Recordable, answer: str) -> str:
    """Why nothing follows on this; empty where something can."""
    if isinstance(asks, Recordable):
        return ""
    outcome = asks.rule.outcome(answer, now.state)
    if outcome is None or outcome.ends or outcome.leads_to in (State.ENDED, State.CLOSED):
        return "Daarna eindigt de behandeling."
    if asks.rule.who.co_signers:
        return f"Daarna wacht het op {now.law.people(asks.rule.who.co_signers)}, die medeondertekent."
    if outcome.leads_to and HOLDER_OF.get(outcome.leads_to) != HOLDER_OF.get(now.state):
        return "Daarna gaat het dossier naar de volgende fase."
    return ""


def _recorded(facts: Facts, category: Category, name: str) -> Facts:
    fields = {one.name: _widest(one.kind, facts) for one in category.fields}
    made = Item(name, category.key, next(iter((*facts.objects, *facts.subjects)), "report"), fields, facts.today)
    return replace(facts, items=(*facts.items, made))


def _widest(kind: Any, facts: Facts) -> Any:
    """What leaves the most open of what can be filled in."""
    match kind:
        case Choices():
            return [one for one in kind.choices if one != kind.alone]
        case Choice():
            return next(iter(kind.choices), "")
        case Date():
            return facts.today.isoformat()
        case Flag():
            return False
    return None
