"""Several steps of one person in one request: each is a decision or a record of its own, taken one after the other.

Not all or nothing: what was done stands, and the answer says where it stopped. A step is judged on what the one before it
wrote (its version, its MAC, its items as ciphertext), and between reading and writing OpenBao is called, never inside a
transaction (docs/decisions/0017). One transaction would keep rows locked over several calls, or need an engine that judges on
what is not written yet: a second way to decide, next to the one that everything else relies on. Who wants to undo what was
done withdraws it, the last one first.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints, model_validator

from shared.engine.engine import Engine
from shared.engine.following import MOST_STEPS, Following, StepAsked, following
from shared.engine.given import Open
from shared.errors import Invalid, MeldpuntError
from shared.http.app import current_person
from shared.http.bodies import Strict
from shared.http.decisions import DecisionOut, ItemOut, Number, shown
from shared.http.open_now import OpenDecision, OpenRecord, described_decision, described_record
from shared.http.problems import answered
from shared.http.taking import DecisionStep, ItemStep, given, given_record
from shared.identity import Person
from shared.protocol.open_now import Offered

StepGiven = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{2,40}:[a-z0-9-]{1,60}$")]
"""A decision with its outcome, or `item` with a category."""


class StepIn(Strict):
    """Either a decision or a record. `step-1` in its `about` or `fields` is the item that the first step made."""

    decision: DecisionStep | None = None
    item: ItemStep | None = None

    @model_validator(mode="after")
    def _either(self) -> StepIn:
        if (self.decision is None) == (self.item is None):
            raise ValueError("is een besluit (decision) of een vastlegging (item)")
        return self


class StepsIn(Strict):
    expected_version: int
    steps: Annotated[tuple[StepIn, ...], Field(min_length=1, max_length=MOST_STEPS)]


class StepOut(Strict):
    decision: DecisionOut | None = None
    item: ItemOut | None = None


class StepsOut(Strict):
    """`done`: what was taken and recorded, in order. `stopped`: the problem of the first step that was refused, after
    which nothing was done; what was done before it stands."""

    done: list[StepOut]
    stopped: dict[str, Any] | None = None


class PlaceOut(Strict):
    """One step as it would be asked after those before it: a `decision` or a `record`; what is recorded on the way is called
    `step-1` and so on, after its place. `answer`: the outcome that is supposed by what comes after it; `alone`: the outcomes
    that are given by themselves, and why; `records`: what could be recorded first, by category what it is called."""

    decision: OpenDecision | None = None
    record: OpenRecord | None = None
    answer: str = ""
    alone: dict[str, str] = Field(default_factory=dict)
    records: dict[str, str] = Field(default_factory=dict)


class FollowingOut(Strict):
    """`ends`: why it goes no further, in words."""

    places: list[PlaceOut]
    ends: str


def step_routes(engine: Engine) -> APIRouter:
    """Each step is judged on what the one before it left, and has its own reason, letter and line in the audit trail."""
    routes = APIRouter(prefix="/v1/signals/{number}", tags=["signals"])
    caller = current_person(engine.platform)

    @routes.get("/steps", summary="Which decisions and records can follow one another")
    async def can_follow(
        number: Number,
        given: Annotated[
            list[StepGiven],
            Query(
                max_length=MOST_STEPS,
                default_factory=list,
                description="The steps of which the answer is known; after these it goes on as the protocol does",
                examples=[["purpose:set", "weging-1:suspicion"]],
            ),
        ],
        person: Person = caller,
    ) -> FollowingOut:
        found = await engine.showing.open_decisions(number, person)
        known = [(key, answer) for key, _, answer in (one.partition(":") for one in given)]
        follows = following(found, person.roles, known)
        return FollowingOut(places=places(found, follows), ends=follows.ends)

    @routes.post("/steps", status_code=201, summary="Several decisions and records, one after the other")
    async def take(number: Number, body: StepsIn, person: Person = caller) -> StepsOut:
        done: list[StepOut] = []
        version, made = body.expected_version, dict[str, str]()
        for place, step in enumerate(body.steps, 1):
            try:
                one = await _step(engine, number, person, _named(step, made), version)
            except (MeldpuntError, Invalid) as problem:
                if not done:
                    raise
                return StepsOut(done=done, stopped=json.loads(bytes(answered(problem).body)))
            done.append(one)
            if one.decision:
                version = one.decision.version
            elif one.item:
                version, made[f"step-{place}"] = one.item.version, one.item.item
        return StepsOut(done=done)

    return routes


def places(found: Open, follows: Following) -> list[PlaceOut]:
    """As the interface shows them."""
    return [_place(found, one) for one in follows.places]


def _place(found: Open, one: StepAsked) -> PlaceOut:
    if not isinstance(one.asks, Offered):
        return PlaceOut(record=described_record(one.asks))
    return PlaceOut(
        decision=described_decision(replace(found, state=one.state), one.asks),
        answer=one.answer,
        alone=dict(one.alone),
        records={each.category.key: each.category.name for each in one.records},
    )


async def _step(engine: Engine, number: str, person: Person, step: StepIn, version: int) -> StepOut:
    if step.decision:
        return StepOut(decision=shown(await engine.deciding.decide(number, person, given(step.decision, version))))
    assert step.item is not None
    recorded = await engine.recording.record(number, person, given_record(step.item, version))
    return StepOut(item=ItemOut.model_validate(recorded))


def _named(step: StepIn, made: dict[str, str]) -> StepIn:
    """`step` with the names of the items that earlier ones made."""

    def named(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: named(one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [named(one) for one in value]
        return made.get(value, value) if isinstance(value, str) else value

    return StepIn.model_validate(named(step.model_dump())) if made else step
