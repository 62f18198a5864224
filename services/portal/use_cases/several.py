"""Several questions answered on one page: which can follow one another, the form of each, and what became of them.

The service says what follows on what; here each form gets names of its own, and a fault its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData

from services.portal.calls import Calls, Said
from services.portal.forms import Control
from services.portal.seen import Opened
from services.portal.sessions import Session
from services.portal.trouble import Trouble
from services.portal.use_cases.answered import body_of
from services.portal.use_cases.dossiers import Dossiers, at
from services.portal.use_cases.drafts import DraftPlace
from services.portal.use_cases.filled import empty, text, trouble
from services.portal.words import COUNTED

AS_ITEM = "item"
"""In the place of a decision: something is recorded, of the category beside it."""
NOT_IN_ORDER = Trouble("Deze antwoorden volgen niet op elkaar. Beantwoord de vragen in volgorde en sla er geen over.")
STEPS_OVERTAKEN = Trouble("Er is intussen iets anders besloten, of het is al gebeurd.", overtaken=True)


@dataclass(frozen=True)
class Step:
    """A decision with its outcome, or AS_ITEM with a category."""

    key: str
    answer: str

    @property
    def name(self) -> str:
        """Before the names of its fields; no step stands on a page twice."""
        return f"{AS_ITEM}-{self.answer}" if self.key == AS_ITEM else self.key

    def own(self, filled: FormData) -> FormData:
        """What was filled in of it, by the names that its form has alone."""
        mine, before = filled.multi_items(), f"{self.name}."
        return FormData([(name.removeprefix(before), value) for name, value in mine if name.startswith(before)])


@dataclass(frozen=True)
class Follows:
    """`places`: as the service says them; `ends`: why it goes no further, in words."""

    places: Sequence[Mapping[str, Any]]
    ends: str

    def of(self, steps: Sequence[Step]) -> Sequence[Step]:
        """Those at the beginning of `steps` that follow one another."""
        both = zip(steps, self.places, strict=False)
        return [step for step, _ in takewhile(lambda one: _is_of(one[1], one[0]), both)]

    def has(self, steps: Sequence[Step]) -> bool:
        return len(self.of(steps)) == len(steps)


@dataclass(frozen=True)
class Question:
    """The form of one step; `asked`: its controls, with the names that they have on the page."""

    step: Step
    dossier: Opened
    asked: tuple[Control, ...]
    decision: Mapping[str, Any] | None = None
    outcome: Mapping[str, Any] | None = None
    record: Mapping[str, Any] | None = None

    @property
    def called(self) -> str:
        return str(self.decision["question"] if self.decision else self.record["name"] if self.record else "")


@dataclass(frozen=True)
class TookSteps:
    """How it went: so many `done`, in order; `made`: what was recorded, by the name that it had on the page."""

    done: int
    made: Mapping[str, str]
    trouble: Trouble | None = None


class Several:
    def __init__(self, calls: Calls, dossiers: Dossiers) -> None:
        self._calls = calls
        self._dossiers = dossiers

    async def follow(self, session: Session, dossier: Opened, steps: Sequence[Step]) -> Follows:
        """Raises what the service answers when it cannot be said."""
        given = urlencode([("given", f"{one.key}:{one.answer}") for one in steps])
        said = body_of(await self._calls.get(session, dossier.holder, f"{at(dossier.number)}/steps?{given}"))
        return Follows(said["places"], said["ends"])

    async def still(
        self, session: Session, dossier: Opened, steps: Sequence[Step]
    ) -> tuple[Sequence[Step], Follows] | None:
        """Those of `steps` that are asked still, when the first were decided otherwise; None where nothing is left."""
        for place in range(len(steps)):
            follows = await self.follow(session, dossier, steps[place:])
            if follows.has(steps[place:]):
                return steps[place:], follows
        return None

    def questions(self, dossier: Opened, follows: Follows, steps: Sequence[Step]) -> tuple[Question, ...]:
        """The forms of `steps`, which `follows` has; what is recorded in one can be named in the next."""
        return tuple(
            self._question(dossier, place, one, steps) for place, one in zip(follows.places, steps, strict=False)
        )

    def _question(self, dossier: Opened, place: Mapping[str, Any], step: Step, steps: Sequence[Step]) -> Question:
        if place.get("record"):
            record = place["record"]
            asked = self._dossiers.recorded(dossier, record)
            return Question(step, dossier, _named(asked, step, steps), record=record)
        decision = place["decision"]
        outcome = next(one for one in decision["outcomes"] if one["key"] == step.answer)
        asked = self._dossiers.asked(dossier, decision, outcome)
        return Question(step, dossier, _named(asked, step, steps), decision=decision, outcome=outcome)

    async def take(
        self, session: Session, dossier: Opened, questions: Sequence[Question], filled: FormData, version: int
    ) -> TookSteps:
        """They are taken one after the other; where that stops, what was taken stands."""
        # Before anything is sent: else half would be recorded.
        missing = empty((each for one in questions for each in one.asked), filled)
        if missing:
            return TookSteps(0, {}, Trouble("Er is nog niets vastgelegd. Vul eerst in wat ontbreekt.", missing))
        body = {"expectedVersion": version, "steps": [self._body(one, filled) for one in questions]}
        said = await self._calls.post(session, dossier.holder, f"{at(dossier.number)}/steps", body)
        if wrong := trouble(said):
            return TookSteps(0, {}, _placed(wrong, questions[0]))
        done = said.body["done"]
        items = {f"step-{place}": one["item"]["item"] for place, one in enumerate(done, 1) if one.get("item")}
        problem = said.body.get("stopped")
        stopped = trouble(Said(problem.get("status", 400), problem)) if problem else None
        if stopped is None:
            return TookSteps(len(done), items)
        # What the service says of one request, that nothing was recorded, is not so of several.
        words = "Kijk de volgende stap na." if stopped.faults else stopped.words
        words = f"{_so_far(questions[: len(done)])} {words}"
        return TookSteps(len(done), items, _placed(replace(stopped, words=words), questions[len(done)]))

    def _body(self, one: Question, filled: FormData) -> dict[str, Any]:
        own, alone = one.step.own(filled), tuple(_unnamed(one))
        if one.record:
            body = self._dossiers.record_body(dict(one.record), alone, own)
        else:
            body = self._dossiers.decision_body(dict(one.decision or {}), dict(one.outcome or {}), alone, own)
        # The version that was seen stands beside the steps.
        del body["expectedVersion"]
        return {"item" if one.record else "decision": body}


def steps_of(given: Iterable[tuple[str, str]]) -> list[Step]:
    """As they stand in an address: `weging-1=suspicion`, `item=bag`; what was left open is no step."""
    return list(dict.fromkeys(Step(key, answer) for key, answer in given if answer))


def address(number: str, steps: Iterable[Step]) -> str:
    """Of the page with the forms of these steps: codes only."""
    return f"/dossiers/{number}/samen/invullen?{urlencode([(one.key, one.answer) for one in steps])}"


def draft_of_several(dossier: Opened, steps: Sequence[Step]) -> DraftPlace:
    """Where a draft is kept: by the first of them, so that who chooses more or less after it finds his words."""
    first = steps[0].answer if steps[0].key == AS_ITEM else steps[0].key
    return DraftPlace(dossier.holder, f"{at(dossier.number)}/drafts/steps.{first}")


def recorded_already(dossier: Opened, steps: Sequence[Step], filled: FormData, session: Session, seen: int) -> int:
    """How many of them, in order, he recorded with the same words since version `seen`: as by a second click."""
    mine = [one for one in dossier.since(seen, str(filled.get("known", ""))) if one.by == session.user_id]
    count = 0
    for one, step in zip(mine, steps, strict=False):
        own = step.own(filled)
        key, words = (AS_ITEM, text(own, "finding")) if not one.decision else (one.decision["key"], text(own, "reason"))
        if not words or key != step.key or one.words != words or (key == AS_ITEM and one.category != step.answer):
            break
        count += 1
    return count


def moved(filled: FormData, done: int, made: Mapping[str, str], steps: int) -> FormData:
    """What was filled in, for the steps that are left after `done` of `steps`. What was recorded goes by its own name; where
    that is not known it has to be chosen anew."""
    names = {f"step-{place}": f"step-{place - done}" if place > done else "" for place in range(1, steps + 1)}
    names |= made
    return FormData([(name, names.get(str(value), value)) for name, value in filled.multi_items()])


def _is_of(place: Mapping[str, Any], step: Step) -> bool:
    if step.key == AS_ITEM:
        return bool(place.get("record")) and place["record"]["category"] == step.answer
    decision: Mapping[str, Any] = place.get("decision") or {}
    return decision.get("key") == step.key and place["answer"] == step.answer


def _named(asked: Iterable[Control], step: Step, steps: Sequence[Step]) -> tuple[Control, ...]:
    """With the name of the step before that of each; what is recorded on the same page is called so."""

    def called(code: str, words: str) -> str:
        place = code.removeprefix("step-")
        return f"wat u bij {place} vastlegt" if code != place and place.isdigit() else words

    return tuple(
        replace(
            one,
            name=f"{step.name}.{one.name}",
            options=tuple((code, called(code, words)) for code, words in one.options),
            parts=_named(one.parts, step, steps),
        )
        for one in asked
    )


def _unnamed(one: Question) -> Iterable[Control]:
    """The controls by the names that they have alone, also those inside others."""
    before = f"{one.step.name}."

    def alone(each: Control) -> Control:
        return replace(each, name=each.name.removeprefix(before), parts=tuple(map(alone, each.parts)))

    return map(alone, one.asked)


def _placed(wrong: Trouble, one: Question) -> Trouble:
    """At the fields of the question that it is about."""
    here = wrong.at_the_fields(each.name for each in _unnamed(one))
    return replace(here, faults=tuple((f"{one.step.name}.{name}", reason) for name, reason in here.faults))


def _so_far(done: Sequence[Question]) -> str:
    what = "besluit" if all(one.decision for one in done) else "stap"
    if len(done) == 1:
        return f"{'Het' if what == 'besluit' else 'De'} eerste {what} is vastgelegd; de rest nog niet."
    several = {"besluit": "besluiten", "stap": "stappen"}[what]
    return f"De eerste {COUNTED[len(done)]} {several} zijn vastgelegd; de rest nog niet."
