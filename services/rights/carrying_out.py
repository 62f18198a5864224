"""Whether who holds the signals carried out what was granted on a request, as each said by codes (AVG 16, 17 and 19; R-10.3).

Each answer stands in the row of its signal, under the MAC of that row. What was said holds for what it names: is more granted since, then
that waits.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.rights import store
from services.rights.restricting import HOLDERS_OF_FILES, THE_PERSON_THERE, decided, holds_now, restricts
from services.rights.shelf import Moments
from services.rights.store import AskedSignal
from shared.bus.inbox import Handled, Incoming
from shared.contracts.acts import CarriedOut, Restricted
from shared.engine.engine import Engine
from shared.engine.loaded import Loaded
from shared.errors import CannotSucceed


def to_be_done(loaded: Loaded, row: AskedSignal) -> Restricted | None:
    """What the holder of `row` was told that is granted; None where nothing is. `loaded` is opened."""
    told = restricts(loaded, row, decided(loaded), loaded.now or row.asked_at)
    return told if told and told.granted else None


def is_done(row: AskedSignal, told: Restricted) -> bool:
    """Whether everything of it was carried out, as its holder said."""
    said = CarriedOut.model_validate(row.carried_out) if row.carried_out else None
    if said is None or said.kind != told.granted:
        return False
    named = {*told.items, *((THE_PERSON_THERE,) if told.whole else ())}
    return named <= {one.thing for one in said.done}


def waiting(loaded: Loaded) -> tuple[str, ...]:
    """The signals whose holder has not carried out what was granted."""
    found = []
    for row in loaded.mine(Moments).put_before:
        told = to_be_done(loaded, row)
        # What was nowhere, asked twice, is put right by nobody.
        if told and row.state != store.NOWHERE and not is_done(row, told):
            found.append(row.signal)
    return tuple(found)


def shown(loaded: Loaded, row: AskedSignal) -> dict[str, Any]:
    """As the page of the request shows it: `carriedOut` None where nothing was granted of this signal."""
    told = to_be_done(loaded, row)
    if told is None:
        return {"carriedOut": None}
    if not is_done(row, told) or row.carried_out is None:
        return {"carriedOut": False}
    said = CarriedOut.model_validate(row.carried_out)
    return {
        "carriedOut": True,
        "carriedOutAt": said.at.isoformat(),
        "carriedOutThings": [one.model_dump() for one in said.done],
        "receiversTold": [one.model_dump(mode="json") for one in said.told],
    }


def receivers(loaded: Loaded) -> tuple[str, ...]:
    """Who was told of it at any holder, by their codes, each once."""
    rows = [one for one in loaded.mine(Moments).put_before if one.carried_out]
    said = [CarriedOut.model_validate(one.carried_out) for one in rows]
    return tuple(dict.fromkeys(one.receiver for each in said for one in each.told if one.on))


class CarryingOut:
    """What holders say of it."""

    def __init__(self, engine: Engine) -> None:
        self.platform = engine.platform
        self._loader = engine.parts.loader

    async def said(self, incoming: Incoming, message: CarriedOut) -> Handled:
        """Only who is known to hold the signal is believed. Says it another who can, then the one who is known is told once more what
        holds: he says where it went, and who has it now is told and says it again. Raises CannotSucceed, NotBelieved."""
        async with self.platform.database.reading() as session:
            row = await session.get(AskedSignal, (message.request, message.number))
        if row is None:
            # The request has had its years, or the signal is destroyed.
            return Handled(_nothing)
        if incoming.producer not in HOLDERS_OF_FILES:
            raise CannotSucceed("who holds no file says that something of it was done")
        await self._loader.believe(row, message.request)
        loaded = await self._loader.load(message.request)
        told = holds_now(loaded, row)
        if told is None or not told.granted:
            # It was lifted meanwhile.
            return Handled(_nothing)
        if row.holder != incoming.producer:
            asked = told

            async def once_more(session: AsyncSession) -> None:
                self.platform.post.tell(session, row.holder, asked)

            return Handled(once_more)
        read, mac = row, self.platform.mac

        async def effect(session: AsyncSession) -> None:
            found = await store.locked(session, mac, AskedSignal, (message.request, message.number))
            before = CarriedOut.model_validate(found.carried_out) if found and found.carried_out else None
            if before is None or _said(before) <= _said(message):
                await store.amend(session, mac, read, carried_out=message.model_dump(mode="json"))

        return Handled(effect)


def _said(one: CarriedOut) -> tuple[datetime, datetime]:
    return one.at, one.known_at or one.at


async def _nothing(session: AsyncSession) -> None:
    """Nothing is left of what it says."""
