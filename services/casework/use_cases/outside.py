"""The RIEC says something about what it was given: kept as it signed it, and asked of who has the file."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from uuid import uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from services.casework.outside import OUTSIDE, given_out, verified
from services.casework.store import SaidRow
from shared.bus.inbox import Handled, Incoming
from shared.contracts.export import OutsideTold
from shared.engine import store
from shared.engine.engine import Engine
from shared.engine.head import Head, changed
from shared.engine.hear import heard, one_at_a_time
from shared.engine.tables import TaskRow
from shared.errors import CannotSucceed, NotFound
from shared.receivers import Receivers


class Hearing:
    def __init__(self, engine: Engine, receivers: Receivers) -> None:
        self.platform = engine.platform
        self._loader = engine.parts.loader
        self._receivers = receivers

    async def told(self, incoming: Incoming, message: OutsideTold) -> Handled:
        """Raises CannotSucceed for what the RIEC did not sign, and for what is about another signal: export is not believed."""
        said = verified(self._receivers, message.statement)
        if incoming.producer != "export" or said is None:
            raise CannotSucceed("the RIEC did not sign this, or with a key that is not known here")
        with suppress(NotFound):
            loaded = await self._loader.load(message.number, opened=False)
            if str(said.share) not in given_out(loaded):
                raise CannotSucceed("this is about something that this signal did not give to the RIEC")
        now, number = self.platform.clock.now(), message.number
        row = SaidRow(id=said.id, number=number, statement=message.statement, heard_at=now)
        # Whoever has the file finds it among his tasks; that it was received asks nothing of him.
        roles = self.platform.settings.laws.configured.file_roles if said.kind != "received" else ()
        tasks = tuple(
            TaskRow(
                id=uuid5(said.id, role),
                number=number,
                item=str(said.id),
                kind=OUTSIDE,
                role=role,
                until=date.max,
                opened_at=now,
            )
            for role in roles
        )

        def becomes(head: Head) -> Head:
            return replace(head, own=(*head.own, row), tasks=(*head.tasks, *tasks))

        async def effect(session: AsyncSession) -> None:
            await one_at_a_time(session, number)
            if await session.get(SaidRow, said.id) is not None:
                return
            # Destroyed, or with its next holder: nobody here decides on it any more.
            with suppress(NotFound):
                await heard(self._loader, session, number, becomes, f"outside said: {said.kind}")
                await store.add(session, *(changed(one) for one in (row, *tasks)))

        return Handled(effect)
