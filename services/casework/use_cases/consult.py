"""A closed case in its active years: nobody opens it, but for a new signal, within that signal's phase."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from shared.bus.inbox import Handled, Incoming
from shared.contracts.consult import Consult
from shared.engine.engine import Engine
from shared.engine.head import changed, vouch_for
from shared.engine.show import heading
from shared.engine.tables import GrantRow
from shared.engine.wording import Nameable
from shared.errors import CannotSucceed, Forbidden, NotFound
from shared.identity import Person
from shared.protocol.conditions.approach import CHILD, POINTS_AT_REPORTER
from shared.protocol.model import HOLDER_OF, PHASE_OF, State
from shared.protocol.opening import is_seen

PHASES_OF = {holder: {PHASE_OF[one] for one in PHASE_OF if HOLDER_OF[one] == holder} for holder in HOLDER_OF.values()}


class Consulting:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.platform = engine.platform

    async def asked(self, incoming: Incoming, message: Consult) -> Handled:
        """Who holds a new signal asks a look for one person; a case that is not here is simply not found later."""

        if message.phase not in PHASES_OF.get(incoming.producer, ()):
            raise CannotSucceed("a service asks for a phase that it does not hold")

        grant = await vouch_for(self.platform.mac, GrantRow(id=incoming.id, **message.model_dump()))

        async def effect(session: AsyncSession) -> None:
            await session.execute(delete(GrantRow).where(col(GrantRow.until) < self.platform.clock.now()))
            session.add(changed(grant))

        return Handled(effect)

    async def consult(self, number: str, new_signal: str, person: Person, purpose: str) -> dict[str, Any]:
        """What of the old case the new signal's own phase permits (R-9.11). The old dates do not move (R-9.13)."""
        role = self.engine.parts.role_of(person)
        loaded = await self.engine.parts.loader.load(number, by=person)
        if loaded.state != State.CLOSED:
            raise NotFound
        phase = await self._phase_granted(number, new_signal, person)
        await self.engine.showing.note(person, role, "closed case consulted", number, new_signal, loaded.concerns)
        shown = self.engine.policy.show(loaded)
        # What was put right is not shared any more, who represents a child is known for its notice alone, and the reporter
        # has reported nothing about the new signal.
        apart, known = (CHILD, POINTS_AT_REPORTER), Nameable.of(loaded)
        counting = [one for one in loaded.facts().items if one.name in shown["items"] and one.category not in apart]
        seen = [one.name for one in counting if is_seen(loaded.law.category(one.category), phase)]
        return heading(loaded.dossier) | {
            "forSignal": new_signal,
            "forPhase": phase,
            "report": {"text": known.shared(loaded.opened.report.text)},
            "subjects": _described(loaded.concerned, known),
            "objects": _described(loaded.opened.objects, known),
            "items": {name: _without_reporter(shown["items"][name], known) for name in seen},
        }

    async def _phase_granted(self, number: str, new_signal: str, person: Person) -> int:
        now = self.platform.clock.now()
        query = select(GrantRow).where(
            col(GrantRow.number) == number,
            col(GrantRow.new_signal) == new_signal,
            col(GrantRow.person) == person.user_id,
            col(GrantRow.until) > now,
        )
        async with self.platform.database.reading() as session:
            grants = (await session.scalars(query)).all()
        for one in grants:
            # One that no message brought gives nothing.
            await self.engine.parts.loader.believe(one, str(one.id))
        if not grants:
            raise Forbidden("Voor dat signaal is geen raadpleging van deze casus gevraagd (art. 9 lid 2).")
        return max(one.phase for one in grants)


def _described(concerned: Mapping[str, BaseModel], known: Nameable) -> dict[str, Any]:
    return {name: known.shared_texts(one).model_dump(exclude_none=True) for name, one in concerned.items()}


def _without_reporter(item: Mapping[str, Any], known: Nameable) -> dict[str, Any]:
    return {**item, "finding": known.shared_in(item["finding"]), "fields": known.shared_in(item["fields"])}
