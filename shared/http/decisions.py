"""The one decision interface: the same addresses, bodies and answers in every service that holds signals."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Path, Response
from pydantic import AwareDatetime, Field, StringConstraints

from shared.contracts.dossier import CodedDecision
from shared.engine.engine import Engine
from shared.engine.given import Given, GivenRecord, Shown
from shared.errors import Invalid
from shared.http.app import DUTY, NUMBER, current_person
from shared.http.bodies import FieldsGiven, SpecialGrounds, Strict
from shared.identity import Person
from shared.protocol.fields import schema
from shared.protocol.judge import MOST_REASON, Attempt
from shared.protocol.model import Decision, State
from shared.protocol.opening import purpose_fault
from shared.protocol.passing_on import Forwarding
from shared.protocol.records import Record

LIST = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
Number = Annotated[str, Path(pattern=NUMBER, description="The signal's number", examples=["S-7K3MQ-9XD4T"])]
DossierNumber = Annotated[
    str,
    Path(
        pattern=f"{NUMBER}|{DUTY}|{LIST}",
        description="The number of a signal, a duty or a list",
        examples=["S-7K3MQ-9XD4T"],
    ),
]
Ref = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,60}$")]
"""A code or the name of an item; the longest are `decision-<uuid>-co-signer`."""


class ForwardingIn(Strict):
    """To whom the signal goes on, with which items; or nobody, with a reason."""

    recipient_kind: Literal["department", "partner", "municipality"] | None = None
    recipient: Ref | None = None
    items: Annotated[tuple[Ref, ...], Field(max_length=50)] = ()
    none_because: Annotated[str, StringConstraints(max_length=2000)] | None = None


class DecisionIn(Strict):
    """A decision; or with `confirms` and the same key an answer to one that somebody else proposed: `outcome` is then
    `agree`, `disagree` or `question`, and for who proposed it `answer`, each with a reason.
    """

    key: Annotated[str, Field(pattern=r"^[a-z0-9-]{2,40}$")]
    expected_version: int
    outcome: Annotated[str, Field(pattern=r"^[a-z0-9-]{0,40}$")] = ""
    reason: Annotated[str, StringConstraints(max_length=MOST_REASON)] = ""
    fields: FieldsGiven
    about: Annotated[tuple[Ref, ...], Field(max_length=20)] = ()
    forwarding: ForwardingIn | None = None
    meeting: Ref | None = None
    confirms: UUID | None = None
    special_grounds: SpecialGrounds
    dissent: Annotated[
        dict[Ref, Annotated[str, Field(max_length=2000)]],
        Field(
            max_length=40,
            default_factory=dict,
            description="Who of the meeting is against it, by user id or organisation, each with his words",
            examples=[{"farid": "Er ligt te weinig."}],
        ),
    ]


class ItemIn(Strict):
    """A fact with a category of Bijlage 1. BRP gives only `matches`, per field that the signal has."""

    category: Ref
    expected_version: int
    about: Ref
    finding: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)] | None = None
    matches: dict[Literal["name", "address"], bool] | None = None
    fields: FieldsGiven
    special_grounds: SpecialGrounds


class DecisionOut(Strict):
    """A decision. `state`: where it left the dossier. Its words (`reason`, `fields`) are absent for who may not read
    them and after they went on; `withdrawable_until` is absent once it is settled.
    """

    id: UUID
    key: str
    outcome: str
    article: str
    status: Literal["proposed", "questioned", "refused", "taken", "withdrawn"]
    version: int
    state: str
    deciders: tuple[str, ...]
    co_signers: tuple[str, ...]
    dissenters: tuple[str, ...] = ()
    recorder: str
    role: str
    taken_at: AwareDatetime
    withdrawable_until: AwareDatetime | None = None
    protocol: str
    about: tuple[str, ...] = ()
    reason: str | None = None
    fields: dict[str, Any] | None = None
    forwarding: ForwardingIn | None = None
    meeting: str | None = None
    special_grounds: dict[str, str] | None = None
    dissent: dict[str, str] | None = None


class DecisionList(Strict):
    decisions: list[DecisionOut]


class OpenOutcome(Strict):
    key: str
    answer: str
    leads_to: str
    article: str
    forwarding: tuple[str, ...]
    fields: dict[str, Any]
    needs: tuple[str, ...] = ()


class OpenDecision(Strict):
    key: str
    article: str
    question: str
    decided_by: tuple[str, ...]
    meeting: str | None
    co_signed_by: tuple[str, ...]
    about: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    guidance: tuple[str, ...] = ()
    taken_in: str | None = None
    outcomes: list[OpenOutcome]


class OpenDecisions(Strict):
    version: int
    state: str
    decisions: list[OpenDecision]


class ItemOut(Strict):
    """`tasks`: what somebody without the file is asked by it."""

    item: str
    version: int
    tasks: tuple[UUID, ...] = ()


def describe(decision: Decision, state: State) -> OpenDecision:
    """What somebody has to know to take `decision` in `state`."""
    return OpenDecision(
        key=decision.key,
        article=decision.article,
        question=decision.question,
        decided_by=decision.who.roles,
        meeting=decision.who.meeting,
        co_signed_by=decision.who.co_signers,
        about=decision.about,
        needs=tuple(one.says for one in decision.needs),
        guidance=decision.guidance,
        taken_in=decision.taken_in,
        outcomes=[
            OpenOutcome(
                key=one.key,
                answer=one.answer,
                leads_to=one.leads_to or state,
                article=one.article,
                forwarding=one.forward_to,
                fields=schema(decision.asked(one)),
                needs=tuple(need.says for need in one.needs),
            )
            for one in decision.outcomes_in(state)
        ],
    )


def purpose_of(purpose: str | None) -> str:
    """For what a record is opened, as the header says; raises Invalid when it does not."""
    fault = purpose_fault(purpose)
    if fault or purpose is None:
        raise Invalid([fault] if fault else [])
    return purpose


Purpose = Annotated[str | None, Header(max_length=80, description="Why this record is opened (doelbinding)")]


def given(body: DecisionIn) -> Given:
    """What a body wants of the engine."""
    to = body.forwarding
    forwarding = Forwarding(to.recipient_kind, to.recipient, to.items, to.none_because) if to else None
    attempt = Attempt(
        body.key,
        body.outcome,
        body.reason,
        body.fields,
        forwarding,
        body.about,
        body.meeting,
        body.special_grounds,
        body.dissent,
    )
    return Given(attempt, body.expected_version, body.confirms)


def shown(found: Shown) -> DecisionOut:
    """A decision as the interface shows it; one of an earlier holder has no words."""
    one, words = found.decision, found.words
    if isinstance(one, CodedDecision):
        return DecisionOut(id=UUID(one.decision), **one.model_dump(exclude={"decision"}))
    forwarding = None
    if one.forwarding:
        because = words.none_because if words else None
        forwarding = ForwardingIn.model_validate(one.forwarding | {"noneBecause": because})
    withdrawable = one.effective_at if one.status == "taken" and one.settled_at is None else None
    return DecisionOut(
        **{name: getattr(one, name) for name in _SAME},
        state=one.state_after,
        withdrawable_until=withdrawable,
        reason=words.reason if words else None,
        fields=words.fields if words else one.coded,
        forwarding=forwarding,
        special_grounds=(words.special_grounds or None) if words else None,
        dissent=(words.dissent or None) if words else None,
    )


PENDING = ("proposed", "questioned")
"""It waits for somebody: 202 and not 201."""
_OWN = {"state", "withdrawable_until", "reason", "fields", "forwarding", "special_grounds", "dissent"}
_SAME = set(DecisionOut.model_fields) - _OWN


def decision_routes(engine: Engine, of: str = "signals") -> APIRouter:
    """The decision interface of a service: `of` what it decides on. Thin: each body becomes a value for the engine."""
    routes = APIRouter(prefix=f"/v1/{of}/{{number}}", tags=[of])
    caller = current_person(engine.platform)

    @routes.get("/open-decisions", summary="Which decisions can be taken now, by whom, and what they ask")
    async def open_decisions(number: DossierNumber, person: Person = caller) -> OpenDecisions:
        found = await engine.showing.open_decisions(number, person)
        return OpenDecisions(
            version=found.version,
            state=found.state,
            decisions=[describe(one, found.state) for one in found.decisions],
        )

    @routes.get("/decisions", summary="The decisions that were taken")
    async def decisions(number: DossierNumber, person: Person = caller, x_purpose: Purpose = None) -> DecisionList:
        engine.parts.role_of(person, reading=True, watching=True)
        found = await engine.showing.decisions(number, person, purpose_of(x_purpose))
        return DecisionList(decisions=[shown(one) for one in found])

    @routes.post("/decisions", status_code=201, summary="Take, propose, co-sign or withdraw a decision")
    async def decide(
        number: DossierNumber, body: DecisionIn, response: Response, person: Person = caller
    ) -> DecisionOut:
        found = shown(await engine.deciding.decide(number, person, given(body)))
        response.status_code = 202 if found.status in PENDING else 201
        return found

    return routes


def view_routes(engine: Engine, of: str = "signals") -> APIRouter:
    """What stands here, for who may see it."""
    routes = APIRouter(prefix=f"/v1/{of}/{{number}}", tags=[of])

    @routes.get("", summary="What the caller may see of it")
    async def view(
        number: DossierNumber, person: Person = current_person(engine.platform), x_purpose: Purpose = None
    ) -> dict[str, Any]:
        engine.parts.role_of(person, reading=True)
        return await engine.showing.view(number, person, purpose_of(x_purpose))

    return routes


def record_routes(engine: Engine) -> APIRouter:
    """Recording facts, where there is a room to keep them in."""
    routes = APIRouter(prefix="/v1/signals/{number}", tags=["signals"])

    @routes.post("/items", status_code=201, summary="Record a fact of a category of Bijlage 1")
    async def record(number: Number, body: ItemIn, person: Person = current_person(engine.platform)) -> ItemOut:
        matches = {str(key): value for key, value in body.matches.items()} if body.matches else None
        wanted = Record(body.category, body.about, body.finding, matches, body.fields, body.special_grounds)
        return ItemOut.model_validate(
            await engine.recording.record(number, person, GivenRecord(wanted, body.expected_version))
        )

    return routes
