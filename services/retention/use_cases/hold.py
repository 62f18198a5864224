"""Holds beside their decisions: which are asked or in force, and what becomes of a list that a hold overtakes (R-9.15)."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.retention import store
from services.retention.shelf import SealedWithHolds
from services.retention.tables import Hold, SealedSignal
from services.retention.told import here
from shared import audit
from shared.bus.inbox import Handled, Incoming
from shared.contracts.oversight import TakenOff
from shared.engine.engine import Engine
from shared.identity import Person
from shared.listed import BelievedLists
from shared.pages import Window
from shared.protocol.model import State


class Holds:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.platform = engine.platform
        self.lists = BelievedLists(self.platform, "holds-listed")

    async def waiting(self, person: Person, window: Window) -> dict[str, Any]:
        """Holds that are asked or in force, for who approves and who watches: codes and dates only. `notBelieved`: how many rows
        are left out."""
        self.engine.parts.role_of(person, watching=True)
        async with self.platform.database.reading() as session:
            page = await store.open_holds(session, window)
        return await self.lists.shown("holds", page, _shown)

    async def of_signal(self, number: str, person: Person) -> dict[str, Any]:
        """What of a sealed signal can be held and what is, for who asks it, who agrees and who watches: the codes of items
        and where each is kept, no content. Raises Forbidden, NotFound."""
        role = self.engine.parts.role_of(person, watching=True)
        loaded = await self.engine.parts.loader.load(number, by=person, opened=False)
        sealed = loaded.mine(SealedWithHolds)
        await self.engine.showing.note(person, role, "holds looked at", number)
        return {
            "number": number,
            "state": loaded.state,
            "endsOn": sealed.row.ends_on.isoformat(),
            "items": [
                {"item": one["item"], "keptIn": one["archive"]}
                for one in sorted(sealed.row.dossier or [], key=lambda one: str(one["item"]))
            ],
            "holds": [_shown(one) for one in sealed.holds],
        }

    async def taken_off(self, incoming: Incoming, message: TakenOff) -> Handled:
        """A hold came in time: off the list, and on the next one for everything that is not held."""

        async def effect(session: AsyncSession) -> None:
            row = await session.get(SealedSignal, message.number, with_for_update=True)
            if row is None or row.state != State.LISTED or row.list_id != message.list_id:
                return
            row.state, row.list_id, row.version = State.SEALED, None, row.version + 1
            now = self.platform.clock.now()
            self.platform.post.tell(session, "oversight", here(row, now))
            session.add(audit.line(now, "signal taken off a destruction list", actor=None, record=row.number))

        return Handled(effect)


def _shown(one: Hold) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "number": one.number,
        "state": one.state,
        "ground": one.ground,
        "items": one.items,
        "endsOn": one.ends_on.isoformat(),
    }
