"""Requests of persons for which nothing of a signal is listed for destruction while they run (art. 9 lid 1; R-9.15).

Rights says which run and when one is over, and repeats it. It is less than a hold: it has no items and no end date, and keeps a signal
only from being listed for as long as an answer takes. What a procedure needs after that, people decide to hold.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.retention import store
from services.retention.tables import Procedure, SealedSignal
from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.contracts.acts import ProcedureTold
from shared.contracts.retention import Withheld
from shared.doubts import Doubt
from shared.engine.engine import Engine
from shared.engine.head import changed, vouch_for, vouched_for
from shared.identity import Person
from shared.keys.mac import Mac
from shared.listed import BelievedLists
from shared.pages import Window
from shared.protocol.model import State

DOUBTED = Doubt("a row says that a request runs, and is not what retention wrote: it is not listed", "not-ours")


class Procedures:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.platform = engine.platform
        self.lists = BelievedLists(self.platform, "procedures-listed", lambda one: f"{one.number} {one.request}")

    async def told(self, incoming: Incoming, message: ProcedureTold) -> Handled:
        """A request runs, or is over. What stands on a list leaves it, unless its keys are being released."""
        now = self.platform.clock.now()
        row = Procedure(**message.model_dump(include=set(Procedure.model_fields)), since=now)

        async def effect(session: AsyncSession) -> None:
            before = await session.get(Procedure, (message.number, message.request), with_for_update=True)
            known = before is not None and await vouched_for(self.platform.mac, before)
            if before is not None and known and message.turn < before.turn:
                # It was overtaken: what runs is repeated, and can come after its end.
                return
            if before is None or not known or before.runs != message.runs:
                await session.merge(await vouch_for(self.platform.mac, changed(row)))
                action = "procedure runs" if message.runs else "procedure over"
                session.add(audit.line(now, action, actor=None, record=message.number, reason=message.request))
            # Also when it was known: a list can have been made at the same moment.
            sealed = await session.get(SealedSignal, message.number)
            if message.runs and sealed is not None and sealed.state == State.LISTED and sealed.list_id:
                withheld = Withheld(list_id=sealed.list_id, number=sealed.number)
                self.platform.post.tell(session, "oversight", withheld)

        return Handled(effect)

    async def running(self, person: Person, window: Window) -> dict[str, Any]:
        """Which run, for who asks and approves holds and who watches: numbers, codes and days; with until when each signal is kept,
        after which it waits. `notBelieved`: how many rows are left out. Raises Forbidden."""
        self.engine.parts.role_of(person, watching=True)
        async with self.platform.database.reading() as session:
            page = await store.running_procedures(session, window)
            kept = await store.sealed_ones(session, [one.number for one in page.rows])
        until = {one.number: one.ends_on for one in kept if await vouched_for(self.platform.mac, one)}
        return await self.lists.shown("procedures", page, lambda one: shown(one, until.get(one.number)))


def shown(one: Procedure, until: date | None) -> dict[str, Any]:
    """`until`: None while it is with its holder."""
    return {
        "number": one.number,
        "request": one.request,
        "kind": one.kind,
        "since": one.since.isoformat(),
        "endsOn": until.isoformat() if until else None,
    }


async def waiting_for(session: AsyncSession, mac: Mac, numbers: Collection[str]) -> tuple[set[str], dict[str, Doubt]]:
    """Which of `numbers` are not listed now for a request that runs; and which for a row that is not believed."""
    waits: set[str] = set()
    doubted: dict[str, Doubt] = {}
    for one in await store.procedures_of(session, numbers):
        if not await vouched_for(mac, one):
            doubted[one.number] = DOUBTED
        elif one.runs:
            waits.add(one.number)
    return waits, doubted
