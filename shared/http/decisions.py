"""The one decision interface: the same addresses, bodies and answers in every service that holds signals."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Header, Path, Response
from pydantic import AwareDatetime

from shared.contracts.dossier import CodedDecision
from shared.engine.documents import Words
from shared.engine.engine import Engine
from shared.engine.following import following
from shared.engine.given import Given, Open, Shown
from shared.engine.records import WITHDRAWAL, day_of
from shared.engine.tables import DecisionRow
from shared.errors import Invalid
from shared.http.app import DUTY, INCIDENT, NUMBER, REQUEST_NUMBER, current_person
from shared.http.bodies import Strict
from shared.http.open_now import OpenDecisions, described
from shared.http.taking import DECIDED, RECORDED, DecisionIn, ForwardingIn, ItemIn, WithdrawalIn, given, given_record
from shared.identity import Person
from shared.protocol.judge import Attempt
from shared.protocol.opening import purpose_fault

LIST = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
Number = Annotated[str, Path(pattern=NUMBER, description="The signal's number", examples=["S-7K3MQ-9XD4T"])]
DossierNumber = Annotated[
    str,
    Path(
        pattern=f"{NUMBER}|{DUTY}|{REQUEST_NUMBER}|{INCIDENT}|{LIST}",
        description="The number of a signal, a duty, a request, an entry of the breach register or a list",
        examples=["S-7K3MQ-9XD4T"],
    ),
]


class ForwardingOut(ForwardingIn):
    """`urgent`: it went at once; the fact for it is among the words."""

    urgent: bool = False


class DecisionOut(Strict):
    """A decision. `state`: where it left the dossier. Its words (`reason`, `fields`) are absent for who may not read
    them and after they went on; `said`: each question with its `answer`, names for codes; `withdrawable_until` is absent once it is settled. `cluster`: with which it was decided.
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
    said: tuple[dict[str, Any], ...] = ()
    parts: list[dict[str, Any]] | None = None
    forwarding: ForwardingOut | None = None
    meeting: str | None = None
    cluster: str | None = None
    special_grounds: dict[str, str] | None = None
    dissent: dict[str, str] | None = None


class DecisionList(Strict):
    decisions: list[DecisionOut]


class OverviewOut(DecisionList):
    """A dossier at one version. `dossier`: what the caller may see of it; `open_decisions`: as at `open-decisions`."""

    dossier: dict[str, Any]
    open_decisions: OpenDecisions


class ItemOut(Strict):
    """`tasks`: what somebody without the file is asked by it."""

    item: str
    version: int
    tasks: tuple[UUID, ...] = ()


def purpose_of(purpose: str | None) -> str:
    """For what a record is opened, as the header says; raises Invalid when it does not."""
    fault = purpose_fault(purpose)
    if fault or purpose is None:
        raise Invalid([fault] if fault else [])
    return purpose


Purpose = Annotated[str | None, Header(max_length=80, description="Why this record is opened (doelbinding)")]


def shown(found: Shown) -> DecisionOut:
    """A decision as the interface shows it; one of an earlier holder has no words."""
    one, words = found.decision, found.words
    if isinstance(one, CodedDecision):
        parts = [part.model_dump() for part in one.parts] or None
        known = one.model_dump(exclude={"decision", "parts", "on"})
        return DecisionOut(id=UUID(one.decision), **known, parts=parts, fields=day_of(one) or None)
    forwarding = None
    if one.forwarding:
        said = {"noneBecause": words.none_because, "urgentBecause": words.urgent_because} if words else {}
        forwarding = ForwardingOut.model_validate(one.forwarding | said)
    open_still = one.status == "taken" and one.settled_at is None and not (one.forwarding or {}).get("urgent")
    withdrawable = one.effective_at if open_still else None
    return DecisionOut(
        **{name: getattr(one, name) for name in _SAME},
        state=one.state_after,
        withdrawable_until=withdrawable,
        reason=words.reason if words else None,
        fields=words.fields if words else one.coded,
        said=found.said,
        parts=_parts(one, words),
        forwarding=forwarding,
        special_grounds=(words.special_grounds or None) if words else None,
        dissent=(words.dissent or None) if words else None,
    )


def _parts(row: DecisionRow, words: Words | None) -> list[dict[str, Any]] | None:
    """What was decided together, with the words of each where they may be seen."""
    said = [one.model_dump() for one in words.parts] if words and words.parts else [{} for _ in row.parts or ()]
    return [part | one for part, one in zip(row.parts or (), said, strict=True)] or None


PENDING = ("proposed", "questioned")
"""It waits for somebody: 202 and not 201."""
_OWN = {"state", "withdrawable_until", "reason", "fields", "said", "parts", "forwarding", "special_grounds", "dissent"}
_SAME = set(DecisionOut.model_fields) - _OWN


