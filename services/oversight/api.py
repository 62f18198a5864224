"""HTTP: what supervision sees, and the beheerder's decision on destruction lists."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from services.oversight.use_cases import (
    AccessReview,
    BreachRegister,
    Chains,
    Counting,
    DestructionLists,
    RegisterReading,
    Statistics,
)
from services.oversight.use_cases.chains import Begin
from shared.engine.engine import Engine
from shared.http.app import NUMBER, current_person
from shared.http.bodies import MomentGiven, Ref, SpecialGrounds, Strict
from shared.http.decisions import Number, Purpose, decision_routes, purpose_of, view_routes
from shared.http.drafts import draft_routes
from shared.http.pages import WindowAsked
from shared.identity import Person
from shared.protocol.afterwards import MOST_WORDS

ListId = Annotated[UUID, Path(description="The number of the list")]
LineId = Annotated[UUID, Path(description="The line of the disclosure register")]
Found = dict[str, Any]
StandsAt = Annotated[
    str | None,
    Query(
        pattern=r"^https?://[A-Za-z0-9._~:/-]{1,250}[A-Za-z0-9]$",
        description="Where the data stand for whom the description is meant; else here",
    ),
]
OfNumber = Annotated[str | None, Query(pattern=NUMBER, description="Of one signal")]


class JudgementIn(Strict):
    """What the privacy officer says of what went at once. `because`: a code; `reason`: her words."""

    outcome: Annotated[Ref, Field(examples=["rightly"])]
    because: Annotated[Ref, Field(examples=["danger-shown"])]
    reason: Annotated[str, Field(max_length=MOST_WORDS)]
    special_grounds: SpecialGrounds


class DiscoveredIn(Strict):
    """When a breach was discovered: 72 hours run from then (art. 33 lid 1 AVG). What happened is decided on the entry."""

    discovered_at: MomentGiven


def router(
    engine: Engine,
    reading: RegisterReading,
    chains: Chains,
    lists: DestructionLists,
    figures: Counting,
    breaches: BreachRegister,
    review: AccessReview,
    statistics: Statistics,
) -> APIRouter:
    whole = APIRouter()
    whole.include_router(_figures(engine, figures))
    whole.include_router(_statistics(engine, statistics))
    whole.include_router(_registers(engine, reading, chains))
    whole.include_router(_disclosures(engine, reading))
    whole.include_router(_lists(engine, lists))
    whole.include_router(decision_routes(engine, "destruction-lists"))
    whole.include_router(_breaches(breaches))
    whole.include_router(_review(review))
    return whole


def _registers(engine: Engine, reading: RegisterReading, chains: Chains) -> APIRouter:
    routes = APIRouter(prefix="/v1")
    caller = current_person(engine.platform)

    @routes.get("/signals/{number}", tags=["signals"], summary="Where a signal is: holder and state, no content")
    async def whereabouts(number: Number, person: Person = caller) -> dict[str, Any]:
        return await reading.whereabouts(number, person)

    @routes.get("/signals/{number}/decisions", tags=["signals"], summary="Every decision on a signal, with its reasons")
    async def decisions(
        number: Number,
        window: WindowAsked,
        person: Person = caller,
        x_purpose: Purpose = None,
    ) -> Found:
        person.role_among((*reading.rules.file_roles, "fg"))
        return await reading.decisions(number, person, purpose_of(x_purpose), window)

    @routes.get("/audit-lines", tags=["audit"], summary="The audit trail, in order (FG, beheerder)")
    async def lines(
        window: WindowAsked,
        person: Person = caller,
        producer: Annotated[str | None, Query(pattern=r"^[a-z-]{1,20}$")] = None,
        actor: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9-]{1,64}$")] = None,
        number: OfNumber = None,
    ) -> Found:
        return await reading.lines(person, producer, actor, number, window)

    @routes.get("/audit-batches", tags=["audit"], summary="The audit trail as its producers signed it (FG, beheerder)")
    async def batches(
        window: WindowAsked,
        person: Person = caller,
        producer: Annotated[str | None, Query(pattern=r"^[a-z-]{1,20}$")] = None,
    ) -> Found:
        return await reading.batches(person, producer, window)

    @routes.get("/audit-cuts", tags=["audit"], summary="Which lines had their term, signed for who checks the rest")
    async def cuts(person: Person = caller) -> Found:
        """By producer a statement of oversight: up to which line, and what chain and tree are there (FG, beheerder)."""
        return {"cuts": await chains.cuts(person)}

    @routes.get("/audit-chains", tags=["audit"], summary="Whether the audit trail is complete and unchanged")
    async def audit_chains(
        person: Person = caller, begin: Annotated[Begin, Query(alias="from")] = "checkpoint"
    ) -> Found:
        """From the last signed checkpoint, or all of it: `from=start` takes its time with a long trail."""
        return {"chains": await chains.show(person, begin)}

    return routes


def _figures(engine: Engine, figures: Counting) -> APIRouter:
    routes = APIRouter(prefix="/v1", tags=["figures"])

    @routes.get("/figures", summary="Counting over time: counts without any that is too small (FG, beheerder)")
    async def show(person: Person = current_person(engine.platform)) -> Found:
        """By quarter, out of coded facts. `null`: too small to tell, or a total that would give such a count away."""
        return await figures.show(person)

    return routes


def _statistics(engine: Engine, statistics: Statistics) -> APIRouter:
    """Counts per quarter as they are kept for evaluation (art. 9 lid 3); none where the municipality keeps none."""
    routes = APIRouter(prefix="/v1/statistics", tags=["figures"])
    caller = current_person(engine.platform)

    @routes.get("", summary="Counts of each quarter that is over, without any that is too small (FG, beheerder)")
    async def show(person: Person = caller) -> Found:
        """`null`: left out, for being too small or for what it would give away with the rest."""
        return await statistics.show(person)

    @routes.get(
        "/csv",
        summary="The same counts as CSV (FG, beheerder)",
        response_class=Response,
        responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    )
    async def as_csv(person: Person = caller) -> Response:
        return Response(await statistics.as_csv(person), media_type="text/csv")

    @routes.get(
        "/description",
        summary="What these data are, as DCAT-AP-NL in JSON-LD (FG, beheerder)",
        response_class=Response,
        responses={200: {"content": {"application/ld+json": {"schema": {"type": "object"}}}}},
    )
    async def description(request: Request, at: StandsAt = None, person: Person = caller) -> Response:
        here = f"{str(request.base_url).rstrip('/')}/v1/statistics"
        found = await statistics.described(person, at or here)
        return JSONResponse(found, media_type="application/ld+json")

    return routes


def _disclosures(engine: Engine, reading: RegisterReading) -> APIRouter:
    """The disclosure register, and what is judged of it afterwards (art. 6 lid 1)."""
    routes = APIRouter(prefix="/v1")
    caller = current_person(engine.platform)

    @routes.get("/disclosures", tags=["disclosures"], summary="The disclosure register, the newest first")
    async def disclosures(
        window: WindowAsked,
        person: Person = caller,
        number: OfNumber = None,
        urgent: Annotated[bool, Query(description="Only what went at once, for judgement afterwards")] = False,
    ) -> Found:
        return await reading.disclosures(person, number, window, urgent=urgent)

    @routes.get(
        "/urgent-shares",
        tags=["disclosures"],
        summary="What went at once and is not judged yet, the longest ago first (privacy officer, FG, beheerder)",
    )
    async def urgent_shares(window: WindowAsked, person: Person = caller) -> Found:
        return await reading.judging.waiting(person, window)

    @routes.get("/urgent-shares/{shareId}", tags=["disclosures"], summary="One that went at once, with the fact for it")
    async def urgent_share(shareId: LineId, person: Person = caller) -> Found:  # noqa: N803
        return await reading.judging.one(shareId, person)

    @routes.post(
        "/urgent-shares/{shareId}/judgement",
        tags=["disclosures"],
        status_code=201,
        summary="Judge what went at once: rightly or not, with why (privacy officer)",
    )
    async def judge(shareId: LineId, body: JudgementIn, person: Person = caller) -> Found:  # noqa: N803
        given = body.outcome, body.because, body.reason
        return await reading.judging.judge(shareId, person, *given, body.special_grounds)

    return routes


def _lists(engine: Engine, lists: DestructionLists) -> APIRouter:
    routes = APIRouter(prefix="/v1")
    caller = current_person(engine.platform)

    @routes.get("/destruction-lists", tags=["destruction"], summary="Destruction lists, the newest first")
    async def all_lists(
        window: WindowAsked,
        person: Person = caller,
        waiting: Annotated[bool, Query(description="Only what waits for an approval, the oldest first")] = False,
    ) -> Found:
        return await lists.all(person, window, waiting=waiting)

    @routes.get("/destruction-lists/{listId}", tags=["destruction"], summary="One list: its state and dates")
    async def one_list(listId: ListId, person: Person = caller) -> Found:  # noqa: N803
        return await lists.one(listId, person)

    @routes.get(
        "/destruction-lists/{listId}/signals",
        tags=["destruction"],
        summary="What is on it: numbers and periods, no names",
    )
    async def on_list(listId: ListId, window: WindowAsked, person: Person = caller) -> Found:  # noqa: N803
        return await lists.signals(listId, person, window)

    @routes.get("/destruction-lists/{listId}/approvals", tags=["destruction"], summary="Who approved what, and why")
    async def approved(listId: ListId, window: WindowAsked, person: Person = caller) -> Found:  # noqa: N803
        return await lists.approvals(listId, person, window)

    return routes


def _breaches(register: BreachRegister) -> APIRouter:
    """The breach register (art. 8; art. 33 and 34 AVG); on an entry is decided as on everything else."""
    routes = APIRouter()
    caller = current_person(register.platform)

    @routes.get("/v1/breaches", tags=["breaches"], summary="The breach register, with what is put before the FG")
    async def every(
        window: WindowAsked,
        person: Person = caller,
        waiting: Annotated[bool, Query(description="Only what has to be done, the oldest first")] = False,
    ) -> Found:
        return await register.all(person, window, waiting=waiting)

    @routes.post("/v1/breaches", tags=["breaches"], status_code=201, summary="Begin an entry: when it was discovered")
    async def begin(body: DiscoveredIn, person: Person = caller) -> Found:
        return await register.begin(person, body.discovered_at)

    routes.include_router(decision_routes(register.engine, "breaches"))
    routes.include_router(view_routes(register.engine, "breaches"))
    routes.include_router(draft_routes(register.engine, "breaches"))
    return routes


def _review(review: AccessReview) -> APIRouter:
    routes = APIRouter(prefix="/v1", tags=["audit"])
    caller = current_person(review.platform)

    @routes.get(
        "/access-review", summary="Who saw which record in a month: facts for review, no verdict (FG, beheerder)"
    )
    async def month(
        month: Annotated[str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", examples=["2026-11"])],
        actor: Annotated[
            str | None, Query(pattern=r"^[A-Za-z0-9-]{1,64}$", description="Of one person by record")
        ] = None,
        person: Person = caller,
    ) -> Found:
        return await review.month(person, month, actor)

    return routes
