"""A closed case in its active years: nobody opens it, but for a new signal, within that signal's phase."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from shared.bus.inbox import Handled, Incoming
from shared.contracts.consult import Consult, LookAnswered
from shared.engine.consulted import composed, readings_of
from shared.engine.engine import Engine
from shared.engine.head import changed, vouch_for
from shared.engine.looks import CLOSED_CASE_READ, holds_phase, until_at_most
from shared.engine.show import heading
from shared.engine.tables import GrantRow
from shared.errors import NotFound
from shared.identity import Person
from shared.protocol.model import State
from shared.protocol.opening import is_seen


class Consulting:
    """Gives a look into a closed case, and shows it; of what is sealed casework is a reader like the others."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.platform = engine.platform

    async def asked(self, incoming: Incoming, message: Consult) -> Handled:
        """Who holds a new signal asks a look for one person; he is told whether a closed case is here for him."""
        holds_phase(incoming.producer, message.phase)
        until = until_at_most(message.until, self.platform.clock.now())
        facts = message.model_dump(exclude={"look", "until"})
        grant = await vouch_for(self.platform.mac, GrantRow(id=incoming.id, until=until, **facts))
        at = (self.platform.name,) if await self._is_here(message) else ()

        async def effect(session: AsyncSession) -> None:
            if at:
                session.add(changed(grant))
            if message.look:
                self.platform.post.tell(session, incoming.producer, LookAnswered(look=message.look, at=at))

        return Handled(effect)

    async def _is_here(self, message: Consult) -> bool:
        """Whether it is a closed case, and not closed to who asks."""
        asking = Person(message.person, frozenset())
        try:
            loaded = await self.engine.parts.loader.load(message.number, by=asking, opened=False)
        except NotFound:
            return False
        return loaded.state == State.CLOSED

    async def consult(self, number: str, new_signal: str, person: Person) -> dict[str, Any]:
        """What of the old case the new signal's own phase permits (R-9.11), or of what is sealed. The old dates do not
        move (R-9.13)."""
        role = self.engine.parts.role_of(person)
        looks = self.engine.looks
        loaded = None
        with suppress(NotFound):
            # First what was granted: without that nothing is opened.
            grants = await looks.granted(number, new_signal, person, "")
            loaded = await self.engine.parts.loader.load(number, by=person)
        if loaded is None or loaded.state != State.CLOSED or loaded.content is None:
            # It is in the non-active environment, or on its way to that.
            return await looks.read(number, new_signal, person)
        phase = max(one.phase for one in grants)
        await self.engine.showing.note(person, role, CLOSED_CASE_READ, number, new_signal, loaded.concerns)
        seen = [one for one in readings_of(loaded).values() if is_seen(loaded.law.category(one.category), phase)]
        until = max(one.until for one in grants).isoformat()
        looked = {"forSignal": new_signal, "forPhase": phase, "until": until}
        return heading(loaded.dossier) | looked | composed(seen)
