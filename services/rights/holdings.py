"""Services of which nobody looks in what they hold are asked by a message, and answer by themselves (art. 10 lid 1; R-10.1).

They are asked when it is known who makes the request, and again with each signal that is put before a holder: what they answer
counts for the numbers that they were asked about. Codes, days and receivers come back; nothing of what is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from services.rights import store
from services.rights.shelf import Moments
from services.rights.store import HoldingsRow
from shared.bus.inbox import Handled, Incoming
from shared.contracts.holdings import Holding, HoldingsAsked, HoldingsTold
from shared.database.tables import Outgoing
from shared.engine.effects import Moment, Own
from shared.engine.engine import Engine
from shared.engine.head import Head, changed, vouch_for
from shared.engine.hear import heard
from shared.engine.loaded import Loaded
from shared.engine.tables import DecisionRow
from shared.errors import CannotSucceed, Conflict
from shared.identity import Person
from shared.protocol.holdings import ANSWERS_ITSELF, called, may_tell
from shared.protocol.model import State
from shared.service.platform import Platform


async def questions(
    platform: Platform, request: str, signals: Iterable[str], now: datetime
) -> tuple[list[HoldingsRow], list[Outgoing]]:
    """What is written and sent when each of these services is asked about `signals`; an empty one: whether it answers at all. Raises
    PartDown."""
    pairs = [(service, one) for one in dict.fromkeys(signals) for service in ANSWERS_ITSELF]
    rows = [HoldingsRow(request=request, service=service, signal=one, asked_at=now) for service, one in pairs]
    letters = [
        platform.post.envelope(service, HoldingsAsked(request=request, signal=one or None, asked_at=now))
        for service, one in pairs
    ]
    return [await vouch_for(platform.mac, one) for one in rows], letters


def still_searched(head: Head) -> Head:
    """Raises Conflict before it is established who asks, or when looking is over. Who asks has it in the head, so that nobody says
    at that moment that all have answered."""
    if head.dossier.state != State.REQUEST_SEARCH:
        raise Conflict("Er wordt nu niet naar gegevens gezocht (art. 10 lid 1).", state=head.dossier.state)
    return head


@dataclass(frozen=True)
class AsksServices(Own):
    """It is known who asks: each service is asked what it holds."""

    moment = Moment.AT_ONCE

    async def do(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        known = [one.signal for one in loaded.mine(Moments).put_before]
        rows, letters = await questions(platform, loaded.number, ("", *known), decision.taken_at)
        for one in rows:
            await session.merge(one)
        session.add_all(letters)

    async def undo(self, platform: Platform, session: AsyncSession, loaded: Loaded, decision: DecisionRow) -> None:
        """What was asked names nobody; what is answered to it is not kept."""
        await session.execute(delete(HoldingsRow).where(col(HoldingsRow.request) == decision.number))


class AskingServices:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.platform = engine.platform
        self._loader = engine.parts.loader

    async def ask(self, number: str, person: Person) -> list[HoldingsRow]:
        """Ask each of them anew about every signal that was put before a holder. Raises Forbidden, NotFound, and Conflict before
        it is established who asks, or when looking is over."""
        role = self.engine.parts.role_of(person)
        loaded = await self._loader.load(number, by=person)
        still_searched(loaded.head)
        now = self.platform.clock.now()
        signals = [one.signal for one in loaded.mine(Moments).put_before]
        rows, letters = await questions(self.platform, number, ("", *signals), now)
        async with self.platform.database.transaction() as session:
            await heard(self._loader, session, number, still_searched, "services asked", person=person, role=role)
            for one in rows:
                await session.merge(changed(one))
            session.add_all(letters)
        return rows

    async def told(self, incoming: Incoming, message: HoldingsTold) -> Handled:
        """What a service answers. One that was asked anew meanwhile is answered by the next; raises CannotSucceed for what this
        service cannot have."""
        async with self.platform.database.reading() as session:
            row = await session.get(HoldingsRow, (message.request, incoming.producer, message.signal or ""))
        if row is None:
            return Handled(_nothing)
        await self._loader.believe(row, message.request)
        if row.asked_at != message.asked_at:
            return Handled(_nothing)
        if not all(may_tell(incoming.producer, one.what) for one in message.holdings):
            raise CannotSucceed("a service tells what it cannot hold")
        held = [one.model_dump(mode="json", exclude_none=True) for one in message.holdings]
        said, mac, now = row, self.platform.mac, self.platform.clock.now()

        async def effect(session: AsyncSession) -> None:
            await store.amend(session, mac, said, answered_at=now, holdings=held)

        return Handled(effect)


async def _nothing(session: AsyncSession) -> None:
    """Nothing waits for it."""


def answered(rows: Sequence[HoldingsRow]) -> set[tuple[str, str]]:
    """Who has answered about what, for the law."""
    return {(one.service, one.signal) for one in rows if one.answered_at}


def held_by(row: HoldingsRow) -> list[dict[str, Any]]:
    """What a service answered that it holds of a signal, as people read it."""
    found = (Holding.model_validate(one) for one in row.holdings or ())
    return [
        {"signal": row.signal, "what": one.what, "called": called(row.service, one.what)}
        | one.model_dump(mode="json", exclude_none=True, include={"state", "on", "until", "recipient"})
        for one in found
    ]
