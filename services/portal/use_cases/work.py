"""What waits for somebody."""

from __future__ import annotations

import asyncio

from services.portal.calls import Calls, Said
from services.portal.seen import Mine
from services.portal.sessions import Session
from services.portal.use_cases.dossiers import DUTY_SERVICE, SIGNAL_SERVICES
from services.portal.use_cases.tasks import TASK_SERVICES
from shared.errors import PartDown
from shared.protocol.model import Law

MOST_ROWS = 200


class Work:
    """`law`: says which roles have the file."""

    def __init__(self, calls: Calls, law: Law) -> None:
        self._calls = calls
        self._law = law

    async def mine(self, session: Session) -> Mine:
        """What waits for somebody. A service that is silent leaves a gap that is named; the rest is shown."""
        found = Mine()
        has_file = bool(set(session.roles) & set(self._law.file_roles))
        asked = [(one, f"/v1/tasks?limit={MOST_ROWS}", "tasks") for one in TASK_SERVICES if session.roles]
        if has_file:
            asked += [(one, f"/v1/signals?limit={MOST_ROWS}", "signals") for one in SIGNAL_SERVICES]
            asked += [(DUTY_SERVICE, f"/v1/duties?limit={MOST_ROWS}", "duties")]
        answers = await asyncio.gather(*(self._listed(session, service, path) for service, path, _ in asked))
        for (service, _, noun), answer in zip(asked, answers, strict=True):
            if answer is None:
                found.silent = sorted({*found.silent, service})
            elif answer.is_done:
                rows = [one | {"service": service} for one in answer.body[noun]]
                {"tasks": found.tasks, "signals": found.signals, "duties": found.duties}[noun].extend(rows)
                if noun != "tasks":
                    session.holders.update({one["number"]: service for one in rows})
        found.tasks.sort(key=lambda one: (one["dueOn"] or "9999", one["since"]))
        found.duties.sort(key=lambda one: (one.get("dueOn") or "9999", one["number"]))
        found.signals.sort(key=lambda one: (one["receivedOn"], one["number"]))
        return found

    async def _listed(self, session: Session, service: str, path: str) -> Said | None:
        try:
            return await self._calls.get(session, service, path)
        except PartDown:
            return None
