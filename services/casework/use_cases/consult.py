"""A closed case in its active years: nobody opens it, but for a new signal, within that signal's phase."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.bus.inbox import Handled, Incoming
from shared.contracts.consult import Consult
from shared.dossier.tables import Grant
from shared.dossier.views import Views
from shared.errors import CannotSucceed, Forbidden, NotFound
from shared.identity import Person
from shared.protocol.model import HOLDER_OF, PHASE_OF, State
from shared.service.platform import Platform

PHASES_OF = {holder: {PHASE_OF[one] for one in PHASE_OF if HOLDER_OF[one] == holder} for holder in HOLDER_OF.values()}


class Consulting:
    def __init__(self, platform: Platform, views: Views) -> None:
        self.platform = platform
        self.views = views

    async def asked(self, incoming: Incoming, message: Consult) -> Handled:
        """Who holds a new signal asks a look for one person; a case that is not here is simply not found later."""

        if message.phase not in PHASES_OF.get(incoming.producer, ()):
            raise CannotSucceed("a service asks for a phase that it does not hold")

        async def effect(session: AsyncSession) -> None:
            await session.execute(delete(Grant).where(col(Grant.until) < self.platform.clock.now()))
            session.add(Grant(id=UUID(str(incoming.id)), **message.model_dump()))

        return Handled(effect)

    async def consult(self, number: str, new_signal: str, person: Person, purpose: str) -> dict[str, Any]:
        """What of the old case the new signal's own phase permits (R-9.11). The old dates do not move (R-9.13)."""
        role = person.role_among(self.views.rules.file_roles)
        row = await self.views.dossier(number)
        if row.state != State.CLOSED:
            raise NotFound
        phase = await self._phase_granted(number, new_signal, person)
        content = await self.views.content(row)
        await self.views.note(person, role, "closed case consulted", number, new_signal)
        allowed = {
            name: one
            for name, one in content.findings.items()
            if (found := self.views.rules.category(content.categories[name])) is not None
            and not found.process
            and found.from_phase <= phase
        }
        return self.views.heading(row) | {
            "forSignal": new_signal,
            "forPhase": phase,
            "report": {"text": content.report["text"]},
            "subjects": content.subjects,
            "objects": content.objects,
            "items": allowed,
        }

    async def _phase_granted(self, number: str, new_signal: str, person: Person) -> int:
        now = self.platform.clock.now()
        query = select(Grant).where(
            col(Grant.number) == number,
            col(Grant.new_signal) == new_signal,
            col(Grant.person) == person.user_id,
            col(Grant.until) > now,
        )
        async with self.platform.database.reading() as session:
            grants = (await session.scalars(query)).all()
        if not grants:
            raise Forbidden("no look into this case was asked for that signal (art. 9 lid 2)")
        return max(one.phase for one in grants)
