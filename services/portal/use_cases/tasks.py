"""What somebody without the file is asked, and answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from services.portal.calls import Calls
from services.portal.forms import Control, Filled, InSignal, controls, read
from services.portal.seen import Trouble
from services.portal.sessions import Session
from services.portal.use_cases.dossiers import DUTY_SERVICE, SIGNAL_SERVICES
from services.portal.use_cases.drafts import DraftPlace
from services.portal.use_cases.filled import special, text, trouble
from shared.errors import Conflict, NotFound

TASK_SERVICES = (*SIGNAL_SERVICES, DUTY_SERVICE)
"""Who has tasks for people without the file."""
OF_TASKS = "besluit-voorbereiden"
"""Why somebody opens what he is asked: there is one purpose, so it is not asked again."""


def draft_of(service: str, task: dict[str, Any], outcome: dict[str, Any]) -> DraftPlace:
    """Where a draft of this answer is kept."""
    return DraftPlace(service, f"/v1/tasks/{task['id']}/drafts/{outcome['key']}")


class Tasks:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def task(self, session: Session, service: str, identifier: UUID) -> dict[str, Any]:
        """What somebody without the file is asked. Raises NotFound, also for a task of somebody else."""
        if service not in TASK_SERVICES:
            raise NotFound
        said = await self._calls.get(session, service, f"/v1/tasks/{identifier}", OF_TASKS)
        if not said.is_done:
            raise Conflict(said.body.get("detail", "")) if said.status == 409 else NotFound
        return said.body

    @staticmethod
    def answering(task: dict[str, Any], outcome: dict[str, Any]) -> tuple[Control, ...]:
        """The controls of an answer to a task. What it names, it names by its own list: there is no file to choose from."""
        reason = Control("area", "reason", "Waarom?", "De reden komt in het dossier.", required=True)
        return (*controls(outcome["fields"], InSignal()), *((reason,) if task["asks"]["reason"] else ()))

    async def answer(
        self, session: Session, service: str, task: dict[str, Any], outcome: dict[str, Any], filled: Filled
    ) -> Trouble | None:
        asked = self.answering(task, outcome)
        body = {
            "outcome": outcome["key"],
            "reason": text(filled, "reason"),
            "fields": read((one for one in asked if one.name.startswith("fields.")), filled),
            "specialGrounds": special(filled),
        }
        return trouble(await self._calls.post(session, service, f"/v1/tasks/{task['id']}/decisions", body))