def _offered(found: Open, person: Person, of: str) -> OpenDecisions:
    """As the interface shows it to this person. Of a signal only several steps are taken at once."""
    steps = following(found, person.roles).places if of == "signals" else ()
    return described(found).model_copy(update={"in_one_go": len(steps)})


def decision_routes(engine: Engine, of: str = "signals") -> APIRouter:
    """The decision interface of a service: `of` what it decides on. Thin: each body becomes a value for the engine."""
    routes = APIRouter(prefix=f"/v1/{of}/{{number}}", tags=[of])
    caller = current_person(engine.platform)

    @routes.get("/open-decisions", summary="Which decisions can be taken now, by whom, and what they ask")
    async def open_decisions(number: DossierNumber, person: Person = caller) -> OpenDecisions:
        return _offered(await engine.showing.open_decisions(number, person), person, of)

    @routes.get("/decisions", summary="The decisions that were taken")
    async def decisions(number: DossierNumber, person: Person = caller, x_purpose: Purpose = None) -> DecisionList:
        engine.parts.role_of(person, reading=True, watching=True)
        found = await engine.showing.decisions(number, person, purpose_of(x_purpose))
        return DecisionList(decisions=[shown(one) for one in found])

    @routes.post("/withdrawals", status_code=201, summary="Take a decision back, while open-decisions offers it")
    async def withdraw(number: DossierNumber, body: WithdrawalIn, person: Person = caller) -> DecisionOut:
        attempt = Attempt(WITHDRAWAL, "", body.reason, {}, special_grounds=body.special_grounds)
        return shown(await engine.deciding.decide(number, person, Given(attempt, body.expected_version, body.decision)))

    @routes.post("/decisions", status_code=201, summary="Take, propose or co-sign a decision")
    async def decide(
        number: DossierNumber,
        body: Annotated[DecisionIn, Body(openapi_examples=DECIDED)],
        response: Response,
        person: Person = caller,
    ) -> DecisionOut:
        found = shown(await engine.deciding.decide(number, person, given(body, body.expected_version)))
        response.status_code = 202 if found.status in PENDING else 201
        return found

    return routes


def preview_routes(engine: Engine) -> APIRouter:
    """What a decision would share, where signals are held."""
    routes = APIRouter(prefix="/v1/signals/{number}", tags=["signals"])

    @routes.post(
        "/previews", summary="What each receiver would read of a decision, paper or question; nothing is decided"
    )
    async def preview(
        number: Number,
        body: DecisionIn | ItemIn,
        person: Person = current_person(engine.platform),
        x_purpose: Purpose = None,
    ) -> dict[str, Any]:
        """The body of a decision, or of a paper or question as it is sent to `items`, judged as that: what is wrong is listed, and
        what is right is shown as it would be read."""
        engine.parts.role_of(person)
        if isinstance(body, ItemIn):
            wanted = given_record(body, body.expected_version)
            return {"shares": []} | await engine.previewing.record(number, person, wanted, purpose_of(x_purpose))
        found = await engine.previewing.shares(
            number, person, given(body, body.expected_version), purpose_of(x_purpose)
        )
        return {"shares": [one.twin() for one in found]}

    return routes


def view_routes(engine: Engine, of: str = "signals") -> APIRouter:
    """What stands here, for who may see it."""
    routes = APIRouter(prefix=f"/v1/{of}/{{number}}", tags=[of])
    caller = current_person(engine.platform)

    @routes.get("", summary="What the caller may see of it")
    async def view(number: DossierNumber, person: Person = caller, x_purpose: Purpose = None) -> dict[str, Any]:
        engine.parts.role_of(person, reading=True)
        return await engine.showing.view(number, person, purpose_of(x_purpose))

    @routes.get("/overview", summary="What may be seen of it, what can be decided now and what was, at one moment")
    async def overview(number: DossierNumber, person: Person = caller, x_purpose: Purpose = None) -> OverviewOut:
        engine.parts.role_of(person, reading=True)
        found = await engine.showing.overview(number, person, purpose_of(x_purpose))
        return OverviewOut(
            dossier=found.shown,
            open_decisions=_offered(found.open, person, of),
            decisions=[shown(one) for one in found.decisions],
        )

    return routes


def record_routes(engine: Engine) -> APIRouter:
    """Recording facts, where there is a room to keep them in."""
    routes = APIRouter(prefix="/v1/signals/{number}", tags=["signals"])

    @routes.post("/items", status_code=201, summary="Record a fact of a category of Bijlage 1")
    async def record(
        number: Number,
        body: Annotated[ItemIn, Body(openapi_examples=RECORDED)],
        person: Person = current_person(engine.platform),
    ) -> ItemOut:
        wanted = given_record(body, body.expected_version)
        return ItemOut.model_validate(await engine.recording.record(number, person, wanted))

    return routes
