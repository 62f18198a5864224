"""The agenda of a meeting at each service that holds something of it, and what a member says at the table."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import Field, StringConstraints

from shared.engine.agenda import OnAgenda
from shared.engine.engine import Engine
from shared.engine.given import GivenAnswer
from shared.http.app import current_person
from shared.http.bodies import SpecialGrounds, Strict
from shared.http.decisions import Number, Purpose, purpose_of
from shared.identity import Person
from shared.protocol.judge import MOST_REASON

MeetingId = Annotated[str, Path(pattern=r"^M-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$")]


class VoiceIn(Strict):
    """For, against with words, or that somebody stands back from this signal, with a reason (art. 2:4 Awb)."""

    outcome: Literal["for", "against", "stand-back"]
    reason: Annotated[str, StringConstraints(max_length=MOST_REASON)] = ""
    special_grounds: SpecialGrounds


class VoiceOut(Strict):
    """What was kept. `words`: of who is against it; absent where they are not here any more."""

    outcome: str
    words: str | None = None


class DecidedOut(Strict):
    """What the meeting decided: `says` its question and answer. `reason` and `dissent` are absent when the words went on
    with the signal."""

    id: UUID
    key: str
    outcome: str
    says: str
    taken_at: str
    deciders: tuple[str, ...]
    dissenters: tuple[str, ...]
    recorder: str
    reason: str | None
    dissent: dict[str, str]


class OnAgendaOut(Strict):
    """One signal. `papers`: tasks of the caller, of the `prepared` that there are; `said`: what members said themselves, by
    user id, of others only for who has the file; `waits`: it can still be decided here."""

    number: str
    working_name: str
    prepared: int
    papers: tuple[UUID, ...]
    decided: list[DecidedOut]
    said: dict[str, VoiceOut]
    waits: bool


class AgendaOut(Strict):
    """What of the agenda this service holds, in its order; what is closed to the caller is not on it."""

    items: Annotated[list[OnAgendaOut], Field(max_length=100)]


def agenda_routes(engine: Engine) -> APIRouter:
    routes = APIRouter(prefix="/v1/meetings/{meetingId}", tags=["meetings"])
    caller = current_person(engine.platform)

    @routes.get("/agenda", summary="What of its agenda is here: papers, what was decided, what the caller said of it")
    async def agenda(meetingId: MeetingId, person: Person = caller, x_purpose: Purpose = None) -> AgendaOut:  # noqa: N803
        found = await engine.agenda.of(meetingId, person, purpose_of(x_purpose))
        return AgendaOut(items=[_shown(one) for one in found])

    @routes.post("/agenda-items/{number}/voices", status_code=201, summary="A member is for, against, or stands back")
    async def say(meetingId: MeetingId, number: Number, body: VoiceIn, person: Person = caller) -> VoiceOut:  # noqa: N803
        given = GivenAnswer(body.outcome, body.reason, special_grounds=body.special_grounds)
        found = await engine.agenda.say(meetingId, number, person, given)
        return VoiceOut(outcome=found.decision.outcome, words=found.words.reason if found.words else None)

    return routes


def _shown(one: OnAgenda) -> OnAgendaOut:
    decided = [
        DecidedOut(
            **{name: getattr(each.row, name) for name in ("id", "key", "outcome", "recorder")},
            **{name: tuple(getattr(each.row, name)) for name in ("deciders", "dissenters")},
            says=each.says,
            taken_at=each.row.taken_at.isoformat(),
            reason=each.reason,
            dissent=dict(each.dissent),
        )
        for each in one.decided
    ]
    said: dict[str, Any] = {
        who: VoiceOut(outcome=each.decision.outcome, words=each.words.reason if each.words else None)
        for who, each in one.said.items()
    }
    more = {name: getattr(one, name) for name in ("number", "working_name", "prepared", "papers", "waits")}
    return OnAgendaOut(**more, decided=decided, said=said)
