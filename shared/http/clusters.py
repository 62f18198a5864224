"""Clusters over HTTP: several signals are joined, split, and decided on together; each answers for itself as before."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field, StringConstraints, model_validator

from shared.engine.cluster import Clustered, GivenMember
from shared.engine.engine import Engine
from shared.engine.joining import with_others
from shared.errors import Invalid
from shared.http.app import NUMBER, current_person
from shared.http.bodies import FieldsGiven, Ref, SpecialGrounds, Strict
from shared.http.decisions import PENDING, DecisionOut, Number, shown
from shared.http.open_now import OpenDecision, described
from shared.http.taking import DecisionStep, ForwardingIn, given
from shared.identity import Person
from shared.protocol.clusters import MOST_MEMBERS
from shared.protocol.faults import Fault
from shared.protocol.judge import MOST_REASON

CLUSTER = NUMBER.replace("S-", "C-", 1)
Cluster = Annotated[str, Path(pattern=CLUSTER, description="The cluster's number", examples=["C-7K3MQ-9XD4T"])]
Reason = Annotated[str, StringConstraints(max_length=MOST_REASON)]


class NamedIn(Strict):
    """A signal that is named, at the version that was seen."""

    number: Annotated[str, Field(pattern=NUMBER, examples=["S-7K3MQ-9XD4T"])]
    expected_version: int


class DeviationIn(Strict):
    """What is decided on one member instead. What is left out is as it is for the cluster, but for the reason."""

    outcome: Annotated[str, Field(pattern=r"^[a-z0-9-]{0,40}$")] = ""
    reason: Reason = ""
    fields: FieldsGiven
    about: Annotated[tuple[Ref, ...], Field(max_length=20)] = ()
    forwarding: ForwardingIn | None = None
    special_grounds: SpecialGrounds


class DecidedIn(NamedIn):
    own: DeviationIn | None = None


class ClusterIn(Strict):
    """Which signals are joined and why; to add to a cluster, all that are in it are named too."""

    members: Annotated[tuple[NamedIn, ...], Field(min_length=1, max_length=MOST_MEMBERS)]
    reason: Reason = ""
    special_grounds: SpecialGrounds


class JoinIn(Strict):
    """With which other signals a signal is joined and why; what is in a cluster with one of them comes along."""

    others: Annotated[
        tuple[Annotated[str, Field(pattern=NUMBER, examples=["S-7K3MQ-9XD4T"])], ...],
        Field(min_length=1, max_length=MOST_MEMBERS),
    ]
    expected_version: int
    reason: Reason = ""
    special_grounds: SpecialGrounds


class ClusterDecisionIn(DecisionStep):
    """A decision for all members, every one of which is named; `own`: what is different for that one."""

    members: Annotated[tuple[DecidedIn, ...], Field(min_length=1, max_length=MOST_MEMBERS)]

    @model_validator(mode="after")
    def _no_answer(self) -> ClusterDecisionIn:
        if self.confirms is not None:
            raise ValueError("een voorstel wordt bij elk signaal zelf beantwoord")
        return self


class MemberOut(Strict):
    number: str
    version: int


class ClusterOut(Strict):
    """The members that were named, or that the caller may see, as they are now."""

    cluster: str
    members: list[MemberOut]


class ClusterDecisions(Strict):
    """By the number of each member its own decision."""

    cluster: str
    decisions: dict[str, DecisionOut]


class OpenForCluster(ClusterOut):
    """What can be decided for all: nothing while a member stands elsewhere, or may not be seen by the caller."""

    state: str
    decisions: list[OpenDecision]


def cluster_routes(engine: Engine) -> APIRouter:
    """Where signals are held. What is wrong is listed for each member, as `members.N`; where a signal is joined with others, by
    the number of each."""
    routes = APIRouter(prefix="/v1/clusters", tags=["clusters"])
    caller = current_person(engine.platform)

    @routes.post("", status_code=201, summary="Join signals about one activity, with a reason")
    async def join(body: ClusterIn, person: Person = caller) -> ClusterOut:
        return _out(await engine.clusters.join(person, _named(body.members), body.reason, body.special_grounds))

    @routes.post("/{cluster}/splits", status_code=201, summary="Let signals leave a cluster, with a reason")
    async def split(cluster: Cluster, body: ClusterIn, person: Person = caller) -> ClusterOut:
        named = _named(body.members)
        return _out(await engine.clusters.split(person, cluster, named, body.reason, body.special_grounds))

    @routes.get("/{cluster}/open-decisions", summary="Which decisions can be taken for every member")
    async def open_decisions(cluster: Cluster, person: Person = caller) -> OpenForCluster:
        found, opened = await engine.clusters.open_decisions(cluster, person)
        described_here = described(opened)
        return OpenForCluster(
            cluster=found.number,
            members=_out(found).members,
            state=described_here.state,
            decisions=described_here.decisions,
        )

    @routes.post("/{cluster}/decisions", status_code=201, summary="One decision for every member, or for none")
    async def decide(
        cluster: Cluster, body: ClusterDecisionIn, response: Response, person: Person = caller
    ) -> ClusterDecisions:
        attempt = given(body, 0).attempt
        named = [_decided(body, one) for one in body.members]
        found = {
            number: shown(one)
            for number, one in (await engine.clusters.decide(person, cluster, attempt, named)).items()
        }
        response.status_code = 202 if any(one.status in PENDING for one in found.values()) else 201
        return ClusterDecisions(cluster=cluster, decisions=found)

    both = APIRouter()
    both.include_router(routes)
    both.include_router(_join_routes(engine))
    return both


def _join_routes(engine: Engine) -> APIRouter:
    routes = APIRouter(prefix="/v1/signals/{number}", tags=["clusters"])

    @routes.post("/clusters", status_code=201, summary="Join a signal with others, which are named by their numbers")
    async def join(number: Number, body: JoinIn, person: Person = current_person(engine.platform)) -> ClusterOut:
        engine.parts.role_of(person)
        named = await with_others(engine.showing, person, number, body.expected_version, body.others)
        try:
            return _out(await engine.clusters.join(person, named, body.reason, body.special_grounds))
        except Invalid as problem:
            raise Invalid([_by_number(named, one) for one in problem.faults]) from None

    return routes


def _by_number(named: list[GivenMember], fault: Fault) -> Fault:
    """He named the others by their numbers, and so it is said of which it is."""
    place = fault.field.removeprefix("members.")
    if not place.isdigit():
        return fault
    return replace(fault, field="others", reason=f"{named[int(place)].number} {fault.reason}")


def _named(members: tuple[NamedIn, ...]) -> list[GivenMember]:
    return [GivenMember(one.number, one.expected_version) for one in members]


def _decided(body: ClusterDecisionIn, one: DecidedIn) -> GivenMember:
    if one.own is None:
        return GivenMember(one.number, one.expected_version)
    instead = {name: getattr(one.own, name) for name in one.own.model_fields_set}
    step = body.model_copy(update=instead | {"reason": one.own.reason})
    return GivenMember(one.number, one.expected_version, given(step, 0).attempt)


def _out(found: Clustered) -> ClusterOut:
    members = [MemberOut(number=number, version=version) for number, version in found.members.items()]
    return ClusterOut(cluster=found.number, members=members)
