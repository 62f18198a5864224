"""Tasks: what people without the file are asked. Each sees his task and nothing else (R-7.10, R-18.6, R-24.1).

A task that is not theirs answers like one that does not exist.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from shared.dossier import store
from shared.dossier.decide import Decisions
from shared.dossier.tables import Dossier, MeetingRow, Task
from shared.errors import Conflict, Forbidden, NotFound
from shared.http.decisions import DecisionIn, DecisionOut
from shared.http.tasks import TaskDecisionIn
from shared.identity import Person
from shared.protocol.model import State
from shared.service.platform import Platform

MEMBER = "lot-member"


class Tasks:
    def __init__(self, platform: Platform, decisions: Decisions) -> None:
        self.platform = platform
        self.decisions = decisions
        self.views = decisions.views
        self.chapter = decisions.views.chapter

    async def list(self, person: Person) -> list[dict[str, Any]]:
        """Which tasks wait for this person: a number of the task, its kind and since when; never content."""
        self._role(person)
        async with self.platform.database.transaction() as session:
            tasks = await store.open_tasks(session, person.roles, self.views.today())
            mine = [one for one in tasks if await self._is_mine(session, one, person)]
        return [{"id": str(one.id), "kind": one.kind, "since": one.opened_at.isoformat()} for one in mine]

    async def one(self, identifier: UUID, person: Person, purpose: str) -> dict[str, Any]:
        """One task with what is needed for it; the audit line is on disk before it leaves."""
        self._role(person)
        task, dossier = await self._task(identifier, person)
        content = await self.views.content(dossier)
        async with self.platform.database.transaction() as session:
            decisions = await store.decisions_of(session, dossier.number)
        shown = (
            self._co_signature(task, content.documents.get(f"decision-{task.item}", {}), decisions)
            if task.kind == "co-signature"
            else {}
        )
        shown |= self.chapter.show_task(task, content, decisions)
        await self.views.note(person, task.role, f"task opened: {task.kind}", dossier.number, purpose)
        return {"id": str(task.id), "kind": task.kind, "since": task.opened_at.isoformat()} | shown

    async def decide(self, identifier: UUID, person: Person, given: TaskDecisionIn) -> DecisionOut:
        """Do what the task asks: answer a question, report an intervention, confirm a proposal."""
        self._role(person)
        task, dossier = await self._task(identifier, person)
        attempt = await self._attempt(task, dossier, given)
        found = await self.decisions.take(dossier.number, person, attempt, only=(task.role,))
        async with self.platform.database.transaction() as session:
            await store.close_tasks(session, dossier.number, task.item, self.platform.clock.now())
        return found

    async def _attempt(self, task: Task, dossier: Dossier, given: TaskDecisionIn) -> DecisionIn:
        if task.kind == "co-signature":
            async with self.platform.database.transaction() as session:
                rows = await store.decisions_of(session, dossier.number)
            key = next((one.key for one in rows if str(one.id) == task.item), "")
            return DecisionIn(key=key, expected_version=dossier.version, reason=given.reason, confirms=UUID(task.item))
        asked = self.chapter.decides(task)
        if asked is None:
            raise Conflict("this task is only read; nothing is decided on it")
        key, about = asked
        return DecisionIn(
            key=key,
            expected_version=dossier.version,
            outcome=given.outcome,
            reason=given.reason,
            fields=given.fields,
            about=about,
        )

    @staticmethod
    def _co_signature(task: Task, words: dict[str, Any], decisions: Collection[Any]) -> dict[str, Any]:
        found = next((one for one in decisions if str(one.id) == task.item), None)
        if found is None:
            raise NotFound
        return {
            "proposal": task.item,
            "decision": found.key,
            "outcome": found.outcome,
            "article": found.article,
            "about": found.about,
            "proposedBy": found.recorder,
            "reason": words.get("reason"),
            "fields": words.get("fields"),
        }

    def _role(self, person: Person) -> str:
        """Somebody with any designation; without one there is nothing here (R-7.3)."""
        if not person.roles:
            raise Forbidden
        return min(person.roles)

    async def _task(self, identifier: UUID, person: Person) -> tuple[Task, Dossier]:
        async with self.platform.database.transaction() as session:
            task = await session.get(Task, identifier)
            if task is None or task.closed_at is not None or not await self._is_mine(session, task, person):
                raise NotFound
            dossier = await session.get(Dossier, task.number)
        if (
            dossier is None
            or dossier.left
            or dossier.handing_over_since
            or not self.chapter.is_mine(State(dossier.state))
        ):
            raise NotFound
        return task, dossier

    async def _is_mine(self, session: Any, task: Task, person: Person) -> bool:
        if task.role not in person.roles:
            return False
        if not await self.chapter.is_ready(session, task):
            return False
        if task.meeting is None:
            return True
        # A paper is for the members of its meeting, until the day after it.
        meeting = await session.get(MeetingRow, task.meeting)
        if meeting is None or meeting.held_on < self.views.today():
            return False
        return person.user_id in {one.get("userId") for one in meeting.members}
