"""A department's task in a case is over: what waits for it in its inbox ends with it (R-25.3, R-T.18)."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.export import store
from services.export.store import DEPARTMENT
from services.export.use_cases import Sharing
from shared.bus.inbox import Handled, Incoming
from shared.contracts.casework import TaskOver
from shared.errors import CannotSucceed


class EndingWithTask:
    def __init__(self, sharing: Sharing) -> None:
        self._sharing = sharing

    async def over(self, incoming: Incoming, message: TaskOver) -> Handled:
        """It can be read from now on by nobody, and its key goes. Raises CannotSucceed for who holds no case."""
        if incoming.producer != "casework":
            raise CannotSucceed("only who holds a case says that a task in it is over")
        rows, now = self._sharing.rows, self._sharing.platform.clock.now()

        async def effect(session: AsyncSession) -> None:
            for row in await store.open_of(session, message.number):
                over = not message.departments or row.recipient in message.departments
                if row.recipient_kind != DEPARTMENT or not over:
                    continue
                await rows.become(session, await rows.believed(row), until=now, next_at=now)
                session.add(rows.line("share ends with its task", row))

        return Handled(effect)
