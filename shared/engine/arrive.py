"""A dossier arrives from the holder before: keep it under a key of its own, and say that it is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared import audit
from shared.bus.inbox import Handled, Handler, Incoming
from shared.clock import calendar_date
from shared.contracts.assessment import ResearchContent
from shared.contracts.common import KeyRef, KeysMade, Letter, Whereabouts
from shared.contracts.dossier import CodedDecision
from shared.database.tables import Outgoing
from shared.engine.documents import REPORT, Document, Finding, Report, encrypted
from shared.engine.findable import is_to_be_told
from shared.engine.head import Head, changed, vouched, vouched_for
from shared.engine.hear import one_at_a_time
from shared.engine.loaded import Loaded
from shared.engine.records import closed_to, joined_last
from shared.engine.tables import Dossier, NoticeRow
from shared.engine.working_name import working_name
from shared.errors import CannotSucceed, NotBelieved
from shared.keys.transit import key_name
from shared.laws import known_law
from shared.protocol.model import State
from shared.service.platform import Platform
from shared.telemetry import traceparent


@dataclass(frozen=True)
class Arrival:
    """What has come, and as what it is kept. `carried_by`: the letterbox key of its letter, `word`: from inside it."""

    number: str
    version: int
    state: State
    protocol: str
    received_on: date
    documents: Mapping[str, Document]
    carried_by: str
    word: str
    earlier: Sequence[CodedDecision] = ()
    people: int = 0
    handed_over: str | None = None
    """What the holder before signed."""
    cluster: str | None = None
    """The number that it bears together with others; its own record says that it was joined."""
    from_elsewhere: bool = False
    """Another service held it, so that something may have been told of it before it came."""


def documents_of(content: ResearchContent) -> dict[str, Document]:
    """The items of a dossier that came on: the report without its door, and every finding under its own name."""
    report = Report(
        text=content.text,
        subjects=content.subjects,
        objects=content.objects,
        reporter_marks=content.reporter_marks,
        special_grounds=content.special_grounds,
    )
    found: dict[str, Document] = {REPORT: report}
    return found | {one.item: Finding.model_validate(one.model_dump()) for one in content.all_findings}


async def keep(platform: Platform, incoming: Incoming, arrival: Arrival, *also: Outgoing) -> Handled:
    """Everything that OpenBao has to do comes before the transaction; then dossier, items and receipt as one.

    `also`: messages to be sent with it. Raises CannotSucceed for a version of the protocol that is not known here.
    """
    law = known_law(platform.settings.laws, arrival.protocol)
    room, number = platform.room(), arrival.number
    key = key_name(incoming.id, room.mount)
    await room.make(key)
    items = await encrypted(room, key, [(number, *one) for one in arrival.documents.items()])
    now = platform.clock.now()
    dossier = Dossier(
        number=number,
        signal=number,
        version=arrival.version,
        state=arrival.state,
        working_name=working_name(number),
        room_key=key,
        protocol=arrival.protocol,
        received_on=arrival.received_on,
        arrived_at=now,
        signed=incoming.signed,
        last_act_on=calendar_date(now),
        people=arrival.people,
        earlier=[one.model_dump(mode="json") for one in arrival.earlier],
        closed_to=closed_to(arrival.earlier),
        cluster=arrival.cluster,
        traceparent=traceparent(),
    )

    async def effect(session: AsyncSession) -> None:
        told = await _told_before(platform, session, number) if arrival.from_elsewhere else ()
        kept = await vouched(platform.mac, Head(dossier, tuple(items), notices=told))
        # Copies: it may be done twice, the second time in a transaction of its own.
        session.add_all([kept, *(changed(one) for one in items)])
        made = KeysMade(
            number=number,
            keys=(KeyRef(mount=room.mount, key=key),),
            carried_by=(arrival.carried_by,),
            handed_over=arrival.handed_over,
        )
        here = Whereabouts(number=number, version=arrival.version, holder=platform.name, state=arrival.state, since=now)
        post = platform.post
        post.send(session, post.envelope("retention", made), post.envelope("oversight", here), *also)
        concerns = Loaded(dossier, law, dossier.last_act_on, notices=told).concerns
        session.add(audit.line(now, "signal received", actor=None, record=number, turn=1, concerns=concerns))
        await is_to_be_told(platform, session, number)

    return Handled(effect, arrival.word)


async def _told_before(platform: Platform, session: AsyncSession, number: str) -> tuple[NoticeRow, ...]:
    """What was told of a dossier before it came; raises NotBelieved for what was changed since."""
    await one_at_a_time(session, number)
    found = (await session.scalars(select(NoticeRow).where(col(NoticeRow.number) == number))).all()
    if not all([await vouched_for(platform.mac, one) for one in found]):
        raise NotBelieved
    return tuple(found)


def arrived(platform: Platform, kind: type[ResearchContent], state: State) -> Handler:
    """For a letter of the holder before: what it carries as `kind` is kept here and waits in `state`."""

    async def handle(incoming: Incoming, message: Letter) -> Handled:
        content, word, kid = await platform.opener.content(message, kind)
        if content.number != message.number:
            raise CannotSucceed("the number on a letter differs from the one inside")
        if content.cluster not in (None, joined_last(content.decisions)):
            raise CannotSucceed("it says to be in a cluster that its own record does not name")
        arrival = Arrival(
            content.number,
            content.version + 1,
            state,
            content.protocol,
            content.received_on,
            documents_of(content),
            kid,
            word,
            earlier=content.decisions,
            people=content.people,
            handed_over=content.handed_over,
            cluster=content.cluster,
            from_elsewhere=True,
        )
        return await keep(platform, incoming, arrival)

    return handle
